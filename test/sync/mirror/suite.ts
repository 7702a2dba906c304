import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
/** More than two atomic batches. */
const MANY = 230

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

/** What every list that is kept in step does, whatever goes wrong. Each mirror of the product runs this. */
export function describeMirror<Item, Row extends Stamped>(name: string, one: MirrorCase<Item, Row>): void {
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

  /** 1 to 8 known; then 1 and 2 are renamed, 8 is missing and 9 to `to` are new. */
  const first = () => list(items(1, 8))
  const then = (to = 12) => list([...items(1, 2).map(one.rename), ...items(3, 7), ...items(9, to)])

  describe(`${name}: kept in step`, () => {
    it('brings what is new and changed, deactivates what is gone, and repeats without a write', async () => {
      expect((await sync(first())).counts).toMatchObject({ read: 8, created: 8, unchanged: 0 })
      const { counts } = await sync(then())
      expect(counts).toEqual({ read: 11, created: 4, updated: 2, deactivated: 1, unchanged: 5 })
      expect(await isGone(one.item(8))).toBe(true)
      expect((await rows()).size).toBe(12)
      const { store, written } = counting()
      expect((await sync(then(), { store })).counts).toMatchObject({ created: 0, updated: 0, deactivated: 0 })
      expect(written).toEqual([])
    })

    it('takes back what comes again', async () => {
      await sync(first())
      const before = await rows()
      await sync(list(items(1, 7)))
      const { counts } = await sync(first())
      expect(counts).toMatchObject({ created: 0, updated: 1, deactivated: 0, unchanged: 7 })
      expect(await isGone(one.item(8))).toBe(false)
      expect([...(await rows()).keys()]).toEqual([...before.keys()])
    })

    it('writes many in batches that fit, and one that is not a multiple of them', async () => {
      await sync(list(items(1, MANY)))
      expect((await rows()).size).toBe(MANY)
      expect((await sync(list(items(1, MANY)))).counts).toMatchObject({ unchanged: MANY })
    })

    it('only says what it would do in a dry run', async () => {
      await sync(first())
      const before = await rows()
      const { store, written } = counting()
      const tried = await sync(then(), { store, dryRun: true })
      expect(written).toEqual([])
      expect(await rows()).toEqual(before)
      expect((await sync(then())).counts).toEqual(tried.counts)
    })

    it('is not wiped by an empty list, however often it comes', async () => {
      await sync(first())
      const before = await rows()
      const emptied = sync(list([]))
      if (mirror.emptyProves) await expect(emptied).rejects.toBeInstanceOf(RunHeld)
      else expect((await emptied).codes()).toContain(mirror.texts.empty)
      expect(await rows()).toEqual(before)
    })

    it('loses nothing to half a list that a second reading does not confirm', async () => {
      await sync(first())
      const before = await rows()
      const { counts } = await sync(list(items(1, 4)), { second: first() })
      expect(counts).toMatchObject({ deactivated: 0, unchanged: 8 })
      expect(await rows()).toEqual(before)
    })

    it('deactivates by half a list only what both readings miss, and keeps every row', async () => {
      await sync(first())
      await syncApproved(list(items(1, 4)), { second: list(items(1, 5)) })
      expect(await Promise.all(items(1, 8).map(isGone))).toEqual([
        ...Array.from({ length: 5 }, () => false),
        ...Array.from({ length: 3 }, () => true),
      ])
    })

    it('asks before too much is deactivated, for exactly these', async () => {
      if (mirror.guards.length === 0) return
      await sync(list(items(1, 40)))
      const before = await rows()
      const held = await sync(list(items(1, 30))).catch(heldOf)
      expect(held).toMatchObject({ count: 10, limit: 4, total: 40 })
      expect(await rows()).toEqual(before)
      const approved = (held as { digest: string }).digest
      await expect(sync(list([...items(1, 29), one.item(31)]), { approved })).rejects.toBeInstanceOf(RunHeld)
      expect(await rows()).toEqual(before)
      expect((await sync(list(items(1, 30)), { approved })).counts).toMatchObject({ deactivated: 10 })
    })

    it.each<Death>(['before', 'after'])(
      'comes to the same end when killed %s any operation of the store',
      async (death) => {
        const wanted = await endOf(async () => {
          await sync(first())
          await syncApproved(then(MANY))
        })
        for (let n = 1, alive = false; !alive; n += 1) {
          base.close()
          base = openSqliteStore({ file: ':memory:' })
          await sync(first())
          alive = await survives(n, death, (store) => syncApproved(then(MANY), { store }))
          await syncApproved(then(MANY), { run: 'again' })
          expect(await rows(), `killed ${death} operation ${n}`).toEqual(wanted)
        }
      },
    )
  })

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

  async function endOf(work: () => Promise<void>) {
    await work()
    return rows()
  }

  describe(`${name}: rows that cannot be understood`, () => {
    const broken = { kind: 'field', field: 'Field', value: 'x' } as const

    it('are left out, counted and named, and are no disappearance', async () => {
      await sync(first())
      const listing: Listing<Item> = {
        ...list([...items(1, 2).map(one.rename), ...items(3, 6)]),
        leftOut: [
          { key: one.sourceKeyOf(one.item(7)), about: 'seven', known: {}, problem: broken },
          { key: one.sourceKeyOf(one.item(8)), about: 'eight', known: {}, problem: { kind: 'ambiguous' } },
          { key: one.sourceKeyOf(one.item(9)), about: 'nine', known: {}, problem: { kind: 'repeated' } },
        ],
        count: 9,
      }
      const { counts, log } = await sync(listing)
      expect(counts).toMatchObject({ read: 9, created: 0, updated: 2, deactivated: 0, leftOut: 3 })
      expect(log).toContainEqual({
        code: 'row-left-out',
        params: { path: 'List', about: 'seven', field: 'Field', value: 'x' },
      })
      expect(log).toContainEqual({ code: 'rows-left-out', params: { path: 'List', count: 3 } })
      expect(await Promise.all(items(7, 9).map(isGone))).toEqual([false, false, undefined])
    })

    it('without a key put off the disappearance of those that they could be', async () => {
      await sync(first())
      const nameless = { key: undefined, about: '#7', known: one.keyless(one.item(8)), problem: broken }
      const listing = { ...list(items(1, 6)), leftOut: [nameless], count: 7 }
      const { counts, codes } = await sync(listing)
      expect(counts).toMatchObject({ deactivated: 1, leftOut: 1 })
      expect(codes()).toContain('deactivations-put-off')
      expect(await Promise.all(items(7, 8).map(isGone))).toEqual([true, false])
      await sync({ ...listing, leftOut: [{ ...nameless, known: {} }] })
      expect(await isGone(one.item(8))).toBe(false)
      await sync(list(items(1, 6)))
      expect(await isGone(one.item(8))).toBe(true)
    })

    it('count in the second reading, too', async () => {
      await sync(first())
      const { key, ...item8 } = { key: one.sourceKeyOf(one.item(8)), about: '', known: {}, problem: broken }
      const short = list(items(1, 7))
      for (const row of [
        { ...item8, key },
        { ...item8, key: undefined },
      ]) {
        await sync(short, { second: { ...short, leftOut: [row], count: 8 } })
        expect(await isGone(one.item(8))).toBe(false)
      }
    })
  })

  describe(`${name}: undo`, () => {
    it('makes everything as it was before, also twice', async () => {
      await sync(first())
      const before = await rows()
      await syncApproved(then(MANY), { run: 'second' })
      expect((await undo('second')).counts).toEqual({
        restored: 3,
        removed: MANY - 8,
        kept: 0,
        unchanged: 0,
      })
      expect(await rows()).toEqual(before)
      expect((await undo('second')).counts).toMatchObject({ restored: 0, removed: 0, unchanged: MANY - 5 })
    })

    it.each<Death>(['before', 'after'])(
      'of a run that was killed %s any operation, itself killed there, leaves no trace',
      async (death) => {
        for (let n = 1, alive = false; !alive; n += 1) {
          base.close()
          base = openSqliteStore({ file: ':memory:' })
          await sync(first())
          const before = await rows()
          alive = await survives(n, death, (store) => sync(then(MANY), { store, run: 'second' }))
          const undone = await survives(n, death, (store) => undo('second', store))
          alive &&= undone
          await undo('second')
          expect(await rows(), `killed ${death} operation ${n}`).toEqual(before)
        }
      },
    )

    it('keeps what was changed since', async () => {
      await sync(first())
      await sync(then(), { run: 'second' })
      await sync(list([...items(1, 7), ...items(9, 12).map(one.rename)]), { run: 'third' })
      const { counts, codes } = await undo('second')
      expect(counts).toEqual({ restored: 1, removed: 0, kept: 4, unchanged: 2 })
      expect(codes().filter((code) => code === mirror.undoTexts.done.keep)).toHaveLength(4)
    })
  })

  describe(`${name}: somebody else writes at the same moment`, () => {
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

    it('both changes stay', async () => {
      await sync(first())
      const edit = one.edit ?? ((row: Row) => ({ ...row, updatedAt: 'elsewhere' }))
      const store = disturbed(() => editRow(one.item(1), edit))
      expect((await sync(then(), { store })).counts).toMatchObject({ updated: 2, deactivated: 1 })
      const after = (await loadRows({ store: base, tenantId: TENANT }, mirror)).get(keyOf(one.item(1)))
      expect(after).toBeDefined()
      if (after === undefined) return
      expect(mirror.rules.changed(one.rename(one.item(1)), after.value)).toEqual([])
      if (one.edit !== undefined) {
        const { updatedAt: _, ...edited } = one.edit(after.value)
        expect(after.value).toMatchObject(edited)
      }
      expect((await sync(then())).counts).toMatchObject({ created: 0, updated: 0, deactivated: 0 })
    })

    it('what the other has done already is not done again', async () => {
      await sync(first())
      const store = disturbed(() => sync(then()))
      const { codes } = await sync(then(), { store, run: 'second' })
      expect(codes()).not.toContain(mirror.texts.done.create)
      expect((await rows()).size).toBe(12)
    })

    it('a row that was taken away is not deactivated', async () => {
      await sync(list(items(1, 7)), { run: 'zero' })
      await sync(first(), { run: 'first' })
      const store = disturbed(() => undo('first'))
      await sync(list(items(1, 7)), { store, run: 'second' })
      expect(await isGone(one.item(8))).toBeUndefined()
      expect((await rows()).size).toBe(7)
    })

    it('undo keeps who was edited between its look and its write', async () => {
      await sync(first())
      await sync(then(), { run: 'second' })
      const edit = one.edit ?? mirror.toGoneRow
      const store = disturbed(() => editRow(one.item(1), (row) => edit(row, 'elsewhere')))
      expect((await undo('second', store)).counts).toEqual({ restored: 2, removed: 4, kept: 1, unchanged: 0 })
    })
  })
}
