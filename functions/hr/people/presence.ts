import type { Store } from '../../platform/store/port.ts'
import { PEOPLE_RANGE, peopleTable } from './rows.ts'

/** Above this many people one reading of all of them costs less than a point read for each. */
const POINT_READS = 40

/** Who is there, for capabilities that do something for people. */
export interface PeoplePresence {
  /** Whether each of these people is active, by id; who is unknown is not in it. */
  activity(tenantId: string, ids: Iterable<string>): Promise<ReadonlyMap<string, boolean>>
  /** External tokens of the active people: one reading of all. */
  activeTokens(tenantId: string): Promise<readonly string[]>
}

export function createPresence(store: Store): PeoplePresence {
  const people = peopleTable.bind(store)

  return {
    async activity(tenantId, ids) {
      const wanted = new Set(ids)
      const active = new Map<string, boolean>()
      if (wanted.size <= POINT_READS) {
        const rows = await Promise.all(Array.from(wanted, (id) => people.get(tenantId, id)))
        for (const row of rows) if (row !== undefined) active.set(row.key, row.value.active)
        return active
      }
      for await (const row of people.all(tenantId, PEOPLE_RANGE)) {
        if (wanted.has(row.key)) active.set(row.key, row.value.active)
      }
      return active
    },

    async activeTokens(tenantId) {
      const tokens: string[] = []
      for await (const { value } of people.all(tenantId, PEOPLE_RANGE)) {
        if (value.active) tokens.push(value.externalToken)
      }
      return tokens
    },
  }
}
