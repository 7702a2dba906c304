import { StegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import { loadRows } from '../../sync/kept-rows.ts'
import { PEOPLE_RANGE, peopleTable } from './rows.ts'
import { idOfToken } from './rules/plan.ts'

/** Why nothing can be done for a person, by external token; undefined where nothing is in the way. */
export type PersonProblem = (
  externalToken: string,
) => StegError<'person-unknown' | 'person-inactive'> | undefined

export interface PeopleLookup {
  /**
   * Who is known and active among these external tokens; each is read once, at most 40 one by one. A token that is not
   * asked for, or cannot be one of Sage's, is unknown.
   */
  lookUp(tenantId: string, externalTokens: Iterable<string>): Promise<PersonProblem>
  /** External tokens of the active people, in order of client and employee number. */
  activeTokens(tenantId: string): Promise<readonly string[]>
}

const people = { table: peopleTable, range: PEOPLE_RANGE }

export function createPeopleLookup(store: Store): PeopleLookup {
  return {
    async lookUp(tenantId, externalTokens) {
      const ids = new Map<string, string>()
      for (const token of externalTokens) {
        const id = idOfToken(token)
        if (id !== undefined) ids.set(token, id)
      }
      const found = await loadRows({ store, tenantId }, people, new Set(ids.values()))
      return (token) => {
        const person = found.get(ids.get(token) ?? '')
        if (person === undefined) return new StegError('person-unknown', { token })
        return person.value.active ? undefined : new StegError('person-inactive', { token })
      }
    },

    async activeTokens(tenantId) {
      const tokens: string[] = []
      for await (const { value } of peopleTable.bind(store).all(tenantId, PEOPLE_RANGE)) {
        if (value.active) tokens.push(value.externalToken)
      }
      return tokens
    },
  }
}
