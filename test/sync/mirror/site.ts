import { afterEach, beforeEach, expect } from 'vitest'
import { type Change, type RunContext, RunHeld } from '../../../functions/jobs/port.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { loadRows, type Stamped } from '../../../functions/sync/kept-rows.ts'
import type { Mirror } from '../../../functions/sync/mirror/mirror.ts'
import type { Listing } from '../../../functions/sync/mirror/rules/listing.ts'
import { syncMirror } from '../../../functions/sync/mirror/sync.ts'
import { undoChanges } from '../../../functions/sync/undo.ts'
import { instantClock } from '../../clock.ts'
import { type Death, dyingStore } from '../../jobs/failing-store.ts'
import { listingOf } from './listing.ts'

const TENANT = 'tenant001'

/** What a list that is kept in step must tell about itself to be tested. */
export interface MirrorCase<Item, Row extends Stamped> {
  readonly mirror: Mirror<Item, Row>
  item(number: number): Item
  sourceKeyOf(item: Item): string
  /** The same item with another name, and with that name taken for read in part of a row. */
  rename(item: Item): Item
  /** The part of an item that is left when its key cannot be understood. */
  keyless(item: Item): Partial<Item>
  /** A change of what the hub leads; undefined where it leads nothing. */
  readonly edit: ((row: Row) => Row) | undefined
  /** What holds besides the rows, such as figures that must agree with them. */
  check?(store: Store, tenantId: string, rows: ReadonlyMap<string, Row>): Promise<void>
}

/**
 * A store and a source for one mirror, new for each test, and what tests do with them.
 * Registers its own set-up and tear-down: call it inside a `describe` or at the top of a file.
 */
export function createMirrorSite<Item, Row extends Stamped>(one: MirrorCase<Item, Row>) {
  const { mirror } = one
  const clock = instantClock()
  let base: ReturnType<typeof openSqliteStore>
  beforeEach(() => {
    base = openSqliteStore({ file: ':memory:' })
  })
  afterEach(() => base.close())

  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)
  const items = (from: number, to: number) => numbers(from, to).map(one.item)
  const list = (listed: readonly Item[]) => listingOf(listed, one.sourceKeyOf)
  const keyOf = (item: Item) => mirror.rules.keyOf(one.sourceKeyOf(item)) ?? ''

  /** The rows without when they were written. */
  async function rows() {
    const loaded = await loadRows({ store: base, tenantId: TENANT }, mirror)
    const found = new Map(Array.from(loaded, ([key, { value }]) => [key, value]))
    await one.check?.(base, TENANT, found)
    return new Map(
      Array.from(found, ([key, { updatedAt: _, ...rest }]) => [
        key,
        { ...rest, ...('createdAt' in rest ? { createdAt: '' } : {}) },
      ]),
    )
  }
  const isGone = async (item: Item) => {
    const row = (await loadRows({ store: base, tenantId: TENANT }, mirror)).get(keyOf(item))
    return row === undefined ? undefined : mirror.rules.isGone(row.value)
  }

  /** A journal that dies with its store. */
  const journal = (store: Store, run: string) => ({
    async record(changes: readonly Change[]) {
      const written = await base.query('Journal', run)
      const key = String(written.rows.length).padStart(6, '0')
      const row = { partition: run, key, values: { changes: JSON.stringify(changes) } }
      await store.put('Journal', row, { kind: 'any' })
    },
    async changes(): Promise<readonly Change[]> {
      const { rows: written } = await base.query('Journal', run)
      return written.flatMap(({ values }) => JSON.parse(String(values.changes)) as Change[]).reverse()
    },
  })

  interface Options {
    readonly store?: Store
    readonly run?: string
    readonly dryRun?: boolean
    readonly approved?: string
    readonly second?: Listing<Item>
  }

  function contextOf({ store = base, run = 'run', dryRun = false, approved }: Options) {
    const log: { code: string; params: object }[] = []
    const context = {
      tenantId: TENANT,
      signal: new AbortController().signal,
      dryRun,
      approved,
      record: journal(store, run).record,
      log: (_: string, code: string, params: object = {}) => void log.push({ code, params }),
    } satisfies Partial<RunContext>
    return { context, codes: () => log.map(({ code }) => code), log }
  }

  async function sync(listing: Listing<Item>, options: Options = {}) {
    const { store = base } = options
    const readings = [listing, options.second ?? listing]
    const source = { path: 'List', read: async () => readings.shift() ?? listing }
    const { context, codes, log } = contextOf(options)
    const counts = await syncMirror({ store, clock }, mirror, source, context)
    return { counts, codes, log }
  }

  async function undo(run: string, store: Store = base) {
    const { context, codes } = contextOf({ store, run: `undo-${run}` })
    const counts = await undoChanges({ store, clock }, mirror, context, await journal(base, run).changes())
    return { counts, codes }
  }

  const heldOf = (error: unknown) => (error instanceof RunHeld ? error.held : undefined)
  /** Approves whatever needs it. */
  async function syncApproved(listing: Listing<Item>, options: Options = {}) {
    try {
      return await sync(listing, options)
    } catch (error) {
      const held = heldOf(error)
      if (held === undefined) throw error
      return sync(listing, { ...options, approved: held.digest })
    }
  }

  function counting() {
    const written: string[] = []
    const store: Store = {
      ...base,
      put: (...call) => {
        written.push(call[0])
        return base.put(...call)
      },
      delete: (...call) => {
        written.push(call[0])
        return base.delete(...call)
      },
      batch: (...call) => {
        written.push(call[0])
        return base.batch(...call)
      },
    }
    return { store, written }
  }

  /** @returns whether the work ended before the store died. */
  async function survives(n: number, death: Death, work: (store: Store) => Promise<unknown>) {
    const dying = dyingStore(base, n, death)
    try {
      await work(dying.store)
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'killed') throw error
      return false
    }
    expect(dying.operations()).toBeLessThan(n)
    return true
  }

  /** Does something once, just before the first batch of the rows' table. */
  function disturbed(disturb: () => Promise<unknown>) {
    let done = false
    const store: Store = {
      ...base,
      async batch(...call) {
        if (!done && call[0] === mirror.table.name) {
          done = true
          await disturb()
        }
        return base.batch(...call)
      },
    }
    return store
  }

  async function editRow(item: Item, edit: (row: Row) => Row) {
    const table = mirror.table.bind(base)
    const row = await table.get(TENANT, keyOf(item))
    if (row === undefined) throw new Error('no row')
    const write = table.toPut(keyOf(item), edit(row.value), { kind: 'match', etag: row.etag })
    await base.batch(mirror.table.name, TENANT, [write])
  }

  /** Begins again with an empty store. */
  function renew() {
    base.close()
    base = openSqliteStore({ file: ':memory:' })
  }

  /** The row of an item as it is. */
  async function rowOf(item: Item) {
    return (await loadRows({ store: base, tenantId: TENANT }, mirror)).get(keyOf(item))
  }

  return {
    items,
    list,
    rows,
    rowOf,
    isGone,
    sync,
    syncApproved,
    undo,
    heldOf,
    counting,
    survives,
    disturbed,
    editRow,
    renew,
  }
}
