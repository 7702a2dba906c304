import type { MirrorRules } from '../../../sync/mirror/rules/plan.ts'
import { idOfToken } from '../../rules/person-key.ts'
import type { SageFields, SagePerson } from '../../rules/sage-data.ts'

/** What a synchronisation of people compares (A7 `SysSageSyncPersonen`). */

export interface KnownPerson extends SageFields {
  /** Set while the person is missing in Sage. */
  readonly missing?: boolean | undefined
}

const sageFieldNames = [
  'firstName',
  'lastName',
  'email',
  'active',
  'timeManagement',
  'accessControl',
  'entry',
  'exit',
] as const satisfies readonly (keyof SageFields)[]

/** Sage lists people by their external tokens. */
export const peopleRules: MirrorRules<SagePerson, KnownPerson> = {
  keyOf: idOfToken,
  changed: (person, row) => sageFieldNames.filter((name) => row[name] !== person[name]),
  isGone: (row) => row.missing ?? false,
  goneField: 'missing',
  isActive: (row) => row.active,
  becomesActive: (person) => person.active,
  couldBe: ({ firstName, lastName }, row) =>
    (firstName === undefined || firstName === row.firstName) &&
    (lastName === undefined || lastName === row.lastName),
}

/** Share of the active people that one run may deactivate without approval, and the number that is always allowed. */
export const deactivationProportion = { share: 0.1, always: 3 } as const
