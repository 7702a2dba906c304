import { describe, expect, it } from 'vitest'
import { RunHeld } from '../../../functions/jobs/port.ts'
import type { Stamped } from '../../../functions/sync/kept-rows.ts'
import type { Listing } from '../../../functions/sync/mirror/rules/listing.ts'
import type { Death } from '../../jobs/failing-store.ts'
import { createMirrorSite, type MirrorCase } from './site.ts'

/** More than two atomic batches. */
const MANY = 230

/** What every list that is kept in step does, whatever goes wrong. Each mirror of the product runs this. */
export function describeMirror<Item, Row extends Stamped>(name: string, one: MirrorCase<Item, Row>): void {
  describe(name, () => describeEach(one))
}

function describeEach<Item, Row extends Stamped>(one: MirrorCase<Item, Row>): void {
  const { mirror } = one
  const site = createMirrorSite(one)
  const { items, list, rows, rowOf, isGone, sync, syncApproved, undo, heldOf, counting } = site
  const { survives, disturbed, editRow, renew } = site

  /** 1 to 8 known; then 1 and 2 are renamed, 8 is missing and 9 to `to` are new. */
  const first = () => list(items(1, 8))
  const then = (to = 12) => list([...items(1, 2).map(one.rename), ...items(3, 7), ...items(9, to)])

  describe('kept in step', () => {
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
        await sync(first())
        await syncApproved(then(MANY))
        const wanted = await rows()
        for (let n = 1, alive = false; !alive; n += 1) {
          renew()
          await sync(first())
          alive = await survives(n, death, (store) => syncApproved(then(MANY), { store }))
          await syncApproved(then(MANY), { run: 'again' })
          expect(await rows(), `killed ${death} operation ${n}`).toEqual(wanted)
        }
      },
    )
  })

  describe('rows that cannot be understood', () => {
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

  describe('undo', () => {
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
          renew()
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

  describe('somebody else writes at the same moment', () => {
    it('both changes stay', async () => {
      await sync(first())
      const edit = one.edit ?? ((row: Row) => ({ ...row, updatedAt: 'elsewhere' }))
      const store = disturbed(() => editRow(one.item(1), edit))
      expect((await sync(then(), { store })).counts).toMatchObject({ updated: 2, deactivated: 1 })
      const after = await rowOf(one.item(1))
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
