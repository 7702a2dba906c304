import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryRules, type KnownEntry, type ListEntry } from '../../../functions/hr/masterdata/rules/plan.ts'
import {
  confirmGone as confirm,
  countsOf,
  type MirrorPlan,
  planMirror,
} from '../../../functions/sync/mirror/rules/plan.ts'
import { listingOf } from '../../sync/mirror/listing.ts'

const rules = entryRules(String)
const list = (listed: readonly ListEntry[]) => listingOf(listed, ({ id }) => String(id))
const byKey = (known: readonly KnownEntry[]) => new Map(known.map((row) => [String(row.id), row]))
const planList = (listed: readonly ListEntry[], known: readonly KnownEntry[]) =>
  planMirror(list(listed), byKey(known), rules)
const confirmGone = (plan: MirrorPlan<ListEntry>, second: readonly ListEntry[]) =>
  confirm(plan, list(second), new Map(), rules, false)

const entry = (id: number, name = `n${id}`): ListEntry => ({ id, fields: { name } })
const known = (id: number, gone = false, name = `n${id}`): KnownEntry => ({ ...entry(id, name), gone })

describe('plan of a keyed list', () => {
  it.each<[string, ListEntry[], KnownEntry[], object]>([
    ['nothing known', [entry(1)], [], { create: 1 }],
    ['nothing new', [entry(1)], [known(1)], { unchanged: 1 }],
    ['another name', [entry(1, 'x')], [known(1)], { update: 1 }],
    ['disappeared', [entry(1)], [known(1), known(2)], { unchanged: 1, deactivate: 1 }],
    ['disappeared before', [entry(1)], [known(1), known(2, true)], { unchanged: 2 }],
    ['came back', [entry(1)], [known(1, true)], { update: 1 }],
    [
      'everything at once',
      [entry(1), entry(2, 'x')],
      [known(2), known(3)],
      { create: 1, update: 1, deactivate: 1 },
    ],
  ])('%s', (_, listed, before, expected) => {
    expect(countsOf(planList(listed, before))).toEqual({
      create: 0,
      update: 0,
      deactivate: 0,
      unchanged: 0,
      ...expected,
    })
  })

  it('names what changed, also fields that came or went', () => {
    const before = { id: 1, fields: { name: 'a', color: '#fff' }, gone: true }
    const plan = planList([{ id: 1, fields: { name: 'b', short: 'B' } }], [before])
    expect(plan.actions).toMatchObject([{ changed: ['color', 'name', 'short', 'gone'] }])
  })

  it('a second reading decides what is gone, and an empty one decides nothing', () => {
    const plan = planList([entry(1)], [known(1), known(2), known(3)])
    expect(countsOf(confirmGone(plan, [entry(1), entry(2)]))).toMatchObject({ deactivate: 1, unchanged: 2 })
    expect(countsOf(confirmGone(plan, []))).toMatchObject({ deactivate: 0, unchanged: 3 })
  })

  it('executed once leaves nothing to do, and forgets no entry', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 20 }))
    const name = fc.constantFrom('a', 'b')
    const listed = ids.chain((own) => fc.tuple(...own.map((id) => name.map((text) => entry(id, text)))))
    const before = ids.chain((own) =>
      fc.tuple(...own.map((id) => fc.tuple(name, fc.boolean()).map(([text, gone]) => known(id, gone, text)))),
    )
    fc.assert(
      fc.property(listed, before, (rows, store) => {
        const after = new Map(store.map((one) => [one.id, one]))
        for (const action of planList(rows, store).actions) {
          const id = Number(action.key)
          if (action.kind === 'deactivate') after.set(id, { ...known(id), ...after.get(id), gone: true })
          else after.set(id, { id, fields: action.item.fields, gone: false })
        }
        const again = planList(rows, [...after.values()])
        expect(again.actions).toEqual([])
        for (const { id } of store) expect(after.has(id)).toBe(true)
        const active = [...after.values()].filter(({ gone }) => !gone)
        expect(active.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort())
      }),
    )
  })
})
