import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Listing, type Reading, toListing } from '../../../functions/sync/mirror/rules/listing.ts'
import {
  confirmGone,
  type MirrorPlan,
  type MirrorRules,
  planMirror,
  replan,
} from '../../../functions/sync/mirror/rules/plan.ts'

interface Item {
  readonly name: string
  readonly active: boolean
}
interface Row extends Item {
  readonly gone: boolean
}

/** Keys above 20 cannot be those of rows. */
const rules: MirrorRules<Item, Row> = {
  keyOf: (key) => (Number(key) > 20 ? undefined : `k${key}`),
  changed: (item, row) => [
    ...(item.name === row.name ? [] : ['name']),
    ...(item.active === row.active ? [] : ['active']),
  ],
  isGone: ({ gone }) => gone,
  goneField: 'gone',
  isActive: ({ active }) => active,
  becomesActive: ({ active }) => active,
  couldBe: ({ name }, row) => name === undefined || name === row.name,
}

const anyItem: fc.Arbitrary<Item> = fc.record({ name: fc.constantFrom('a', 'b'), active: fc.boolean() })
const anyKey = fc.integer({ min: 0, max: 25 }).map(String)
const anyReading: fc.Arbitrary<Reading<Item>> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('understood'),
      key: anyKey,
      about: fc.constant(''),
      item: anyItem,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('left-out'),
      key: fc.option(anyKey, { nil: undefined }),
      about: fc.constant(''),
      known: fc.oneof(fc.constant({}), fc.constant({ name: 'a' }), fc.constant({ name: 'b' })),
      problem: fc.constant({ kind: 'field', field: 'f', value: undefined }),
    }),
  },
) as fc.Arbitrary<Reading<Item>>
const same = (a: Item, b: Item) => a.name === b.name && a.active === b.active
const anyListing = fc.array(anyReading, { maxLength: 25 }).map((readings) => toListing(readings, same))
const clearListing = anyListing.map((listing) => ({ ...listing, leftOut: [] }))
const anyRows = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 20 }), anyItem, fc.boolean()), { selector: ([key]) => key })
  .map((rows) => new Map(rows.map(([key, item, gone]): [string, Row] => [`k${key}`, { ...item, gone }])))

function execute(plan: MirrorPlan<Item>, before: ReadonlyMap<string, Row>): Map<string, Row> {
  const after = new Map(before)
  for (const action of plan.actions) {
    const row = after.get(action.key)
    if (action.kind !== 'deactivate') after.set(action.key, { ...action.item, gone: false })
    else if (row !== undefined) after.set(action.key, { ...row, active: false, gone: true })
  }
  return after
}
const keysIn = (listing: Listing<Item>) =>
  new Set(
    [...listing.items.keys(), ...listing.leftOut.flatMap(({ key }) => key ?? [])].flatMap(
      (key) => rules.keyOf(key) ?? [],
    ),
  )
const gone = (plan: MirrorPlan<Item>) =>
  plan.actions.filter(({ kind }) => kind === 'deactivate').map(({ key }) => key)

