/**
 * What a synchronisation of people does, decided before anything is written (A7 `SysSageSyncPersonen`): Sage leads;
 * who disappeared from Sage is deactivated, never deleted.
 */

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
  readonly id: string
  /** Set while the person is missing in Sage. */
  readonly missing: boolean
}

/** `ends`: an active person becomes inactive; these are what the guard counts. */
export type PersonAction =
  | { readonly kind: 'create'; readonly id: string; readonly person: SagePerson }
  | {
      readonly kind: 'update'
      readonly id: string
      readonly person: SagePerson
      readonly changed: readonly string[]
      readonly ends: boolean
    }
  | { readonly kind: 'deactivate'; readonly id: string; readonly ends: boolean }

export interface PeoplePlan {
  readonly actions: readonly PersonAction[]
  readonly unchanged: number
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

export function planPeople(listed: readonly SagePerson[], known: readonly KnownPerson[]): PeoplePlan {
  const knownById = new Map(known.map((person) => [person.id, person]))
  const actions: PersonAction[] = []
  let unchanged = 0
  for (const person of listed) {
    const id = personId(person)
    const before = knownById.get(id)
    knownById.delete(id)
    if (before === undefined) {
      actions.push({ kind: 'create', id, person })
      continue
    }
    const changed: string[] = sageFieldNames.filter((name) => before[name] !== person[name])
    if (before.missing) changed.push('missing')
    if (changed.length === 0) unchanged += 1
    else actions.push({ kind: 'update', id, person, changed, ends: before.active && !person.active })
  }
  for (const gone of knownById.values()) {
    if (gone.missing) unchanged += 1
    else actions.push({ kind: 'deactivate', id: gone.id, ends: gone.active })
  }
  return { actions, unchanged }
}

/**
 * A person is taken for gone only when a second reading of the list does not show it either: the answer of a server
 * under load is not a reason to lock people out.
 */
export function confirmDeactivations(plan: PeoplePlan, second: readonly SagePerson[]): PeoplePlan {
  const present = new Set(second.map(personId))
  const actions = plan.actions.filter((action) => action.kind !== 'deactivate' || !present.has(action.id))
  return { actions, unchanged: plan.unchanged + plan.actions.length - actions.length }
}
