import { StegError } from '../../../shared/errors/error.ts'
import type { PeopleService } from '../people/service.ts'
import { personId, personKeyOf } from '../rules/person-key.ts'

/** What bookings need to know of people. */
export type BookedPeople = Pick<PeopleService, 'activity' | 'activeTokens'>

/** Why a person cannot be booked for, by external token; undefined where nothing is in the way. */
export type PersonProblem = (externalToken: string) => StegError | undefined

/** Looks up the people of these tokens, each once. */
export async function lookUpPersons(
  people: Pick<BookedPeople, 'activity'>,
  tenantId: string,
  tokens: Iterable<string>,
): Promise<PersonProblem> {
  const ids = new Map<string, string>()
  for (const token of tokens) {
    const key = personKeyOf(token)
    if (key !== undefined) ids.set(token, personId(key))
  }
  const active = await people.activity(tenantId, ids.values())
  return (token) => {
    const state = active.get(ids.get(token) ?? '')
    if (state === undefined) return new StegError('person-unknown', { token })
    return state ? undefined : new StegError('person-inactive', { token })
  }
}
