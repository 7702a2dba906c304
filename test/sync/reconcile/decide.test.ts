import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../functions/sync/reconcile/rules/conditions.ts'
import { decide, type Known, type Policy } from '../../../functions/sync/reconcile/rules/decide.ts'
import type { Link } from '../../../functions/sync/reconcile/rules/link.ts'
import { type Mode, modes, overwrites } from '../../../functions/sync/reconcile/rules/modes.ts'
import { type Action, reasons } from '../../../functions/sync/reconcile/rules/reasons.ts'

const prints = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'))
const conditions = fc.subarray<Condition>([
  'private',
  'series',
  'outside-window',
  'not-representable',
  'meeting',
  'ineligible',
])
const facts = fc.record({ prints, conditions, changedAt: fc.option(fc.nat(3), { nil: undefined }) })
const there = facts.map((item) => ({ kind: 'there' as const, item }))
const gone = fc.constant({ kind: 'gone' as const })
const unread = fc.constant({ kind: 'unread' as const })

const link: fc.Arbitrary<Link> = fc.record({
  id: fc.constant('x'),
  generation: fc.nat(2),
  inside: fc.option(fc.record({ prints }), { nil: undefined }),
  outside: fc.option(fc.record({ id: fc.constant('o'), prints, gone: fc.boolean() }), { nil: undefined }),
  active: fc.boolean(),
  deletedExternally: fc.boolean(),
  excluded: fc.constantFrom<Link['excluded']>(
    undefined,
    'existing',
    'private',
    'series',
    'ineligible',
    'deleted-inside',
    'undone',
  ),
  decision: fc.constantFrom<Link['decision']>(undefined, undefined, 'inside', 'outside'),
})

const policies: fc.Arbitrary<Policy> = fc.record({
  mode: fc.constantFrom<Mode>('export', 'one-way', 'two-way', 'full', 'contacts'),
  conflict: fc.constantFrom('leading', 'newest', 'ask'),
  export: fc.boolean(),
  import: fc.boolean(),
  series: fc.constantFrom('sync', 'exclude'),
  importExisting: fc.boolean(),
  fields: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('both', 'out', 'in', 'none')),
})

const knowns: fc.Arbitrary<Known> = fc.record({
  link: fc.option(link, { nil: undefined }),
  inside: fc.oneof(there, gone),
  outside: fc.oneof(there, gone, unread),
  initial: fc.boolean(),
  failedSame: fc.boolean(),
})

function holds(check: (action: Action, policy: Policy, known: Known) => boolean): void {
  fc.assert(
    fc.property(policies, knowns, (policy, known) => {
      const { action } = reasons[decide(policy, known).reason]
      expect(check(action, policy, known), action).toBe(true)
    }),
    { numRuns: 2000 },
  )
}

const marked = ({ outside }: Known, condition: Condition) =>
  outside.kind === 'there' && outside.item.conditions.includes(condition)

describe('whatever is known about an item', () => {
  test('nothing is created or changed inside where nothing comes in', () => {
    holds((action, { mode, import: imports }) =>
      overwrites[mode] || !imports ? action !== 'takeIn' && action !== 'updateInside' : true,
    )
  })

  test('new outside items come in with full only', () => {
    holds((action, { mode }, { link }) => {
      const knownInside = link?.inside !== undefined
      return action !== 'takeIn' || mode === 'full' || knownInside
    })
  })

  test('nothing is deleted outside with export, for contacts, or with exports switched off', () => {
    holds((action, { mode, export: exports }) =>
      action === 'deleteOutside' ? exports && mode !== 'export' && mode !== 'contacts' : true,
    )
  })

  test('nothing is deleted outside while the item is there inside', () => {
    holds((action, _, { inside }) => action !== 'deleteOutside' || inside.kind === 'gone')
  })

  test('a meeting is never deleted outside, and never written to because of a change inside', () => {
    holds((action, _, known) =>
      marked(known, 'meeting') ? action !== 'deleteOutside' && action !== 'updateOutside' : true,
    )
  })

  test('a private item is never deleted outside', () => {
    holds((action, _, known) => !marked(known, 'private') || action !== 'deleteOutside')
  })

  test('what cannot be said is never written to where it counts', () => {
    holds((action, { mode }, known) =>
      marked(known, 'not-representable') && mode !== 'export'
        ? !['takeIn', 'updateInside', 'updateOutside', 'merge', 'deleteOutside', 'adopt'].includes(action)
        : true,
    )
  })

  test('export and one-way never flag', () => {
    holds((action, { mode }) =>
      mode === 'export' || mode === 'one-way' ? action !== 'flagDeletedExternally' : true,
    )
  })

  test('nothing is created outside while an item is there that counts as the link’s', () => {
    holds((action, { series }, known) => {
      const beside = marked(known, 'private') || (marked(known, 'series') && series === 'exclude')
      return action !== 'createOutside' || known.outside.kind !== 'there' || beside
    })
  })
})

test('every cell of every table is a reason or a contest, in German and English', () => {
  for (const { en, de } of Object.values(reasons)) {
    expect(en).toMatch(/^[A-Z].*\.$/)
    expect(de).toMatch(/^[A-ZÄÖÜ].*\.$/)
  }
  for (const table of Object.values(modes)) {
    for (const row of Object.values(table)) {
      for (const cell of Object.values(row)) {
        expect(cell in reasons || cell === 'deletion-inside' || cell === 'deletion-outside').toBe(true)
      }
    }
  }
})
