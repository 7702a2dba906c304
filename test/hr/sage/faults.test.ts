import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sourceOf } from '../../../functions/hr/masterdata/lists.ts'
import { entryMirror } from '../../../functions/hr/masterdata/mirror.ts'
import type { ListKind } from '../../../functions/hr/masterdata/rows.ts'
import { peopleMirror } from '../../../functions/hr/people/mirror.ts'
import type { SageConnection } from '../../../functions/hr/sage/port.ts'
import type { RunContext } from '../../../functions/jobs/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { loadRows, type Stamped } from '../../../functions/sync/kept-rows.ts'
import type { Mirror } from '../../../functions/sync/mirror/mirror.ts'
import type { Listing } from '../../../functions/sync/mirror/rules/listing.ts'
import { syncMirror } from '../../../functions/sync/mirror/sync.ts'
import { type SageSimulator, startSageSimulator } from '../../../infra/local/sage/simulator.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'
import { everyFault } from './every-fault.ts'
import { connectTo } from './simulated.ts'

const TENANT = 'tenant001'
/** Faults that take people away for good stay below what the guard allows. */
const PEOPLE = 60

/** One list of Sage with its mirror; `any`: what an item and a row are does not matter here. */
interface List {
  readonly path: string
  /** It comes in more than one page. */
  readonly pageSize: number
  // biome-ignore lint/suspicious/noExplicitAny: lists of different items in one table
  readonly mirror: Mirror<any, any>
  read(connection: SageConnection): Promise<Listing<object>>
  readonly rename: (item: object) => object
}

const entries = (kind: ListKind, path: string, field: string): List => ({
  path,
  pageSize: 3,
  mirror: entryMirror(kind),
  read: (connection) => sourceOf(kind, connection).read(),
  rename: (item) => ({ ...item, fields: { ...(item as { fields: object }).fields, [field]: 'anders' } }),
})
const lists: readonly List[] = [
  {
    path: 'Employee/Employees',
    pageSize: 21,
    mirror: peopleMirror,
    read: (connection) => connection.people(),
    rename: (item) => ({ ...item, lastName: 'anders' }),
  },
  entries('absence-reason', 'Time/AbsenceReasons', 'name'),
  entries('additional-input', 'Time/AdditionalInputs', 'description'),
  entries('place-of-work', 'Time/PlacesOfWork', 'name'),
]

let simulator: SageSimulator
let store: ReturnType<typeof openSqliteStore>
const clock = instantClock()
beforeAll(async () => {
  simulator = await startSageSimulator({ people: PEOPLE, clock })
})
afterAll(() => simulator.close())
beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' })
  simulator.control.clearFaults()
  simulator.control.resetPeople(PEOPLE)
})
afterEach(() => store.close())

function context() {
  let writes = 0
  const context: Pick<RunContext, 'tenantId' | 'signal' | 'log' | 'dryRun' | 'record' | 'approved'> = {
    tenantId: TENANT,
    signal: new AbortController().signal,
    dryRun: false,
    approved: undefined,
    log: () => undefined,
    record: async () => void writes++,
  }
  return { context, writes: () => writes }
}

async function sync({ mirror, path }: List, read: () => Promise<Listing<object>>): Promise<number> {
  const { context: given, writes } = context()
  await syncMirror({ store, clock }, mirror, { path, read }, given)
  return writes()
}

async function rowsOf({ mirror }: List): Promise<Map<string, object>> {
  const loaded = await loadRows<Stamped>({ store, tenantId: TENANT }, mirror)
  return new Map(Array.from(loaded, ([key, { value }]) => [key, { ...value, updatedAt: '', createdAt: '' }]))
}

/** Sage as it was when the hub last looked: the first had another name, the second was not there, one is gone. */
function yesterday(today: Listing<object>, rename: List['rename']): Listing<object> {
  const items = new Map(today.items)
  const [first, second] = items
  if (first === undefined || second === undefined) throw new Error('the list has several entries')
  const [key, item] = first
  items.set(key, rename(item))
  items.delete(second[0])
  // Keys of people have two parts, those of entries are numbers.
  if (key.includes('_')) items.set('999_999', { ...item, clientNumber: 999, employeeNumber: 999 })
  else items.set('999', { ...item, id: 999 })
  return { items, leftOut: [], count: items.size }
}

describe.each(lists)('$path, with every fault that Sage can play', (list) => {
  let steady: SageConnection
  let today: Listing<object>
  beforeAll(async () => {
    simulator.control.clearFaults()
    simulator.control.resetPeople(PEOPLE)
    steady = connectTo(simulator, list.pageSize)
    today = await list.read(steady)
  })

  it.each(everyFault)('$kind $form: right in the end, and never wrong on the way', async ({ kind, rule }) => {
    await sync(list, async () => yesterday(today, list.rename))
    const before = await rowsOf(list)

    simulator.control.addFault({ kind, ...rule(list.path) })
    const connection = connectTo(simulator, list.pageSize, kind === 'hang')
    const failure = await sync(list, () => list.read(connection)).then(
      () => undefined,
      (error: unknown) => error,
    )
    const after = await rowsOf(list)
    if (failure !== undefined) {
      if (!isStegError(failure)) throw failure
      expect(after).toEqual(before)
    }

    simulator.control.clearFaults()
    const truth = await list.read(steady)
    for (const [sourceKey, item] of truth.items) {
      const key = list.mirror.rules.keyOf(sourceKey) ?? ''
      const row = after.get(key)
      // Nobody whom Sage lists is ever taken for gone, and what was taken over is what Sage says.
      expect(row === undefined || !list.mirror.rules.isGone(row)).toBe(true)
      if (failure === undefined && row !== undefined) expect(list.mirror.rules.changed(item, row)).toEqual([])
    }
    await sync(list, async () => truth)
    const listed = new Set([...truth.items.keys()].map((key) => list.mirror.rules.keyOf(key)))
    const rows = await rowsOf(list)
    for (const [key, row] of rows) expect(list.mirror.rules.isGone(row), key).toBe(!listed.has(key))
    for (const key of listed) expect(rows.has(key ?? '')).toBe(true)
    expect(await sync(list, async () => truth)).toBe(0)
  })
})
