import type { Scope } from '../../http/principal.ts'
import type { Store } from '../../platform/store/port.ts'
import { inLanes } from '../../sync/lanes.ts'
import { idOfToken } from '../rules/person-key.ts'
import type { Roster, RosterEntry } from './roster.ts'
import {
  membersRange,
  PEOPLE_RANGE,
  type PersonRow,
  peoplePointersTable,
  peopleStatsTable,
  peopleTable,
  STATS_KEY,
} from './rows.ts'
import { matches, type WantedWord, wantedWords } from './rules/search.ts'
import type { Visibility } from './visibility.ts'

export interface PeopleFilter {
  readonly search?: string | undefined
  readonly active?: boolean | undefined
  readonly missing?: boolean | undefined
  readonly locked?: boolean | undefined
  /** Id of a group. */
  readonly group?: string | undefined
}

export interface StoredPerson {
  readonly key: string
  readonly etag: string
  readonly value: PersonRow
}

export interface FoundPeople {
  readonly rows: readonly StoredPerson[]
  /** People that fit, on all pages. */
  readonly total: number
  /** Id of the first person of the next page. */
  readonly cursor: string | undefined
}

export interface PeopleListing {
  /** One page of those that fit and that the scope covers, in order of id. */
  find(
    tenantId: string,
    filter: PeopleFilter & { readonly limit: number; readonly cursor?: string | undefined },
    scope: Scope,
  ): Promise<FoundPeople>
}

/** Point reads at the same time. */
const READS = 32
const PAGE_ROWS = 1000

/**
 * A plain page costs two transactions. A search or filter looks through the roster; then the people of the page are
 * read, by whichever costs less: point reads, or the range from the first to the last of them.
 */
export function createPeopleListing(parts: {
  readonly store: Store
  readonly rosterOf: (tenantId: string) => Promise<Roster>
  readonly visibility: Pick<Visibility, 'visible'>
  readonly groupNames: (tenantId: string) => Promise<ReadonlyMap<string, string>>
}): PeopleListing {
  const people = peopleTable.bind(parts.store)
  const pointers = peoplePointersTable.bind(parts.store)
  const stats = peopleStatsTable.bind(parts.store)

  /** Ids in order, or undefined for everybody. */
  async function candidates(
    tenantId: string,
    group: string | undefined,
    scope: Scope,
  ): Promise<readonly string[] | undefined> {
    const visible = await parts.visibility.visible(tenantId, scope)
    if (group !== undefined) {
      const members: string[] = []
      for await (const { value } of pointers.all(tenantId, membersRange(group))) {
        if (visible?.has(value.person) ?? true) members.push(value.person)
      }
      return members
    }
    if (visible === undefined || scope.kind === 'everyone') return undefined
    // Whom a scope names need not be there, and would count.
    const named = new Set(scope.people.flatMap((token) => idOfToken(token) ?? []))
    const existing = new Set((await pointReads(tenantId, [...named])).map(({ key }) => key))
    return visible.ids.filter((id) => !named.has(id) || existing.has(id))
  }

  async function pointReads(tenantId: string, ids: readonly string[]): Promise<StoredPerson[]> {
    const rows = await inLanes(ids, { width: READS }, (id) => people.get(tenantId, id))
    return rows.flatMap((row) => (row === undefined ? [] : [row]))
  }

  async function rangeReads(tenantId: string, ids: readonly string[]): Promise<StoredPerson[]> {
    const wanted = new Set(ids)
    const rows: StoredPerson[] = []
    // The space sorts below everything that a key is made of: the range ends behind the last one.
    for await (const row of people.all(tenantId, { from: ids[0] ?? '', to: `${ids.at(-1)} ` })) {
      if (wanted.has(row.key)) rows.push(row)
    }
    return rows
  }

  async function filtered(
    tenantId: string,
    filter: PeopleFilter,
    ids: readonly string[] | undefined,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<FoundPeople> {
    const [roster, names] = await Promise.all([
      parts.rosterOf(tenantId),
      filter.search === undefined ? new Map<string, string>() : parts.groupNames(tenantId),
    ])
    const words = wantedWords(filter.search ?? '', names)
    const idAt = (index: number) => roster.ids[index] ?? ''
    const allowed = ids === undefined ? undefined : new Set(ids)
    const found: number[] = []
    for (const [index, entry] of roster.entries.entries()) {
      if (allowed?.has(idAt(index)) === false) continue
      if (fits(entry, filter, words)) found.push(index)
    }
    const from = page.cursor === undefined ? 0 : firstFrom(found.map(idAt), page.cursor)
    const shown = found.slice(from, from + page.limit)
    const span = (shown.at(-1) ?? 0) - (shown[0] ?? 0) + 1
    const read = Math.ceil(span / PAGE_ROWS) < shown.length ? rangeReads : pointReads
    const next = found[from + page.limit]
    return {
      rows: shown.length === 0 ? [] : await read(tenantId, shown.map(idAt)),
      total: found.length,
      cursor: next === undefined ? undefined : idAt(next),
    }
  }

  return {
    async find(tenantId, { limit, cursor, ...filter }, scope) {
      const ids = await candidates(tenantId, filter.group, scope)
      if (isFilter(filter)) return filtered(tenantId, filter, ids, { limit, cursor })
      if (ids !== undefined) {
        const first = cursor === undefined ? 0 : firstFrom(ids, cursor)
        return {
          rows: await pointReads(tenantId, ids.slice(first, first + limit)),
          total: ids.length,
          cursor: ids[first + limit],
        }
      }
      const from = cursor ?? PEOPLE_RANGE.from
      const [page, figures] = await Promise.all([
        people.query(tenantId, { from, to: PEOPLE_RANGE.to, limit: limit + 1 }),
        stats.get(tenantId, STATS_KEY),
      ])
      return {
        rows: page.rows.slice(0, limit),
        total: figures?.value.total ?? 0,
        cursor: page.rows[limit]?.key,
      }
    },
  }
}

function isFilter({ search, active, missing, locked }: PeopleFilter): boolean {
  return (search ?? '').trim() !== '' || [active, missing, locked].some((wanted) => wanted !== undefined)
}

function fits(entry: RosterEntry, filter: PeopleFilter, words: readonly WantedWord[]): boolean {
  return (
    (filter.active ?? entry.active) === entry.active &&
    (filter.missing ?? entry.missing) === entry.missing &&
    (filter.locked ?? entry.locked) === entry.locked &&
    matches(entry.text, entry.groups, words)
  )
}

/** Where the first id is that is not before the cursor. */
function firstFrom(ids: readonly string[], cursor: string): number {
  const index = ids.findIndex((id) => id >= cursor)
  return index === -1 ? ids.length : index
}
