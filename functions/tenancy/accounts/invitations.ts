import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { randomId } from '../../../shared/random.ts'
import type { Role } from '../rules/roles.ts'
import { newMailedToken, openMailedToken } from './mailed-token.ts'
import { emailName, type Owner } from './names.ts'
import type { Accounts } from './parts.ts'
import type { UserRow } from './rows.ts'
import { normaliseEmail } from './rules/email.ts'
import type { StoredUser } from './user-store.ts'

const LIFETIME_MS = 7 * 24 * 3_600_000

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
   * Makes a user and mails the invitation. When the mail fails, the user stays and shows it; `again` repeats it.
   * @throws StegError `email-taken`
   */
  invite(tenantId: string, newUser: NewUser): Promise<Invited>
  /** @throws StegError `email-taken` */
  checkFree(email: string): Promise<void>
  /** A new link; the one before is no longer good. @throws StegError `not-found`, `user-registered` */
  again(tenantId: string, id: string): Promise<Invited>
  /** Whom a link invites. @throws StegError `link-invalid` */
  view(token: string): Promise<{ owner: Owner; user: UserRow }>
}

export function createInvitations(accounts: Accounts): Invitations {
  const { clock, random, users, names } = accounts

  /** The row says that a mail is under way before it is, and then what became of it. */
  async function mailed(owner: Owner, token: string, hash: string, user: UserRow): Promise<StoredUser> {
    const { tenantId, userId } = owner
    let mail: 'sent' | 'failed' = 'sent'
    try {
      await accounts.mailer.send('invitation', { tenantId, ...user }, token)
    } catch (error) {
      if (!isStegError(error)) throw error
      accounts.log.warn('An invitation could not be mailed', { tenantId, userId, code: error.code })
      mail = 'failed'
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

  return {
    async invite(tenantId, { email: written, roles, limitedTo, ...rest }) {
      if (limitedTo !== undefined) await accounts.checkGroups(tenantId, limitedTo.groups)
      const email = normaliseEmail(written)
      const wanted = { tenantId, userId: randomId(random, 10) }
      const owner = await names.claim(emailName(email), wanted)
      if (owner.userId !== wanted.userId) {
        // Claimed by a hub that died before it wrote the user of this tenant: gone on with under the same id.
        const isUnfinished =
          owner.tenantId === tenantId && (await users.find(tenantId, owner.userId)) === undefined
        if (!isUnfinished) throw new StegError('email-taken', { email })
      }
      const { token, hash } = newMailedToken('invitation', owner, random)
      const now = clock.now()
      const user: UserRow = {
        email,
        ...rest,
        roles: [...roles],
        ...(limitedTo === undefined
          ? {}
          : { limitedTo: { people: [...limitedTo.people], groups: [...limitedTo.groups] } }),
        locked: false,
        epoch: 0,
        invitation: invitation(hash),
        createdAt: now,
        updatedAt: now,
      }
      await users.create(tenantId, owner.userId, user).catch((error) => {
        throw isStegError(error, 'store-conflict') ? new StegError('email-taken', { email }) : error
      })
      return { id: owner.userId, ...(await mailed(owner, token, hash, user)) }
    },

    async checkFree(written) {
      const email = normaliseEmail(written)
      const owner = await names.find(emailName(email))
      const holder = owner && (await users.find(owner.tenantId, owner.userId))
      if (holder?.user.email === email) throw new StegError('email-taken', { email })
    },

    async again(tenantId, id) {
      const owner = { tenantId, userId: id }
      const { token, hash } = newMailedToken('invitation', owner, random)
      const { user } = await users.change(tenantId, id, (now) => {
        if (now.registeredAt !== undefined) throw new StegError('user-registered', {})
        return { ...now, invitation: invitation(hash), updatedAt: clock.now() }
      })
      return { id, ...(await mailed(owner, token, hash, user)) }
    },

    async view(token) {
      const { owner, user } = await openMailedToken('invitation', token, users, clock.now())
      if (user.registeredAt !== undefined || user.locked) throw new StegError('link-invalid', {})
      return { owner, user }
    },
  }
}
