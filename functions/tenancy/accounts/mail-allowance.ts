import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Attempt, Counted, SignInAttempts } from './attempts.ts'
import { mailboxOf } from './rules/email.ts'

/** How many mails go to people who did not ask for them; the figures are in `rules/throttle.ts`. */
export interface MailAllowance {
  /**
   * Before a mail that is about an invitation or a new address. What is taken is given back when the mail did not go.
   * @throws StegError `mail-limit`
   */
  take(tenantId: string, email: string): Promise<Attempt>
  /** Before a mail about a forgotten password; undefined when there were enough of them. */
  takeForReset(email: string): Promise<Attempt | undefined>
  /** Whether a mail may go there, for whom there is no tenant yet. @throws StegError `mail-limit` */
  check(email: string): Promise<void>
}

export function createMailAllowance(attempts: SignInAttempts): MailAllowance {
  const mailbox = (email: string): Counted => ({ counter: 'mailbox', of: `mailbox ${mailboxOf(email)}` })

  async function limited<T>(begin: () => Promise<T>): Promise<T> {
    try {
      return await begin()
    } catch (error) {
      if (!isStegError(error, 'sign-in-delayed')) throw error
      throw new StegError('mail-limit', { minutes: Math.ceil(Number(error.params.seconds) / 60) })
    }
  }

  return {
    take: (tenantId, email) =>
      limited(() => attempts.begin([{ counter: 'tenant', of: `tenant ${tenantId}` }, mailbox(email)])),

    async takeForReset(email) {
      try {
        return await attempts.begin([{ counter: 'reset', of: `reset ${mailboxOf(email)}` }])
      } catch (error) {
        if (!isStegError(error, 'sign-in-delayed')) throw error
        return undefined
      }
    },

    check: (email) => limited(() => attempts.check(mailbox(email))),
  }
}
