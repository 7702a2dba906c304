import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { randomId } from '../../../shared/random.ts'
import type { Role } from '../rules/roles.ts'
import type { Attempt } from './attempts.ts'
import { newMailedToken, openMailedToken } from './mailed-token.ts'
import { emailName, hasName, type Owner } from './names.ts'
import type { Accounts } from './parts.ts'
import type { UserRow } from './rows.ts'
import { normaliseEmail } from './rules/email.ts'
import type { StoredUser } from './user-store.ts'
import { checkGiving, type Giver } from './users.ts'

const LIFETIME_MS = 7 * 24 * 3_600_000
const RACES = 10

type NewLink = ReturnType<typeof newMailedToken>

export interface NewUser {
  readonly email: string
  readonly roles: readonly Role[]
  readonly language: 'de' | 'en'
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly limitedTo?: { readonly people: readonly string[]; readonly groups: readonly string[] } | undefined
}

export interface Invited extends StoredUser {
  readonly id: string
}

export interface Invitations {
  /**
   * Makes a user and mails the invitation. When the mail fails, the user stays and shows it; `again` repeats it. Whom the
   * tenant has invited before, and who has not come yet, gets a new link, and what was chosen last. Whether another tenant
   * knows the address makes no difference here.
   * @param by who gives the rights; undefined for the operator
   * @throws StegError `email-taken` for a user of the same tenant, `account-locked`, `mail-limit`, `forbidden`,
   * `scope-empty`, `group-unknown`
   */
  invite(tenantId: string, newUser: NewUser, by?: Giver): Promise<Invited>
  /** Whether a mail may go there, for a tenant that is yet to be made. @throws StegError `mail-limit` */
  checkMail(email: string): Promise<void>
  /** A new link; the one before is no longer good. @throws StegError `not-found`, `user-registered`, `account-locked`, `mail-limit` */
  again(tenantId: string, id: string): Promise<Invited>
  /** Whom a link invites. @throws StegError `link-invalid`, `invitation-address-taken` */
  view(token: string): Promise<{ owner: Owner; user: UserRow }>
}

export function createInvitations(accounts: Accounts): Invitations {
  const { clock, random, users, names } = accounts

  /** The row says that a mail is under way before it is, and then what became of it. */
  async function mailed(
    owner: Owner,
    { token, hash }: NewLink,
    user: UserRow,
    allowed: Attempt,
  ): Promise<StoredUser> {
    const { tenantId, userId } = owner
    let mail: 'sent' | 'failed' = 'sent'
    try {
      await accounts.mailer.send('invitation', { tenantId, ...user }, token)
    } catch (error) {
      if (!isStegError(error)) throw error
      accounts.log.warn('An invitation could not be mailed', { tenantId, userId, code: error.code })
      mail = 'failed'
      await allowed.takeBack()
    }
    return users.change(tenantId, userId, (now) =>
      // Whoever was quicker with another invitation, or has registered meanwhile, is not told of this mail.
      now.invitation?.hash === hash ? { ...now, invitation: { ...now.invitation, mail } } : now,
    )
  }

  function invitation(hash: string) {
    const now = clock.now()
    return { hash, expiresAt: now + LIFETIME_MS, mail: 'sending' as const, mailedAt: now }
  }

  /** Whom the tenant has at this address; an invitation of an earlier version holds the address itself. */
  async function ownUser(tenantId: string, email: string) {
    const name = emailName(email)
    const holder = await names.find(name)
    const candidates = [
      holder?.tenantId === tenantId ? holder : undefined,
      await names.findInvited(name, tenantId),
    ]
    for (const owner of candidates) {
      const stored = owner && (await users.find(tenantId, owner.userId))
      if (stored?.user.email === email) return { owner, user: stored.user }
    }
    return undefined
  }

  /** @throws StegError `email-taken`, `account-locked`, `forbidden` */
  function checkRepeat(user: UserRow, by: Giver | undefined): void {
    if (user.registeredAt !== undefined) throw new StegError('email-taken', { email: user.email })
    if (user.locked) throw new StegError('account-locked', {})
    if (by !== undefined) checkGiving(by, user.roles, undefined)
  }

  /** The user with a new link, made or changed; undefined when another hub has made them in this moment. */
  async function write(
    owner: Owner,
    { email, roles, limitedTo, ...given }: NewUser,
    hash: string,
    by: Giver | undefined,
  ): Promise<UserRow | undefined> {
    const now = clock.now()
    const chosen = {
      ...given,
      roles: [...roles],
      ...(limitedTo === undefined
        ? {}
        : { limitedTo: { people: [...limitedTo.people], groups: [...limitedTo.groups] } }),
      invitation: invitation(hash),
      updatedAt: now,
    }
    if ((await users.find(owner.tenantId, owner.userId)) !== undefined) {
      const { user } = await users.change(owner.tenantId, owner.userId, ({ limitedTo: _, ...row }) => {
        checkRepeat(row, by)
        return { ...row, ...chosen }
      })
      return user
    }
    const user: UserRow = { email, ...chosen, locked: false, epoch: 0, createdAt: now }
    try {
      await users.create(owner.tenantId, owner.userId, user)
      return user
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
      return undefined
    }
  }

  return {
    async invite(tenantId, { email: written, ...given }, by) {
      if (given.limitedTo !== undefined) await accounts.checkGroups(tenantId, given.limitedTo.groups)
      const email = normaliseEmail(written)
      const own = await ownUser(tenantId, email)
      if (own !== undefined) checkRepeat(own.user, by)
      const allowed = await accounts.allowance.take(tenantId, email)
      for (let race = 0; race < RACES; race++) {
        // Claimed by a hub that died before it wrote the user: gone on with under the same id.
        const owner =
          own?.owner ??
          (await names.claimInvited(emailName(email), { tenantId, userId: randomId(random, 10) }))
        const link = newMailedToken('invitation', owner, random)
        const user = await write(owner, { ...given, email }, link.hash, by)
        if (user !== undefined) return { id: owner.userId, ...(await mailed(owner, link, user, allowed)) }
      }
      throw new StegError('store-conflict', { key: 'user' })
    },

    checkMail: (written) => accounts.allowance.check(normaliseEmail(written)),

    async again(tenantId, id) {
      const owner = { tenantId, userId: id }
      const { user: before } = await users.get(tenantId, id)
      checkOpen(before)
      const allowed = await accounts.allowance.take(tenantId, before.email)
      const link = newMailedToken('invitation', owner, random)
      const { user } = await users.change(tenantId, id, (now) => {
        checkOpen(now)
        return { ...now, invitation: invitation(link.hash), updatedAt: clock.now() }
      })
      return { id, ...(await mailed(owner, link, user, allowed)) }
    },

    async view(token) {
      const { owner, user } = await openMailedToken('invitation', token, users, clock.now())
      if (user.registeredAt !== undefined || user.locked) throw new StegError('link-invalid', {})
      const name = emailName(user.email)
      const holder = await names.find(name)
      const other = holder && (await users.find(holder.tenantId, holder.userId))
      // Said only to who has proven with the link that the address is theirs.
      if (other !== undefined && hasName(other.user, name)) {
        throw new StegError('invitation-address-taken', { email: user.email })
      }
      return { owner, user }
    },
  }
}

/** @throws StegError `user-registered`, `account-locked` */
function checkOpen(user: UserRow): void {
  if (user.registeredAt !== undefined) throw new StegError('user-registered', {})
  if (user.locked) throw new StegError('account-locked', {})
}
