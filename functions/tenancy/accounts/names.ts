import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import { NAME_KEY, signInNamesTable, type UserRow, usersTable } from './rows.ts'

/** Whose a name is. */
export interface Owner {
  readonly tenantId: string
  readonly userId: string
}

/** Longer than any request lives, so that whoever claimed a name and wrote no user will not do it any more. */
const ABANDONED_MS = 10 * 60_000

/**
 * What people sign in with, over all tenants: one address belongs to one user. A name is claimed before its user is
 * written and given back after its user is gone, so a hub that dies in between leaves at most a name whose user does not
 * go by it, which may be claimed anew.
 */
export interface SignInNames {
  find(name: string): Promise<Owner | undefined>
  /** @returns the owner, who is another one when the name is taken. */
  claim(name: string, owner: Owner): Promise<Owner>
  /** Nothing happens when it belongs to somebody else. */
  release(name: string, owner: Owner): Promise<void>
}

export function emailName(email: string): string {
  return nameOf('email', email)
}

export function microsoftName(subject: string): string {
  return nameOf('microsoft', subject)
}

/** All names by which a user is found. */
export function namesOf(user: Pick<UserRow, 'email' | 'microsoft'>): readonly string[] {
  return [emailName(user.email), ...(user.microsoft === undefined ? [] : [user.microsoft])]
}

/** Hashed, because addresses may hold what keys cannot. */
function nameOf(kind: string, value: string): string {
  return `${kind}-${createHash('sha256').update(value).digest('hex')}`
}

export function createSignInNames(parts: { readonly store: Store; readonly clock: Clock }): SignInNames {
  const names = signInNamesTable.bind(parts.store)
  const users = usersTable.bind(parts.store)
  const isSame = (a: Owner, b: Owner) => a.tenantId === b.tenantId && a.userId === b.userId

  async function find(name: string): Promise<Owner | undefined> {
    const row = await names.get(name, NAME_KEY)
    return row && { tenantId: row.value.tenantId, userId: row.value.userId }
  }

  return {
    find,

    async claim(name, owner) {
      const claimedAt = parts.clock.now()
      const row = await names.get(name, NAME_KEY)
      if (row !== undefined && claimedAt - row.value.claimedAt <= ABANDONED_MS) return row.value
      if (row !== undefined && !isSame(row.value, owner)) {
        const holder = await users.get(row.value.tenantId, row.value.userId)
        if (holder !== undefined && namesOf(holder.value).includes(name)) return row.value
      }
      try {
        const condition = row ? ({ kind: 'match', etag: row.etag } as const) : ({ kind: 'absent' } as const)
        await names.put(name, NAME_KEY, { ...owner, claimedAt }, condition)
        return owner
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
        return (await find(name)) ?? owner
      }
    },

    async release(name, owner) {
      const row = await names.get(name, NAME_KEY)
      if (row === undefined || !isSame(row.value, owner)) return
      try {
        await names.delete(name, NAME_KEY, { kind: 'match', etag: row.etag })
      } catch (error) {
        // Somebody else has claimed it meanwhile.
        if (!isStegError(error, 'store-conflict')) throw error
      }
    },
  }
}
