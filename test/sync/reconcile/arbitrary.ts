import fc from 'fast-check'
import type { Condition } from '../../../functions/sync/reconcile/rules/conditions.ts'
import type { Event, Fault, Field, Setting } from './events.ts'

const pick = fc.nat(7)
const field = fc.constantFrom<Field>('a', 'b')
const clear = fc.boolean()
const condition = fc.constantFrom<Condition | undefined>(
  undefined,
  undefined,
  undefined,
  'private',
  'series',
  'meeting',
  'outside-window',
  'ineligible',
)

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('kill' as const), step: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('lose-answers' as const),
      outside: fc.nat(3),
      inside: fc.nat(2),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'late-creation' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unavailable' as const), after: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'incomplete' }) },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'repeats' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('race' as const),
      writes: fc.integer({ min: 1, max: 3 }),
      field,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refuse' as const), pick }) },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'twice' }) },
)

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Event>({ kind: 'inside-create' }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('inside-change' as const), pick, field, clear }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('inside-delete' as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('inside-mark' as const), pick, ineligible: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('outside-create' as const), condition }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('outside-change' as const), pick, field, clear }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('outside-delete' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('outside-mark' as const), pick, condition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outside-touch' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('same-change' as const), pick, field }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      pick,
      take: fc.constantFrom('inside' as const, 'outside' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: 'expire' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('switch' as const),
      direction: fc.constantFrom('export' as const, 'import' as const),
      on: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: 'switch-mode' }) },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: 'dry-run' }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('run' as const), fault }) },
)

export const settings: fc.Arbitrary<Setting> = fc.record({
  policy: fc.record({
    mode: fc.constantFrom('export', 'one-way', 'two-way', 'full', 'contacts'),
    conflict: fc.constantFrom('leading', 'newest', 'ask'),
    series: fc.constantFrom('sync', 'exclude'),
    importExisting: fc.boolean(),
  }),
  answersVersions: fc.boolean(),
  keepsStamps: fc.boolean(),
  listsContent: fc.boolean(),
  rewrites: fc.constantFrom('no', 'no', 'declared', 'undeclared'),
  parallel: fc.constantFrom(1, 3),
})

export const histories = fc.array(event, { maxLength: 24, size: 'max' })
