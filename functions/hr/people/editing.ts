import { type Clock, toIso } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Scope } from '../../http/principal.ts'
import type { Store, Write } from '../../platform/store/port.ts'
import { inLanes } from '../../sync/lanes.ts'
import type { PeopleGroups } from './groups.ts'
import type { StoredPerson } from './listing.ts'
import { mediumKey, type PersonRow, peoplePointersTable, peopleTable } from './rows.ts'
import {
  applyAction,
  applyEdit,
  difference,
  type HubFields,
  MAX_GROUPS,
  type PeopleAction,
  type PersonEdit,
  same,
} from './rules/hub-fields.ts'
import { hubWrites, versionWrite } from './writes.ts'

export type ActionResult = { readonly id: string } & (
  | { readonly state: 'changed' | 'unchanged' }
  | { readonly state: 'failed'; readonly error: StegError }
)

export interface PeopleEditing {
  /** @throws StegError `not-found`, `store-conflict`, `group-unknown`, `ident-medium-taken`, `scope-limited` */
  edit(
    tenantId: string,
    id: string,
    edit: PersonEdit,
    options: { readonly ifMatch: string | undefined; readonly scope: Scope },
  ): Promise<{ row: PersonRow; etag: string }>
  /** Does the same to many, as read; one that fails does not hold up the others. */
  act(tenantId: string, action: PeopleAction, rows: readonly StoredPerson[]): Promise<readonly ActionResult[]>
  /** @throws StegError `group-unknown`, `scope-limited` */
  checkAction(tenantId: string, action: PeopleAction, scope: Scope): Promise<void>
}

/** People in one atomic batch of an action: two rows each, and the version. */
const BATCH = 45
const RETRIES = 5
const LOOKS = 8

export function createPeopleEditing(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly groups: Pick<PeopleGroups, 'check'>
}): PeopleEditing {
  const { store, clock } = parts
  const people = peopleTable.bind(store)
  const pointers = peoplePointersTable.bind(store)

  const commit = (tenantId: string, writes: readonly Write[]) =>
    store.batch(peopleTable.name, tenantId, [...writes, versionWrite(store, clock.now(), writes)])

  function changed(row: PersonRow, fields: HubFields): PersonRow {
    return {
      ...row,
      locked: fields.locked,
      identMedia: [...fields.identMedia],
      groups: [...fields.groups],
      updatedAt: toIso(clock.now()),
    }
  }

  /** @throws StegError `ident-medium-taken` when that is why a batch was refused */
  async function explain(tenantId: string, id: string, media: readonly string[]): Promise<void> {
    for (const medium of media) {
      const holder = await pointers.get(tenantId, mediumKey(medium))
      if (holder !== undefined && holder.value.person !== id) {
        throw new StegError('ident-medium-taken', { medium })
      }
    }
  }

  async function one(
    tenantId: string,
    id: string,
    change: (fields: HubFields) => HubFields,
    ifMatch?: string,
  ) {
    for (let attempt = 1; ; attempt++) {
      const row = await people.get(tenantId, id)
      if (row === undefined) throw new StegError('not-found', { what: 'person' })
      if (ifMatch !== undefined && ifMatch !== row.etag) throw new StegError('store-conflict', { key: id })
      const fields = change(row.value)
      if (same(row.value, fields)) return { row: row.value, etag: row.etag, state: 'unchanged' as const }
      const next = changed(row.value, fields)
      try {
        const [etag = ''] = await commit(tenantId, hubWrites(store, id, row, next))
        return { row: next, etag, state: 'changed' as const }
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
        await explain(tenantId, id, difference(row.value.identMedia, next.identMedia).added)
        // Without If-Match the edit is meant for whatever is there: the synchronisation may just have written.
        if (ifMatch !== undefined || attempt === RETRIES) throw error
      }
    }
  }

  async function result(tenantId: string, id: string, action: PeopleAction): Promise<ActionResult> {
    try {
      const { state } = await one(tenantId, id, (fields) => within(applyAction(fields, action)))
      return { id, state }
    } catch (error) {
      if (!isStegError(error)) throw error
      return { id, state: 'failed', error }
    }
  }

  async function batch(
    tenantId: string,
    action: PeopleAction,
    rows: readonly StoredPerson[],
  ): Promise<readonly ActionResult[]> {
    const planned = rows.map((row) => ({ row, next: applyAction(row.value, action) }))
    const writes = planned
      .filter(({ row, next }) => !same(row.value, next) && next.groups.length <= MAX_GROUPS)
      .flatMap(({ row, next }) => hubWrites(store, row.key, row, changed(row.value, next)))
    try {
      if (writes.length > 0) await commit(tenantId, writes)
    } catch (error) {
      // Somebody else changed one of them: each by itself then, read again.
      if (!isStegError(error, 'store-conflict')) throw error
      return inLanes(rows, { width: LOOKS }, ({ key }) => result(tenantId, key, action))
    }
    return planned.map(({ row, next }): ActionResult => {
      if (same(row.value, next)) return { id: row.key, state: 'unchanged' }
      return next.groups.length > MAX_GROUPS
        ? { id: row.key, state: 'failed', error: new StegError('person-groups-full', { limit: MAX_GROUPS }) }
        : { id: row.key, state: 'changed' }
    })
  }

  return {
    async edit(tenantId, id, edit, { ifMatch, scope }) {
      const row = await people.get(tenantId, id)
      if (row === undefined) throw new StegError('not-found', { what: 'person' })
      if (edit.groups !== undefined) {
        const { added, removed } = difference(row.value.groups, edit.groups)
        checkScope([...added, ...removed], scope)
        await parts.groups.check(tenantId, added)
      }
      return one(tenantId, id, (fields) => applyEdit(fields, edit), ifMatch)
    },

    async act(tenantId, action, rows) {
      const results: ActionResult[] = []
      for (let from = 0; from < rows.length; from += BATCH) {
        results.push(...(await batch(tenantId, action, rows.slice(from, from + BATCH))))
      }
      return results
    },

    async checkAction(tenantId, action, scope) {
      if (!('group' in action)) return
      checkScope([action.group], scope)
      // Who is in a group that is gone can still leave it.
      if (action.kind === 'add-group') await parts.groups.check(tenantId, [action.group])
    },
  }
}

/** Who is limited to groups cannot bring people into others, nor take them out of them. */
function checkScope(changedGroups: readonly string[], scope: Scope): void {
  if (scope.kind === 'limited' && changedGroups.some((group) => !scope.groups.includes(group))) {
    throw new StegError('scope-limited', { what: 'groups' })
  }
}

function within(fields: HubFields): HubFields {
  if (fields.groups.length > MAX_GROUPS) throw new StegError('person-groups-full', { limit: MAX_GROUPS })
  return fields
}
