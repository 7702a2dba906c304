import { StegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import { PEOPLE_RANGE, peopleTable } from '../people/rows.ts'
import { personId } from '../people/rules/plan.ts'
import { personKeyOf } from './rules/content.ts'

/** Above this many different people one reading of all of them costs less than a point read for each. */
const POINT_READS = 40

/** Why a person cannot be booked for, by external token; undefined where nothing is in the way. */
export type PersonProblem = (externalToken: string) => StegError | undefined

/** Looks up the people of these tokens, each once. */
export async function lookUpPersons(
  store: Store,
  tenantId: string,
  tokens: Iterable<string>,
): Promise<PersonProblem> {
  const people = peopleTable.bind(store)
  const ids = new Map<string, string>()
  for (const token of tokens) {
    const key = personKeyOf(token)
    if (key !== undefined) ids.set(token, personId(key))
  }
  const active = new Map<string, boolean>()
  if (ids.size <= POINT_READS) {
    const rows = await Promise.all(Array.from(ids.values(), (id) => people.get(tenantId, id)))
    for (const row of rows) if (row !== undefined) active.set(row.key, row.value.active)
  } else {
    const wanted = new Set(ids.values())
    for await (const row of people.all(tenantId, PEOPLE_RANGE)) {
      if (wanted.has(row.key)) active.set(row.key, row.value.active)
    }
  }
  return (token) => {
    const state = active.get(ids.get(token) ?? '')
    if (state === undefined) return new StegError('person-unknown', { token })
    return state ? undefined : new StegError('person-inactive', { token })
  }
}

/** External tokens of the active people. */
export async function activePersons(store: Store, tenantId: string): Promise<readonly string[]> {
  const tokens: string[] = []
  for await (const { value } of peopleTable.bind(store).all(tenantId, PEOPLE_RANGE)) {
    if (value.active) tokens.push(value.externalToken)
  }
  return tokens
}
