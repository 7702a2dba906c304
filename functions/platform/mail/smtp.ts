import { createTransport } from 'nodemailer'
import { reasonOf, StegError } from '../../../shared/errors/error.ts'
import type { MailSender } from './port.ts'

/** A mail server that does not answer must not hold a request up for minutes. */
const PATIENCE_MS = 10_000

/** @param url such as `smtps://user:password@mail.example:465`, or `smtp://…` with STARTTLS where the server offers it. */
export function openSmtp(options: {
  readonly url: string
  readonly from: string
  readonly patienceMs?: number
}): MailSender {
  const patience = options.patienceMs ?? PATIENCE_MS
  const transport = createTransport(
    {
      url: options.url,
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: 2 * patience,
    },
    { from: options.from },
  )
  return {
    async send({ to, subject, text, html }) {
      try {
        await transport.sendMail({
          // An object, so that an address with a comma in its name part stays one address.
          to: { name: '', address: to },
          subject,
          text,
          html,
          disableFileAccess: true,
          disableUrlAccess: true,
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
      } catch (error) {
        throw new StegError('mail-failed', { reason: told(error) }, { cause: error })
      }
    },
    close: () => transport.close(),
  }
}

/** The server's own words may hold addresses, but never the password of the connection. */
function told(error: unknown): string {
  return reasonOf(error).split('\n')[0]?.slice(0, 200) ?? ''
}

/** Where no mail server is configured: what needs mail says so. */
export const noMail: MailSender = {
  send: () => Promise.reject(new StegError('mail-not-configured', {})),
  close: () => undefined,
}
