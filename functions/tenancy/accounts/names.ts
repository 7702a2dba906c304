import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import { keyOf, keysUnder } from '../../platform/store/table.ts'
import { INVITED, NAME_KEY, signInNamesTable, type UserRow, usersTable } from './rows.ts'

/** Whose a name is. */
export interface Owner {
  readonly tenantId: string
  readonly userId: string
}

/** Longer than any request lives, so that whoever claimed a name and wrote no user will not do it any more. */
const ABANDONED_MS = 10 * 60_000

/**
 * What people sign in with, over all tenants: one address belongs to one user who has confirmed it. A name is claimed
 * before its user is written and given back after its user is gone, so a hub that dies in between leaves at most a name
 * whose user does not go by it, which may be claimed anew. Invitations to an address claim nothing: each tenant keeps
 * apart whom it has invited there.
 */
export interface SignInNames {
  find(name: string): Promise<Owner | undefined>
  /** @returns the owner, who is another one when the name is taken. */
  claim(name: string, owner: Owner): Promise<Owner>
  /** Nothing happens when it belongs to somebody else. */
  release(name: string, owner: Owner): Promise<void>
  findInvited(name: string, tenantId: string): Promise<Owner | undefined>
  /** @returns whom the tenant has invited there, who may be another one. */
  claimInvited(name: string, owner: Owner): Promise<Owner>
  releaseInvited(name: string, owner: Owner): Promise<void>
  /** Of all tenants. */
  allInvited(name: string): Promise<readonly Owner[]>
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

/** An address that is only invited is nobody's yet: also where an earlier version had claimed it for the invitation. */
export function hasName(user: UserRow, name: string): boolean {
  return user.registeredAt !== undefined && namesOf(user).includes(name)
}

/** Hashed, because addresses may hold what keys cannot. */
function nameOf(kind: string, value: string): string {
  return `${kind}-${createHash('sha256').update(value).digest('hex')}`
}

export function createSignInNames(parts: { readonly store: Store; readonly clock: Clock }): SignInNames {
  const names = signInNamesTable.bind(parts.store)
  const users = usersTable.bind(parts.store)
  const isSame = (a: Owner, b: Owner) => a.tenantId === b.tenantId && a.userId === b.userId
  const invitedKey = (tenantId: string) => keyOf(INVITED, tenantId)

  async function find(name: string, key: string): Promise<Owner | undefined> {
    const row = await names.get(name, key)
    return row && { tenantId: row.value.tenantId, userId: row.value.userId }
  }

  /** @param holds whether a user has the name, whoever claimed it */
  async function claim(name: string, key: string, owner: Owner, holds: (user: UserRow) => boolean) {
    const claimedAt = parts.clock.now()
    const row = await names.get(name, key)
    if (row !== undefined && claimedAt - row.value.claimedAt <= ABANDONED_MS) return row.value
    if (row !== undefined && !isSame(row.value, owner)) {
      const holder = await users.get(row.value.tenantId, row.value.userId)
      if (holder !== undefined && holds(holder.value)) return row.value
    }
    try {
      const condition = row ? ({ kind: 'match', etag: row.etag } as const) : ({ kind: 'absent' } as const)
      await names.put(name, key, { ...owner, claimedAt }, condition)
      return owner
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
      return (await find(name, key)) ?? owner
    }
  }

  async function release(name: string, key: string, owner: Owner): Promise<void> {
    const row = await names.get(name, key)
    if (row === undefined || !isSame(row.value, owner)) return
    try {
      await names.delete(name, key, { kind: 'match', etag: row.etag })
    } catch (error) {
      // Somebody else has claimed it meanwhile.
      if (!isStegError(error, 'store-conflict')) throw error
    }
  }

  return {
    find: (name) => find(name, NAME_KEY),
    claim: (name, owner) => claim(name, NAME_KEY, owner, (user) => hasName(user, name)),
    release: (name, owner) => release(name, NAME_KEY, owner),
    findInvited: (name, tenantId) => find(name, invitedKey(tenantId)),
    claimInvited: (name, owner) =>
      claim(name, invitedKey(owner.tenantId), owner, ({ email }) => emailName(email) === name),
    releaseInvited: (name, owner) => release(name, invitedKey(owner.tenantId), owner),

    async allInvited(name) {
      const found: Owner[] = []
      for await (const { value } of names.all(name, keysUnder(INVITED))) {
        found.push({ tenantId: value.tenantId, userId: value.userId })
      }
      return found
    },
  }
}
