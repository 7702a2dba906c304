import { type Clock, toIso } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Store, StoredRow } from '../../platform/store/port.ts'
import { PEOPLE_RANGE, type PersonRow, peopleStatsTable, peopleTable, STATS_KEY } from './rows.ts'
import { matches, searchWords } from './rules/search.ts'

export interface Person extends PersonRow {
  readonly id: string
}

export interface PersonEdit {
  readonly locked?: boolean | undefined
  readonly identMedia?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
}

export interface PeoplePage {
  readonly people: readonly Person[]
  /** People that fit the search, on all pages. */
  readonly total: number
  readonly cursor: string | undefined
}

export interface PeopleService {
  /** One page in order of client and employee number. A search reads the tenant's whole partition to count. */
  list(
    tenantId: string,
    query: {
      readonly search?: string | undefined
      readonly limit: number
      readonly cursor?: string | undefined
    },
  ): Promise<PeoplePage>
  /** How many people there are: one point read. */
  total(tenantId: string): Promise<number>
  /** @throws StegError `not-found` */
  get(tenantId: string, id: string): Promise<{ person: Person; etag: string }>
  /** Changes what the tenant leads; Sage's fields stay. @throws StegError `not-found`, `store-conflict` */
  edit(
    tenantId: string,
    id: string,
    edit: PersonEdit,
    ifMatch: string | undefined,
  ): Promise<{ person: Person; etag: string }>
  /** The same edit for many; one that fails does not hold up the others. */
  editMany(
    tenantId: string,
    ids: readonly string[],
    edit: PersonEdit,
  ): Promise<readonly { id: string; error?: StegError }[]>
}

export function createPeopleService(parts: { store: Store; clock: Clock }): PeopleService {
  const people = peopleTable.bind(parts.store)
  const stats = peopleStatsTable.bind(parts.store)

  async function edit(tenantId: string, id: string, change: PersonEdit, ifMatch: string | undefined) {
    for (;;) {
      const row = await people.get(tenantId, id)
      if (row === undefined) throw new StegError('not-found', { what: 'person' })
      const next: PersonRow = {
        ...row.value,
        ...(change.locked === undefined ? {} : { locked: change.locked }),
        ...(change.identMedia === undefined ? {} : { identMedia: [...change.identMedia] }),
        ...(change.groups === undefined ? {} : { groups: [...change.groups] }),
        updatedAt: toIso(parts.clock.now()),
      }
      try {
        const etag = await people.put(tenantId, id, next, { kind: 'match', etag: ifMatch ?? row.etag })
        return { person: { ...next, id }, etag }
      } catch (error) {
        // Without If-Match the edit is meant for whatever is there: the synchronisation may just have written.
        if (ifMatch !== undefined || !isStegError(error, 'store-conflict')) throw error
      }
    }
  }

  return {
    edit,

    async list(tenantId, { search, limit, cursor }) {
      const words = searchWords(search ?? '')
      const from = cursor ?? PEOPLE_RANGE.from
      if (words.length === 0) {
        const [page, figures] = await Promise.all([
          people.query(tenantId, { from, to: PEOPLE_RANGE.to, limit: limit + 1 }),
          stats.get(tenantId, STATS_KEY),
        ])
        return pageOf(page.rows, limit, figures?.value.total ?? 0)
      }
      const found: { key: string; value: PersonRow }[] = []
      let total = 0
      for await (const row of people.all(tenantId, PEOPLE_RANGE)) {
        if (!matches(row.value, words)) continue
        total += 1
        if (row.key >= from && found.length <= limit) found.push(row)
      }
      return pageOf(found, limit, total)
    },

    total: async (tenantId) => (await stats.get(tenantId, STATS_KEY))?.value.total ?? 0,

    async get(tenantId, id) {
      const row = await people.get(tenantId, id)
      if (row === undefined) throw new StegError('not-found', { what: 'person' })
      return { person: { ...row.value, id }, etag: row.etag }
    },

    async editMany(tenantId, ids, change) {
      const results: { id: string; error?: StegError }[] = []
      for (const id of new Set(ids)) {
        try {
          await edit(tenantId, id, change, undefined)
          results.push({ id })
        } catch (error) {
          if (!isStegError(error)) throw error
          results.push({ id, error })
        }
      }
      return results
    },
  }
}

/** `rows` has one more than the page when there is a next one; its key is the cursor. */
function pageOf(
  rows: readonly (Pick<StoredRow, 'key'> & { value: PersonRow })[],
  limit: number,
  total: number,
): PeoplePage {
  return {
    people: rows.slice(0, limit).map((row) => ({ ...row.value, id: row.key })),
    total,
    cursor: rows[limit]?.key,
  }
}
