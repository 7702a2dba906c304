import { isStegError, reasonOf, StegError } from '../../../shared/errors/error.ts'
import type { NewCookie } from '../../http/cookies.ts'
import { newMailedToken, openMailedToken } from './mailed-token.ts'
import { emailName, type Owner } from './names.ts'
import type { Accounts } from './parts.ts'
import type { UserRow } from './rows.ts'
import { normaliseEmail } from './rules/email.ts'
import { LEAST_CHARACTERS, passwordProblem } from './rules/password.ts'
import { type Pending, withoutPending } from './rules/pending.ts'
import type { SignIn, SignInRequest } from './sign-in.ts'

export const RESET_LIFETIME_MS = 3_600_000
/** So many mails and no more, however often somebody asks. */
const RESET_PAUSE_MS = 60_000
/** Longer than looking up and mailing take, so that the answer's time tells nothing. */
const ANSWER_MS = 2000

export interface PasswordCare {
  /** The hash of a password that is good enough. @throws StegError `password-too-short`, `password-too-common` */
  chosen(password: string, user: UserRow, tenantId: string): Promise<string>
  /** For a change that only the owner shall make. @throws StegError `password-wrong`, `sign-in-delayed` */
  check(owner: Owner, user: UserRow, password: string): Promise<void>
  /** Ends all other sessions. @returns which pending changes that voided. @throws StegError `password-wrong`, `sign-in-delayed`, and those of `chosen` */
  change(
    owner: Owner,
    sessionId: string,
    passwords: { readonly current: string; readonly next: string },
  ): Promise<readonly Pending[]>
  /** Mails a link, when there is such an account. Takes the same time and says nothing, whether or not. */
  requestReset(email: string): Promise<void>
  /** Ends all sessions and begins one here. @throws StegError `link-invalid`, and those of `chosen` */
  reset(
    token: string,
    password: string,
    request: SignInRequest,
  ): Promise<{ readonly cookies: readonly NewCookie[]; readonly voided: readonly Pending[] }>
}

export function createPasswordCare(accounts: Accounts, signIn: SignIn): PasswordCare {
  const { clock, random, users, names, attempts, sessions } = accounts

  async function chosen(password: string, user: UserRow, tenantId: string): Promise<string> {
    const about = [user.email, user.firstName ?? '', user.lastName ?? '', await accounts.tenantName(tenantId)]
    const problem = passwordProblem(password, about)
    if (problem === 'password-too-short') throw new StegError(problem, { least: LEAST_CHARACTERS })
    if (problem !== undefined) throw new StegError(problem, {})
    return accounts.passwords.hash(password)
  }

  async function check(owner: Owner, user: UserRow, password: string): Promise<void> {
    const counted = { counter: 'known', of: `change ${owner.tenantId}/${owner.userId}` } as const
    await attempts.begin([counted])
    if (!(await accounts.passwords.verify(user.passwordHash, password))) {
      throw new StegError('password-wrong', {})
    }
    await attempts.forget(counted)
  }

  /** In one write with the end of all sessions, and of all that waits for a link. */
  async function setPassword(
    { tenantId, userId }: Owner,
    passwordHash: string,
    link?: { readonly hash: string },
  ): Promise<{ user: UserRow; voided: readonly Pending[] }> {
    let voided: readonly Pending[] = []
    const { user } = await users.change(tenantId, userId, (row) => {
      // Of two who bring the link at once, one is refused.
      if (link !== undefined && row.reset?.hash !== link.hash) throw new StegError('link-invalid', {})
      const now = clock.now()
      const done = withoutPending(row, 'password-set', now, link && 'reset')
      voided = done.voided
      return { ...done.account, passwordHash, epoch: row.epoch + 1, updatedAt: now }
    })
    return { user, voided }
  }

  async function mailLink(email: string): Promise<void> {
    const owner = await names.find(emailName(email))
    const stored = owner && (await users.find(owner.tenantId, owner.userId))
    if (!owner || !stored || stored.user.email !== email) return
    const { user } = stored
    if (user.registeredAt === undefined || user.locked) return
    const now = clock.now()
    if (user.reset !== undefined && now - user.reset.requestedAt < RESET_PAUSE_MS) return
    const allowed = await accounts.allowance.takeForReset(email)
    if (allowed === undefined) return
    const { token, hash } = newMailedToken('reset', owner, random)
    const changed = await users.change(owner.tenantId, owner.userId, (row) =>
      row.reset !== undefined && now - row.reset.requestedAt < RESET_PAUSE_MS
        ? row
        : { ...row, reset: { hash, expiresAt: now + RESET_LIFETIME_MS, requestedAt: now } },
    )
    // Also of several requests at once only one mails.
    if (changed.user.reset?.hash !== hash) return
    try {
      await accounts.mailer.send('reset', { tenantId: owner.tenantId, ...user }, token)
    } catch (error) {
      await allowed.takeBack()
      throw error
    }
  }

  /** The change itself has happened; whether the mail about it arrives must not undo that. */
  async function tell(owner: Owner, user: UserRow): Promise<void> {
    try {
      await accounts.mailer.send('password-changed', { tenantId: owner.tenantId, ...user })
    } catch (error) {
      accounts.log.warn('The mail about a changed password could not be sent', { reason: reasonOf(error) })
    }
  }

  return {
    chosen,
    check,

    async change(owner, sessionId, { current, next }) {
      const stored = await users.get(owner.tenantId, owner.userId)
      await check(owner, stored.user, current)
      const hash = await chosen(next, stored.user, owner.tenantId)
      const { user, voided } = await setPassword(owner, hash)
      await sessions.carryOver(owner, sessionId, user.epoch)
      await tell(owner, user)
      return voided
    },

    async requestReset(written) {
      // Not waited for: a mail server that is slow today does not delay the answer either.
      mailLink(normaliseEmail(written)).catch((error) => {
        accounts.log.warn('A link for a new password could not be mailed', {
          code: isStegError(error) ? error.code : 'internal-error',
          reason: reasonOf(error),
        })
      })
      await clock.sleep(ANSWER_MS)
    },

    async reset(token, password, request) {
      const { owner, user: before, ...link } = await openMailedToken('reset', token, users, clock.now())
      if (before.locked) throw new StegError('link-invalid', {})
      const hash = await chosen(password, before, owner.tenantId)
      const { user, voided } = await setPassword(owner, hash, link)
      await attempts.forget({ counter: 'account', of: `account ${user.email}` })
      await tell(owner, user)
      return { cookies: await signIn.begin(owner, user, request), voided }
    },
  }
}
