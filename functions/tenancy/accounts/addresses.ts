import { StegError } from '../../../shared/errors/error.ts'
import { newMailedToken, openMailedToken } from './mailed-token.ts'
import { emailName, type Owner } from './names.ts'
import type { Accounts } from './parts.ts'
import { type PasswordCare, RESET_LIFETIME_MS } from './passwords.ts'
import type { UserRow } from './rows.ts'
import { normaliseEmail } from './rules/email.ts'
import { addressesBefore, aliveAddresses, nextChangeAt, RESTORE_MS } from './rules/former-addresses.ts'
import { type Pending, withoutPending } from './rules/pending.ts'
import { isFresh } from './rules/session.ts'

const LIFETIME_MS = 24 * 3_600_000

/** What shows that the owner asks and not somebody at their browser, or that an admin does. */
export type AddressProof =
  | { readonly kind: 'admin' }
  | { readonly kind: 'owner'; readonly password: string | undefined; readonly signedInAt: number }

export interface ChangedAddress {
  readonly owner: Owner
  readonly user: UserRow
  readonly voided: readonly Pending[]
}

export interface Addresses {
  /**
   * Whether this address may be asked for; nothing is to prove for the one that is there already.
   * @throws StegError `not-found`, `user-unregistered`, `address-change-limit`, `password-needed`, `password-wrong`,
   * `sign-in-delayed`, `fresh-sign-in-needed`, `email-taken`
   */
  check(owner: Owner, newEmail: string, proof: AddressProof): Promise<void>
  /**
   * Tells the old address, with a link that takes the change back for seven days, and mails a link to the new one, which
   * counts once its link has come back. To be checked before.
   * @throws StegError `not-found`, `address-change-limit`, `mail-limit`, `mail-failed`, `mail-not-configured`
   */
  ask(owner: Owner, newEmail: string): Promise<void>
  /**
   * The link has come back: the address counts now, and all sessions end.
   * @param sessionId goes on when it is one of the same user
   * @throws StegError `link-invalid`, `email-taken`
   */
  confirm(token: string, sessionId: string | undefined): Promise<ChangedAddress>
  /**
   * Takes a change back, whether it counts already or not: the old address is there again, and the Microsoft account that
   * was linked then; all sessions, links and the password end.
   * @returns with a token for a new password; undefined for who is locked
   * @throws StegError `link-invalid`, `email-taken`
   */
  restore(token: string): Promise<ChangedAddress & { readonly passwordReset: string | undefined }>
}

