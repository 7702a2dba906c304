import type { Clock } from '../../../shared/clock.ts'
import { StegError } from '../../../shared/errors/error.ts'
import type { Random } from '../../../shared/random.ts'
import type { Scope } from '../../http/principal.ts'
import type { Store } from '../../platform/store/port.ts'
import { inLanes } from '../../sync/lanes.ts'
import { type ActionResult, createPeopleEditing } from './editing.ts'
import { createPeopleGroups, type PeopleGroups } from './groups.ts'
import { createPeopleListing, type PeopleFilter, type StoredPerson } from './listing.ts'
import { createPresence, type PeoplePresence } from './presence.ts'
import { createRosters } from './roster.ts'
import { type PersonRow, peopleStatsTable, peopleTable, STATS_KEY } from './rows.ts'
import type { PeopleAction, PersonEdit } from './rules/hub-fields.ts'
import { createVisibility, type Visibility } from './visibility.ts'

export type { VisiblePeople } from './visibility.ts'

export interface Person extends PersonRow {
  readonly id: string
}

export interface PeoplePage {
  readonly people: readonly Person[]
  /** People that fit, on all pages. */
  readonly total: number
  readonly cursor: string | undefined
}

/** Whom an action is for: people by id, or the next ones of those that fit a filter. */
export type Selection =
  | { readonly ids: readonly string[] }
  | { readonly filter: PeopleFilter; readonly cursor: string | undefined }

export interface ActionPage {
  readonly results: readonly ActionResult[]
  /** People that the action is for, on all pages. */
  readonly total: number
  readonly cursor: string | undefined
}

/** People that one call of an action takes up. */
export const ACTION_PAGE = 500
const READS = 32

export interface PeopleService extends Visibility, PeoplePresence {
  readonly groups: PeopleGroups
  /** One page in order of client and employee number, of the people that the scope covers. */
  list(
    tenantId: string,
    query: PeopleFilter & { readonly limit: number; readonly cursor?: string | undefined },
    scope: Scope,
  ): Promise<PeoplePage>
  /** How many people there are: one point read. */
  total(tenantId: string): Promise<number>
  /** Who is out of the scope is not found. @throws StegError `not-found` */
  get(tenantId: string, id: string, scope: Scope): Promise<{ person: Person; etag: string }>
  /**
   * Changes what the tenant leads; Sage's fields stay.
   * @throws StegError `not-found`, `store-conflict`, `group-unknown`, `ident-medium-taken`, `scope-limited`
   */
  edit(
    tenantId: string,
    id: string,
    edit: PersonEdit,
    options: { readonly ifMatch: string | undefined; readonly scope: Scope },
  ): Promise<{ person: Person; etag: string }>
  /**
   * Does the same to up to 500 people and says of each what became of it. With a filter it is called again with the
   * cursor until there is none: a page that was lost is simply repeated, because who is as wanted stays unchanged.
   * @throws StegError `group-unknown`, `scope-limited`
   */
  act(tenantId: string, action: PeopleAction, selection: Selection, scope: Scope): Promise<ActionPage>
}

export function createPeopleService(parts: { store: Store; clock: Clock; random: Random }): PeopleService {
  const { store } = parts
  const people = peopleTable.bind(store)
  const stats = peopleStatsTable.bind(store)
  const groups = createPeopleGroups(parts)
  const visibility = createVisibility(store)
  const listing = createPeopleListing({
    store,
    rosterOf: createRosters(store),
    visibility,
    groupNames: groups.names,
  })
  const editing = createPeopleEditing({ store, clock: parts.clock, groups })

  async function needSight(tenantId: string, id: string, scope: Scope): Promise<void> {
    if (!(await visibility.sees(tenantId, scope, id))) throw notFound()
  }

  async function byIds(tenantId: string, action: PeopleAction, all: readonly string[], scope: Scope) {
    const ids = [...new Set(all)]
    const visible = await visibility.visible(tenantId, scope)
    const rows = await inLanes(ids, { width: READS }, async (id) =>
      visible === undefined || visible.has(id) ? people.get(tenantId, id) : undefined,
    )
    const present = rows.flatMap((row): StoredPerson[] => (row === undefined ? [] : [row]))
    const done = new Map((await editing.act(tenantId, action, present)).map((one) => [one.id, one]))
    return ids.map((id): ActionResult => done.get(id) ?? { id, state: 'failed', error: notFound() })
  }

  return {
    groups,
    ...visibility,
    ...createPresence(store),

    async list(tenantId, query, scope) {
      const { rows, total, cursor } = await listing.find(tenantId, query, scope)
      return { people: rows.map(({ key, value }) => ({ ...value, id: key })), total, cursor }
    },

    total: async (tenantId) => (await stats.get(tenantId, STATS_KEY))?.value.total ?? 0,

    async get(tenantId, id, scope) {
      await needSight(tenantId, id, scope)
      const row = await people.get(tenantId, id)
      if (row === undefined) throw notFound()
      return { person: { ...row.value, id }, etag: row.etag }
    },

    async edit(tenantId, id, edit, options) {
      await needSight(tenantId, id, options.scope)
      const { row, etag } = await editing.edit(tenantId, id, edit, options)
      return { person: { ...row, id }, etag }
    },

    async act(tenantId, action, selection, scope) {
      await editing.checkAction(tenantId, action, scope)
      if ('ids' in selection) {
        const results = await byIds(tenantId, action, selection.ids, scope)
        return { results, total: results.length, cursor: undefined }
      }
      const { filter, cursor } = selection
      const found = await listing.find(tenantId, { ...filter, limit: ACTION_PAGE, cursor }, scope)
      const results = await editing.act(tenantId, action, found.rows)
      return { results, total: found.total, cursor: found.cursor }
    },
  }
}

function notFound(): StegError {
  return new StegError('not-found', { what: 'person' })
}
