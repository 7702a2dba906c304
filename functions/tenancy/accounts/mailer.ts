import { StegError } from '../../../shared/errors/error.ts'
import type { MailSender } from '../../platform/mail/port.ts'
import { type MailKind, type MailLanguage, writeMail } from './rules/mail-texts.ts'

const pages: Readonly<Record<Exclude<MailKind, 'password-changed'>, string>> = {
  invitation: 'invitation',
  reset: 'password-reset',
  address: 'email-confirmation',
  'address-change': 'address-restoration',
}

export interface Mailer {
  /**
   * @param token for the link; the mail's page in the portal takes it
   * @param newEmail what the mail about a change tells
   * @throws StegError `mail-failed`, `mail-not-configured`
   */
  send(
    kind: MailKind,
    to: { readonly tenantId: string; readonly email: string; readonly language: MailLanguage },
    token?: string,
    newEmail?: string,
  ): Promise<void>
}

export function createMailer(parts: {
  readonly mail: MailSender
  readonly publicUrl: string | undefined
  readonly tenantName: (tenantId: string) => Promise<string>
}): Mailer {
  return {
    async send(kind, { tenantId, email, language }, token, newEmail) {
      // A link without the hub's address would lead nowhere.
      if (parts.publicUrl === undefined) throw new StegError('mail-not-configured', {})
      const link =
        kind === 'password-changed' || token === undefined
          ? undefined
          : `${parts.publicUrl}/${pages[kind]}/${token}`
      const tenant = await parts.tenantName(tenantId)
      await parts.mail.send({ to: email, ...writeMail(kind, language, { tenant, email, link, newEmail }) })
    },
  }
}
