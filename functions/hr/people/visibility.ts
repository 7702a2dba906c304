import type { Scope } from '../../http/principal.ts'
import type { Store } from '../../platform/store/port.ts'
import { inLanes } from '../../sync/lanes.ts'
import { idOfToken } from '../rules/person-key.ts'
import { membersRange, peoplePointersTable, peopleTable } from './rows.ts'

/** A scope may name a hundred groups: read one after the other, each list would wait for all of them. */
const GROUPS_AT_ONCE = 16

/** The people whom a limited caller may see. */
export interface VisiblePeople {
  /** In order. */
  readonly ids: readonly string[]
  has(personId: string): boolean
  hasToken(externalToken: string): boolean
}

export interface Visibility {
  /**
   * Everybody whom the scope covers; undefined is everybody there is. A group costs one transaction for each 1,000
   * members. Who is named but does not exist is among them.
   */
  visible(tenantId: string, scope: Scope): Promise<VisiblePeople | undefined>
  /** Whether the scope covers this person: at most one point read. */
  sees(tenantId: string, scope: Scope, personId: string): Promise<boolean>
  /** The same by external token; a token that cannot be one of Sage's is nobody's. */
  seesToken(tenantId: string, scope: Scope, externalToken: string): Promise<boolean>
}

export function createVisibility(store: Store): Visibility {
  const people = peopleTable.bind(store)
  const pointers = peoplePointersTable.bind(store)

  async function sees(tenantId: string, scope: Scope, personId: string): Promise<boolean> {
    if (scope.kind === 'everyone') return true
    if (scope.people.some((token) => idOfToken(token) === personId)) return true
    if (scope.groups.length === 0) return false
    const row = await people.get(tenantId, personId)
    return row?.value.groups.some((group) => scope.groups.includes(group)) ?? false
  }

  return {
    sees,

    async seesToken(tenantId, scope, externalToken) {
      if (scope.kind === 'everyone') return true
      const id = idOfToken(externalToken)
      return id !== undefined && (await sees(tenantId, scope, id))
    },

    async visible(tenantId, scope) {
      if (scope.kind === 'everyone') return undefined
      const found = new Set(scope.people.flatMap((token) => idOfToken(token) ?? []))
      await inLanes(scope.groups, { width: GROUPS_AT_ONCE }, async (group) => {
        for await (const { value } of pointers.all(tenantId, membersRange(group))) found.add(value.person)
      })
      const ids = [...found].sort()
      return {
        ids,
        has: (personId) => found.has(personId),
        hasToken: (token) => {
          const id = idOfToken(token)
          return id !== undefined && found.has(id)
        },
      }
    },
  }
}
