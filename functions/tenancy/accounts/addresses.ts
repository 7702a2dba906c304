import { StegError } from '../../../shared/errors/error.ts'
import { newMailedToken, openMailedToken } from './mailed-token.ts'
import { emailName, type Owner } from './names.ts'
import type { Accounts } from './parts.ts'
import type { UserRow } from './rows.ts'
import { normaliseEmail } from './rules/email.ts'

const LIFETIME_MS = 24 * 3_600_000

export interface Addresses {
  /**
   * Mails a link to the new address; it counts once the link has come back.
   * @throws StegError `not-found`, `email-taken`, `mail-failed`, `mail-not-configured`
   */
  ask(owner: Owner, newEmail: string): Promise<void>
  /** The link has come back. @returns the address that counts now. @throws StegError `link-invalid`, `email-taken` */
  confirm(token: string): Promise<string>
}

export function createAddresses(accounts: Accounts): Addresses {
  const { clock, random, users, names } = accounts

  return {
    async ask(owner, written) {
      const email = normaliseEmail(written)
      const { user } = await users.get(owner.tenantId, owner.userId)
      if (email === user.email) return
      const holder = await names.find(emailName(email))
      const isTaken = holder !== undefined && (await users.find(holder.tenantId, holder.userId)) !== undefined
      if (isTaken && holder.userId !== owner.userId) throw new StegError('email-taken', { email })
      const { token, hash } = newMailedToken('address', owner, random)
      await users.change(owner.tenantId, owner.userId, (row) => ({
        ...row,
        newEmail: { email, hash, expiresAt: clock.now() + LIFETIME_MS },
        updatedAt: clock.now(),
      }))
      await accounts.mailer.send(
        'address',
        { tenantId: owner.tenantId, email, language: user.language },
        token,
      )
    },

    async confirm(token) {
      const { owner, user: before } = await openMailedToken('address', token, users, clock.now())
      const email = before.newEmail?.email ?? ''
      // Claimed first and the old one given back last: the user can sign in with one of the two at every moment.
      const holder = await names.claim(emailName(email), owner)
      if (holder.userId !== owner.userId || holder.tenantId !== owner.tenantId) {
        throw new StegError('email-taken', { email })
      }
      await users.change(owner.tenantId, owner.userId, (row): UserRow => {
        if (row.newEmail?.hash !== before.newEmail?.hash) throw new StegError('link-invalid', {})
        const { newEmail: _, reset: __, ...rest } = row
        return { ...rest, email, updatedAt: clock.now() }
      })
      await names.release(emailName(before.email), owner)
      return email
    },
  }
}