export function createAddresses(accounts: Accounts, passwordCare: Pick<PasswordCare, 'check'>): Addresses {
  const { clock, random, users, names, sessions } = accounts

  async function prove(owner: Owner, user: UserRow, proof: AddressProof): Promise<void> {
    if (proof.kind === 'admin') return
    if (user.passwordHash === undefined) {
      if (!isFresh(proof.signedInAt, clock.now())) throw new StegError('fresh-sign-in-needed', {})
    } else if (proof.password === undefined) throw new StegError('password-needed', {})
    else await passwordCare.check(owner, user, proof.password)
  }

  function checkLimit({ formerEmails }: UserRow): void {
    const wait = nextChangeAt(formerEmails, clock.now()) - clock.now()
    if (wait > 0) throw new StegError('address-change-limit', { hours: Math.ceil(wait / 3_600_000) })
  }

  /** Only for users of the same tenant: whether another one knows an address is nobody's business. */
  async function checkFree(owner: Owner, email: string): Promise<void> {
    const holder = await names.find(emailName(email))
    if (holder === undefined || holder.tenantId !== owner.tenantId || holder.userId === owner.userId) return
    const other = (await users.find(holder.tenantId, holder.userId))?.user
    if (other?.email === email && other.registeredAt !== undefined) {
      throw new StegError('email-taken', { email })
    }
  }

  /** @throws StegError `email-taken` */
  async function claim(email: string, owner: Owner): Promise<void> {
    const holder = await names.claim(emailName(email), owner)
    if (holder.userId !== owner.userId || holder.tenantId !== owner.tenantId) {
      throw new StegError('email-taken', { email })
    }
  }

  /** A change of which the mails did not go: nobody has its links, and it shall not count as one. */
  async function withdraw({ tenantId, userId }: Owner, hash: string, restoreHash: string): Promise<void> {
    await users.change(tenantId, userId, (row) => {
      const { newEmail, ...rest } = row
      return {
        ...rest,
        ...(newEmail === undefined || newEmail.hash === hash ? {} : { newEmail }),
        formerEmails: (row.formerEmails ?? []).filter((one) => one.hash !== restoreHash),
      }
    })
  }

  return {
    async check(owner, written, proof) {
      const email = normaliseEmail(written)
      const { user } = await users.get(owner.tenantId, owner.userId)
      if (email === user.email) return
      if (user.registeredAt === undefined) throw new StegError('user-unregistered', {})
      checkLimit(user)
      await prove(owner, user, proof)
      await checkFree(owner, email)
    },

    async ask(owner, written) {
      const email = normaliseEmail(written)
      const { tenantId, userId } = owner
      const { user: before } = await users.get(tenantId, userId)
      if (email === before.email) return
      const { token, hash } = newMailedToken('address', owner, random)
      const restore = newMailedToken('restore', owner, random)
      const allowed = await accounts.allowance.take(tenantId, email)
      const now = clock.now()
      const { user } = await users.change(tenantId, userId, (row) => {
        checkLimit(row)
        const { email: old, microsoft } = row
        const former = {
          email: old,
          hash: restore.hash,
          expiresAt: now + RESTORE_MS,
          ...(microsoft === undefined ? {} : { microsoft }),
        }
        return {
          ...row,
          newEmail: { email, hash, expiresAt: now + LIFETIME_MS },
          formerEmails: [...aliveAddresses(row.formerEmails, now), former],
          updatedAt: now,
        }
      })
      // The old address first: nobody gets the new one without the owner of the old one being told.
      const to = { tenantId, language: user.language }
      try {
        await accounts.mailer.send('address-change', { ...to, email: user.email }, restore.token, email)
        await accounts.mailer.send('address', { ...to, email }, token)
      } catch (error) {
        await withdraw(owner, hash, restore.hash)
        await allowed.takeBack()
        throw error
      }
    },

    async confirm(token, sessionId) {
      const { owner, user: before, hash } = await openMailedToken('address', token, users, clock.now())
      const email = before.newEmail?.email ?? ''
      // Claimed first and the old one given back last: the user can sign in with one of the two at every moment.
      await claim(email, owner)
      let voided: readonly Pending[] = []
      const { user } = await users.change(owner.tenantId, owner.userId, (row) => {
        if (row.newEmail?.hash !== hash) throw new StegError('link-invalid', {})
        const done = withoutPending(row, 'address-changed', clock.now(), 'newEmail')
        voided = done.voided
        return { ...done.account, email, epoch: row.epoch + 1, updatedAt: clock.now() }
      })
      if (sessionId !== undefined) await sessions.carryOver(owner, sessionId, user.epoch)
      await names.release(emailName(before.email), owner)
      return { owner, user, voided }
    },

    async restore(token) {
      const { owner, user: before, hash } = await openMailedToken('restore', token, users, clock.now())
      const former = before.formerEmails?.find((one) => one.hash === hash)
      if (former === undefined) throw new StegError('link-invalid', {})
      await claim(former.email, owner)
      const reset = newMailedToken('reset', owner, random)
      let voided: readonly Pending[] = []
      const { user } = await users.change(owner.tenantId, owner.userId, (row) => {
        if (row.formerEmails?.some((one) => one.hash === hash) !== true)
          throw new StegError('link-invalid', {})
        const now = clock.now()
        const done = withoutPending(row, 'address-restored', now)
        voided = done.voided
        // Whoever changed the address knew the password, or had it set anew since.
        const { passwordHash: _, microsoft: __, ...rest } = done.account
        return {
          ...rest,
          email: former.email,
          ...(former.microsoft === undefined ? {} : { microsoft: former.microsoft }),
          formerEmails: addressesBefore(row.formerEmails, hash),
          epoch: row.epoch + 1,
          updatedAt: now,
          ...(row.locked
            ? {}
            : { reset: { hash: reset.hash, expiresAt: now + RESET_LIFETIME_MS, requestedAt: now } }),
        }
      })
      if (before.email !== user.email) await names.release(emailName(before.email), owner)
      if (before.microsoft !== undefined && before.microsoft !== user.microsoft) {
        await names.release(before.microsoft, owner)
      }
      return { owner, user, voided, passwordReset: user.locked ? undefined : reset.token }
    },
  }
}
