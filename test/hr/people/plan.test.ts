import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deactivationProportion,
  type KnownPerson as KnownFields,
  peopleRules,
} from '../../../functions/hr/people/rules/plan.ts'
import { personId } from '../../../functions/hr/rules/person-key.ts'
import type { SagePerson } from '../../../functions/hr/rules/sage-data.ts'
import { confirmGone, type MirrorPlan, planMirror } from '../../../functions/sync/mirror/rules/plan.ts'
import { findExceeded, limitOf } from '../../../functions/sync/rules/guard.ts'
import { listPeople } from '../../sync/mirror/listing.ts'

type KnownPerson = KnownFields & { readonly id: string }

const byId = (known: readonly KnownPerson[]) => new Map(known.map((row) => [row.id, row]))
const planPeople = (listed: readonly SagePerson[], known: readonly KnownPerson[]) =>
  planMirror(listPeople(listed), byId(known), peopleRules)
const heldBy = (plan: MirrorPlan<SagePerson>, active: number) =>
  findExceeded(
    plan.actions.filter((action) => action.kind !== 'create' && action.ends).map(({ key }) => key),
    active,
    deactivationProportion,
  )

const person = (over: Partial<SagePerson> = {}): SagePerson => ({
  clientNumber: 3,
  employeeNumber: 4,
  firstName: 'Gabi',
  lastName: 'Gehalt',
  active: true,
  timeManagement: true,
  accessControl: false,
  ...over,
})

const known = (over: Partial<KnownPerson> = {}): KnownPerson => ({
  id: personId(person()),
  firstName: 'Gabi',
  lastName: 'Gehalt',
  active: true,
  timeManagement: true,
  accessControl: false,
  missing: false,
  ...over,
})

/** What the store holds after a plan was executed. */
function execute(plan: ReturnType<typeof planPeople>, before: readonly KnownPerson[]): KnownPerson[] {
  const rows = new Map(before.map((row) => [row.id, row]))
  for (const action of plan.actions) {
    const { key: id } = action
    if (action.kind === 'deactivate') {
      const row = rows.get(id)
      if (row) rows.set(id, { ...row, active: false, missing: true })
    } else {
      const { clientNumber: _, employeeNumber: __, ...fields } = action.item
      rows.set(id, { ...fields, id, missing: false })
    }
  }
  return [...rows.values()]
}

const anyPerson: fc.Arbitrary<SagePerson> = fc.record({
  clientNumber: fc.integer({ min: 1, max: 3 }),
  employeeNumber: fc.integer({ min: 1, max: 30 }),
  firstName: fc.option(fc.constantFrom('Jörg', 'Änne', 'Zoë'), { nil: undefined }),
  lastName: fc.constantFrom('Müller', 'Groß', 'von Thurn'),
  email: fc.constant(undefined),
  active: fc.boolean(),
  timeManagement: fc.boolean(),
  accessControl: fc.boolean(),
  entry: fc.option(fc.constant('2020-01-01'), { nil: undefined }),
  exit: fc.constant(undefined),
})
const anyList = fc.uniqueArray(anyPerson, { selector: personId, maxLength: 40 })

describe('plan of people (A7 SysSageSyncPersonen)', () => {
  it.each([
    ['a new person is created', [person()], [], ['create']],
    ['nothing changed', [person()], [known()], []],
    ['a changed name is updated', [person({ lastName: 'Lohn' })], [known()], ['update']],
    ['who is inactive in Sage becomes inactive', [person({ active: false })], [known()], ['update']],
    ['who disappeared is deactivated', [], [known()], ['deactivate']],
    ['who is already missing is left alone', [], [known({ active: false, missing: true })], []],
    ['who comes back is updated', [person()], [known({ active: false, missing: true })], ['reactivate']],
    [
      'who comes back inactive is no longer missing',
      [person({ active: false })],
      [known({ active: false, missing: true })],
      ['reactivate'],
    ],
  ])('%s', (_, listed, before, expected) => {
    expect(planPeople(listed, before).actions.map(({ kind }) => kind)).toEqual(expected)
  })

  it('names the fields that changed', () => {
    const plan = planPeople([person({ email: 'g@example.org', accessControl: true })], [known()])
    expect(plan.actions).toMatchObject([{ kind: 'update', changed: ['email', 'accessControl'] }])
  })

  it('converges: executing a plan leaves nothing to do', () => {
    fc.assert(
      fc.property(anyList, anyList, (first, second) => {
        const before = execute(planPeople(first, []), [])
        const after = execute(planPeople(second, before), before)
        expect(planPeople(second, after).actions).toEqual([])
      }),
    )
  })

  it('never deletes anybody and never touches the same person twice', () => {
    fc.assert(
      fc.property(anyList, anyList, (first, second) => {
        const before = execute(planPeople(first, []), [])
        const plan = planPeople(second, before)
        const ids = plan.actions.map(({ key }) => key)
        expect(new Set(ids).size).toBe(ids.length)
        expect(execute(plan, before).length).toBeGreaterThanOrEqual(before.length)
        expect(plan.unchanged + plan.actions.length).toBe(new Set([...first, ...second].map(personId)).size)
      }),
    )
  })

  it('deactivates only whom no reading shows', () => {
    fc.assert(
      fc.property(anyList, anyList, anyList, (first, second, third) => {
        const before = execute(planPeople(first, []), [])
        const unsure = planPeople(second, before)
        const plan = confirmGone(unsure, listPeople(third), byId(before), peopleRules, true)
        const seen = new Set([...second, ...third].map(personId))
        for (const action of plan.actions)
          if (action.kind === 'deactivate') expect(seen).not.toContain(action.key)
      }),
    )
  })
})

describe('deactivation guard (F4)', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 3],
    [30, 3],
    [108, 10],
    [10_000, 1000],
  ])('of %i active people at most %i may go unasked', (active, limit) => {
    expect(limitOf(active, deactivationProportion)).toBe(limit)
  })

  it('never lets everybody go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (active) => {
        expect(limitOf(active, deactivationProportion)).toBeLessThan(active)
      }),
    )
  })

  const many = (count: number, over: Partial<KnownPerson> = {}) =>
    Array.from({ length: count }, (_, index) =>
      known({ id: personId({ clientNumber: 1, employeeNumber: index }), ...over }),
    )

  it('counts who is reported inactive like who disappeared', () => {
    const inactive = Array.from({ length: 20 }, (_, employeeNumber) =>
      person({ clientNumber: 1, employeeNumber, active: false }),
    )
    expect(heldBy(planPeople(inactive, many(20)), 20)).toMatchObject({ count: 20, limit: 3 })
  })

  it('does not count who was inactive before', () => {
    expect(heldBy(planPeople([], many(20, { active: false })), 5)).toBeUndefined()
  })

  it('holds a plan over the limit and names whom it is about', () => {
    const before = Array.from({ length: 20 }, (_, index) =>
      known({ id: personId({ clientNumber: 1, employeeNumber: index }) }),
    )
    const held = heldBy(planPeople([], before), 20)
    expect(held).toMatchObject({ count: 20, limit: 3, total: 20 })
    expect(held?.ids).toHaveLength(20)
    expect(heldBy({ actions: [], unchanged: 0, putOff: 0 }, 20)).toBeUndefined()
  })
})
