import { StegError } from '../../../shared/errors/error.ts'
import type { Scope } from '../../http/principal.ts'
import { type Right, type Role, rightsOf } from '../rules/roles.ts'
import { emailName, namesOf } from './names.ts'
import type { Accounts } from './parts.ts'
import type { UserRow } from './rows.ts'
import { type Pending, withoutPending } from './rules/pending.ts'
import { type MailState, mailState, type UserState, userState } from './rules/user-state.ts'

export interface UserView {
  readonly id: string
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly language: 'de' | 'en'
  readonly roles: readonly Role[]
  readonly scope: Scope
  readonly state: UserState
  /** What became of the mail with the invitation; null when none is open. */
  readonly mail: MailState | null
  readonly invitedUntil: number | null
  /** An address that waits for its link to come back. */
  readonly newEmail: string | null
  readonly microsoft: boolean
  readonly createdAt: number
  readonly lastSignInAt: number | null
}

export interface UserEdit {
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly language?: 'de' | 'en' | undefined
  readonly roles?: readonly Role[] | undefined
  readonly scope?: Scope | undefined
  readonly locked?: boolean | undefined
}

/** Who gives rights: nobody gives more than they have. */
export interface Giver {
  readonly rights: ReadonlySet<Right>
}

export interface Users {
  /** Sorted by name; all of a tenant are read. */
  list(
    tenantId: string,
    query: {
      readonly search?: string | undefined
      readonly state?: UserState | undefined
      readonly role?: Role | undefined
    },
  ): Promise<readonly UserView[]>
  /** @throws StegError `not-found` */
  get(tenantId: string, id: string): Promise<{ view: UserView; etag: string }>
  /** @throws StegError `not-found`, `last-admin`, `forbidden`, `store-conflict` */
  edit(
    tenantId: string,
    id: string,
    edit: UserEdit,
    by: Giver | undefined,
    ifMatch: string | undefined,
  ): Promise<{ view: UserView; etag: string; voided: readonly Pending[] }>
  /** Withdraws an invitation that is open, or takes a user away with all sessions. @throws StegError `last-admin` */
  remove(tenantId: string, id: string): Promise<void>
}

export function createUsers(accounts: Accounts): Users {
  const { clock, users, names } = accounts

  return {
    async list(tenantId, { search, state, role }) {
      const words = (search ?? '').toLowerCase().split(/\s+/)
      const found: UserView[] = []
      for await (const { key, value } of users.all(tenantId)) {
        const view = viewOf(key, value, clock.now())
        const text = `${view.firstName ?? ''} ${view.lastName ?? ''} ${view.email}`.toLowerCase()
        if (state !== undefined && view.state !== state) continue
        if (role !== undefined && !view.roles.includes(role)) continue
        if (words.every((word) => text.includes(word))) found.push(view)
      }
      return found.sort((a, b) => sortKey(a).localeCompare(sortKey(b), 'de'))
    },

    async get(tenantId, id) {
      const { user, etag } = await users.get(tenantId, id)
      return { view: viewOf(id, user, clock.now()), etag }
    },

    async edit(tenantId, id, { roles, scope, ...edit }, by, ifMatch) {
      if (by !== undefined) checkGiving(by, roles ?? [], scope)
      if (scope?.kind === 'limited') await accounts.checkGroups(tenantId, scope.groups)
      let voided: readonly Pending[] = []
      const changed = await users.change(
        tenantId,
        id,
        (row) => {
          const isLocking = edit.locked === true && !row.locked
          const kept = isLocking ? withoutPending(row, 'locked', clock.now()) : { account: row, voided: [] }
          voided = kept.voided
          const { limitedTo, ...rest } = kept.account
          const limits = scope === undefined ? limitedTo : limitsOf(scope)
          return {
            ...rest,
            ...present(edit),
            ...(roles === undefined ? {} : { roles: [...new Set(roles)] }),
            ...(limits === undefined ? {} : { limitedTo: limits }),
            // Unlocking does not bring back the sessions of before.
            epoch: isLocking ? row.epoch + 1 : row.epoch,
            updatedAt: clock.now(),
          }
        },
        ifMatch,
      )
      return { view: viewOf(id, changed.user, clock.now()), etag: changed.etag, voided }
    },

    async remove(tenantId, id) {
      const stored = await users.get(tenantId, id)
      await users.remove(tenantId, id, stored)
      // A session without its user is none, and a name without its user may be claimed anew: order is enough.
      const owner = { tenantId, userId: id }
      for (const name of namesOf(stored.user)) await names.release(name, owner)
      if (stored.user.registeredAt === undefined) {
        await names.releaseInvited(emailName(stored.user.email), owner)
      }
    },
  }
}

/** @throws StegError `forbidden`, `scope-empty` */
export function checkGiving(by: Giver, roles: readonly Role[], scope: Scope | undefined): void {
  for (const right of rightsOf(roles)) {
    if (!by.rights.has(right)) throw new StegError('forbidden', { right })
  }
  if (scope?.kind === 'limited' && scope.people.length + scope.groups.length === 0) {
    throw new StegError('scope-empty', {})
  }
}

export function limitsOf(scope: Scope): { people: string[]; groups: string[] } | undefined {
  return scope.kind === 'everyone'
    ? undefined
    : { people: [...new Set(scope.people)], groups: [...new Set(scope.groups)] }
}

export function scopeOf({ limitedTo }: UserRow): Scope {
  return limitedTo === undefined ? { kind: 'everyone' } : { kind: 'limited', ...limitedTo }
}

function viewOf(id: string, user: UserRow, now: number): UserView {
  return {
    id,
    email: user.email,
    firstName: user.firstName ?? null,
    lastName: user.lastName ?? null,
    language: user.language,
    roles: user.roles,
    scope: scopeOf(user),
    state: userState(user, now),
    mail: mailState(user, now),
    invitedUntil: user.invitation?.expiresAt ?? null,
    newEmail: user.newEmail !== undefined && user.newEmail.expiresAt > now ? user.newEmail.email : null,
    microsoft: user.microsoft !== undefined,
    createdAt: user.createdAt,
    lastSignInAt: user.lastSignInAt ?? null,
  }
}

export function nameOfUser(user: Pick<UserRow, 'firstName' | 'lastName' | 'email'>): string {
  return [user.firstName, user.lastName].filter((part) => part !== undefined).join(' ') || user.email
}

function sortKey(view: UserView): string {
  return `${view.lastName ?? ''} ${view.firstName ?? ''} ${view.email}`.trim()
}

/** Without what is undefined, so that a change leaves alone what it does not name. */
function present<T extends object>(edit: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined)) as never
}