describe('plan of a list', () => {
  it('converges: what was executed leaves nothing to do, and no row is lost', () => {
    fc.assert(
      fc.property(anyListing, anyRows, (listing, rows) => {
        const plan = planMirror(listing, rows, rules)
        const after = execute(plan, rows)
        expect(planMirror(listing, after, rules).actions).toEqual([])
        for (const key of rows.keys()) expect(after.has(key)).toBe(true)
        const keys = plan.actions.map(({ key }) => key)
        expect(new Set(keys).size).toBe(keys.length)
      }),
    )
  })

  it('never takes for gone what any row of either reading shows or could be', () => {
    fc.assert(
      fc.property(anyListing, anyListing, anyRows, fc.boolean(), (first, second, rows, emptyProves) => {
        const planned = planMirror(first, rows, rules)
        const plan = confirmGone(planned, second, rows, rules, emptyProves)
        const nameless = (listing: Listing<Item>) =>
          listing.leftOut.filter(({ key }) => key === undefined).map(({ known }) => known)
        for (const key of gone(planned)) {
          expect(keysIn(first)).not.toContain(key)
          const row = rows.get(key)
          for (const known of nameless(first)) expect(row && rules.couldBe(known, row)).toBe(false)
        }
        for (const key of gone(plan)) {
          expect(keysIn(second)).not.toContain(key)
          const row = rows.get(key)
          for (const known of nameless(second)) expect(row && rules.couldBe(known, row)).toBe(false)
        }
        if (second.count === 0 && !emptyProves) expect(gone(plan)).toEqual([])
        expect(plan.actions.length + plan.unchanged + plan.putOff).toBe(
          planned.actions.length + planned.unchanged + planned.putOff,
        )
      }),
    )
  })

  it('accounts for every row and every item, and counts as ended what was active and no longer is', () => {
    fc.assert(
      fc.property(anyListing, anyRows, (listing, rows) => {
        const plan = planMirror(listing, rows, rules)
        const listed = [...listing.items.keys()].filter((key) => rules.keyOf(key) !== undefined).length
        const shown = keysIn(listing)
        const missing = [...rows.keys()].filter((key) => !shown.has(key)).length
        expect(plan.actions.length + plan.unchanged + plan.putOff).toBe(listed + missing)
        const after = execute(plan, rows)
        const ended = [...rows].filter(([key, row]) => row.active && !after.get(key)?.active).length
        expect(plan.actions.filter((action) => action.kind !== 'create' && action.ends)).toHaveLength(ended)
      }),
    )
  })

  it('decided again for rows as somebody else left them comes to the same end', () => {
    fc.assert(
      fc.property(clearListing, anyRows, anyRows, (listing, before, now) => {
        const actions = planMirror(listing, before, rules).actions.flatMap(
          (action) => replan(action, now.get(action.key), rules) ?? [],
        )
        const after = execute({ actions, unchanged: 0, putOff: 0 }, now)
        for (const action of planMirror(listing, after, rules).actions) {
          // Only what the first plan did not touch may be left.
          const untouched = planMirror(listing, before, rules).actions.every(({ key }) => key !== action.key)
          expect(untouched).toBe(true)
        }
      }),
    )
  })
})

describe('a reading', () => {
  const understood = (key: string, name: string): Reading<Item> => ({
    kind: 'understood',
    key,
    about: key,
    item: { name, active: true },
  })
  const left = (key: string | undefined): Reading<Item> => ({
    kind: 'left-out',
    key,
    about: '?',
    known: {},
    problem: { kind: 'field', field: 'f', value: undefined },
  })

  it.each<[string, Reading<Item>[], string[], string[]]>([
    ['of different rows takes all', [understood('1', 'a'), understood('2', 'a')], ['1', '2'], []],
    [
      'takes the first of those that say the same',
      [understood('1', 'a'), understood('1', 'a')],
      ['1'],
      ['repeated'],
    ],
    [
      'takes none of two that differ',
      [understood('1', 'a'), understood('1', 'b')],
      [],
      ['ambiguous', 'ambiguous'],
    ],
    [
      'takes none of three of which one differs',
      [understood('1', 'a'), understood('1', 'a'), understood('1', 'b'), understood('1', 'a')],
      [],
      ['repeated', 'ambiguous', 'ambiguous', 'ambiguous'],
    ],
    ['takes what is understood beside what is not', [left('1'), understood('1', 'a')], ['1'], ['field']],
    ['keeps rows without key', [left(undefined), left(undefined)], [], ['field', 'field']],
  ])('%s', (_, readings, keys, problems) => {
    const { items, leftOut, count } = toListing(readings, same)
    expect([...items.keys()]).toEqual(keys)
    expect(leftOut.map(({ problem }) => problem.kind)).toEqual(problems)
    expect(count).toBe(readings.length)
  })

  it('accounts for every row', () => {
    fc.assert(
      fc.property(fc.array(anyReading), (readings) => {
        const { items, leftOut, count } = toListing(readings, same)
        expect(items.size + leftOut.length).toBe(count)
      }),
    )
  })
})
