import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Store, Write } from '../../platform/store/port.ts'
import { ADMINS_KEY, adminsTable, USERS_RANGE, type UserRow, usersTable } from './rows.ts'

export interface StoredUser {
  readonly user: UserRow
  readonly etag: string
}

/**
 * The users of tenants. Every write keeps the list of admins who can sign in true, in the same atomic batch: two admins
 * who take the right from each other at the same moment cannot both succeed.
 */
export interface UserStore {
  find(tenantId: string, id: string): Promise<StoredUser | undefined>
  /** @throws StegError `not-found` */
  get(tenantId: string, id: string): Promise<StoredUser>
  all(tenantId: string): AsyncIterableIterator<{ readonly key: string; readonly value: UserRow }>
  /** @throws StegError `store-conflict` */
  create(tenantId: string, id: string, user: UserRow): Promise<string>
  /**
   * Changes a user, again on the newest row when somebody else was faster, unless an etag was named.
   * @throws StegError `not-found`, `last-admin`, `store-conflict`
   */
  change(
    tenantId: string,
    id: string,
    change: (user: UserRow) => UserRow,
    etag?: string | undefined,
  ): Promise<StoredUser>
  /** @throws StegError `last-admin`, `store-conflict` */
  remove(tenantId: string, id: string, stored: StoredUser): Promise<void>
}

export function createUserStore(store: Store): UserStore {
  const users = usersTable.bind(store)
  const admins = adminsTable.bind(store)

  async function find(tenantId: string, id: string): Promise<StoredUser | undefined> {
    const row = await users.get(tenantId, id)
    return row && { user: row.value, etag: row.etag }
  }

  async function get(tenantId: string, id: string): Promise<StoredUser> {
    const stored = await find(tenantId, id)
    if (stored === undefined) throw new StegError('not-found', { what: 'user' })
    return stored
  }

  /** The write that keeps the list of admins true, when it changes. */
  async function adminWrites(tenantId: string, id: string, after: UserRow | undefined): Promise<Write[]> {
    const row = await admins.get(tenantId, ADMINS_KEY)
    const before = row?.value.ids ?? []
    const is = after !== undefined && isActiveAdmin(after)
    if (is === before.includes(id)) return []
    const ids = is ? [...before, id] : before.filter((one) => one !== id)
    if (ids.length === 0) throw new StegError('last-admin', {})
    const condition = row ? ({ kind: 'match', etag: row.etag } as const) : ({ kind: 'absent' } as const)
    return [admins.toPut(ADMINS_KEY, { ids }, condition)]
  }

  async function change(
    tenantId: string,
    id: string,
    apply: (user: UserRow) => UserRow,
    etag: string | undefined,
  ): Promise<StoredUser> {
    const stored = await get(tenantId, id)
    const user = apply(stored.user)
    const put = users.toPut(id, user, { kind: 'match', etag: etag ?? stored.etag })
    const both = isActiveAdmin(user) !== isActiveAdmin(stored.user)
    const [written] = await store.batch(usersTable.name, tenantId, [
      put,
      ...(both ? await adminWrites(tenantId, id, user) : []),
    ])
    return { user, etag: written ?? '' }
  }

  return {
    find,
    get,
    all: (tenantId) => users.all(tenantId, USERS_RANGE),
    create: (tenantId, id, user) => users.put(tenantId, id, user, { kind: 'absent' }),

    async change(tenantId, id, apply, etag) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await change(tenantId, id, apply, etag)
        } catch (error) {
          const again = etag === undefined && attempt < 10 && isStegError(error, 'store-conflict')
          if (!again) throw error
        }
      }
    },

    async remove(tenantId, id, { user, etag }) {
      await store.batch(usersTable.name, tenantId, [
        { kind: 'delete', key: id, condition: { kind: 'match', etag } },
        ...(isActiveAdmin(user) ? await adminWrites(tenantId, id, undefined) : []),
      ])
    },
  }
}

function isActiveAdmin(user: UserRow): boolean {
  return user.registeredAt !== undefined && !user.locked && user.roles.includes('admin')
}
