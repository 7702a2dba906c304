import type { MirrorRules } from '../../../sync/mirror/rules/plan.ts'

/** What a synchronisation of people compares (A7 `SysSageSyncPersonen`), and how people are keyed. */

/** The fields that Sage leads; what the tenant sets in the hub is not among them. Days are `YYYY-MM-DD`. */
export interface SageFields {
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly email?: string | undefined
  readonly active: boolean
  readonly timeManagement: boolean
  readonly accessControl: boolean
  readonly entry?: string | undefined
  readonly exit?: string | undefined
}

/** A person as Sage lists it. */
export interface SagePerson extends SageFields {
  readonly clientNumber: number
  readonly employeeNumber: number
}

export interface KnownPerson extends SageFields {
  /** Set while the person is missing in Sage. */
  readonly missing?: boolean | undefined
}

/** Sorts by client, then employee; fits every key that the store takes. */
export function personId(person: { clientNumber: number; employeeNumber: number }): string {
  return `s${String(person.clientNumber).padStart(6, '0')}-${String(person.employeeNumber).padStart(8, '0')}`
}

export function externalToken(person: { clientNumber: number; employeeNumber: number }): string {
  return `${person.clientNumber}_${person.employeeNumber}`
}

/** The external token back from a person's id. */
export function tokenOf(id: string): string {
  const [client, employee] = id.slice(1).split('-')
  return `${Number(client)}_${Number(employee)}`
}

/** A person's id from an external token such as `3_4`; undefined when it cannot be one of Sage's. */
export function idOfToken(token: string): string | undefined {
  const match = /^(0|[1-9]\d{0,5})_(0|[1-9]\d{0,7})$/.exec(token)
  return match === null
    ? undefined
    : personId({ clientNumber: Number(match[1]), employeeNumber: Number(match[2]) })
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
