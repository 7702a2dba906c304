import { z } from 'zod'
import { StegError } from '../../../shared/errors/error.ts'
import { type Endpoint, endpoint, noBody } from '../../http/endpoint.ts'
import { line } from '../../http/text.ts'
import type { ChangedAddress } from './addresses.ts'
import type { AccountsService } from './service.ts'
import { createSessionAnswer, ownerOf, requestOf } from './session-endpoints.ts'
import { nameOfUser } from './users.ts'
import { auditedVoided, Email, Language, MailedToken, SessionSchema } from './views.ts'

const Password = z.string().min(1).max(500)

/** One's own account, and the links of mails. */
export function accountEndpoints(
  accounts: AccountsService,
  tenantName: (tenantId: string) => Promise<string>,
): readonly Endpoint[] {
  const { invitations, registration, passwords, addresses, users } = accounts
  const answer = createSessionAnswer(accounts, tenantName)

  return [
    endpoint({
      id: 'changePassword',
      method: 'PUT',
      path: '/account/password',
      access: 'signed-in',
      tag: 'Account',
      summary: 'Change your password',
      description:
        'Ends all other sessions, and voids an address that waits for its link and links for a new password.',
      body: z.strictObject({ current: Password, next: Password }).meta({ id: 'PasswordChange' }),
      success: { status: 204 },
      errors: [
        'password-wrong',
        'password-too-short',
        'password-too-common',
        'sign-in-delayed',
        'too-busy',
        'session-needed',
      ],
      async handle(call) {
        if (call.actor.kind !== 'user') throw new StegError('session-needed', {})
        const voided = await passwords.change(ownerOf(call), call.session?.id ?? '', call.body)
        return { ...noBody, ...auditedVoided(voided) }
      },
    }),
    endpoint({
      id: 'editAccount',
      method: 'PATCH',
      path: '/account',
      access: 'signed-in',
      tag: 'Account',
      summary: 'Change your name, language or address',
      description:
        'A new address counts once the link in the mail to it has come back; that ends all other sessions. The old address is told, and can take the change back for seven days. It needs the password, or, for who has none, a sign-in within the last five minutes.',
      body: z
        .strictObject({
          firstName: line(100).optional(),
          lastName: line(100).optional(),
          language: Language.optional(),
          email: Email.optional(),
          currentPassword: Password.optional().meta({ description: 'Needed for another address.' }),
        })
        .meta({ id: 'AccountEdit' }),
      success: { status: 200, schema: SessionSchema },
      errors: [
        'email-taken',
        'password-needed',
        'password-wrong',
        'fresh-sign-in-needed',
        'sign-in-delayed',
        'too-busy',
        'address-change-limit',
        'mail-limit',
        'mail-failed',
        'mail-not-configured',
        'session-needed',
        'store-conflict',
      ],
      async handle(call) {
        if (call.actor.kind !== 'user') throw new StegError('session-needed', {})
        const { email, currentPassword, ...edit } = call.body
        const owner = ownerOf(call)
        const signedInAt = call.session?.beganAt ?? 0
        if (email !== undefined) {
          await addresses.check(owner, email, { kind: 'owner', password: currentPassword, signedInAt })
        }
        await users.edit(owner.tenantId, owner.userId, edit, undefined, undefined)
        if (email !== undefined) await addresses.ask(owner, email)
        return answer(call.cookies.session)
      },
    }),
    endpoint({
      id: 'requestPasswordReset',
      method: 'POST',
      path: '/password-resets',
      access: 'anyone',
      tag: 'Sign-in',
      summary: 'Ask for a link for a new password',
      description: 'Says the same after the same time, whether or not there is such an account.',
      body: z.strictObject({ email: Email }).meta({ id: 'PasswordResetRequest' }),
      success: { status: 202, schema: z.object({ requested: z.boolean() }) },
      errors: [],
      async handle({ body }) {
        await passwords.requestReset(body.email)
        return { body: { requested: true } }
      },
    }),
    endpoint({
      id: 'resetPassword',
      method: 'POST',
      path: '/password-resets/{token}',
      access: 'anyone',
      tag: 'Sign-in',
      summary: 'Set a new password with the link of the mail',
      description: 'Ends all sessions, voids an address that waits for its link, and signs in.',
      params: MailedToken,
      body: z.strictObject({ password: Password }).meta({ id: 'PasswordReset' }),
      success: { status: 200, schema: SessionSchema },
      errors: ['link-invalid', 'password-too-short', 'password-too-common', 'too-busy'],
      async handle(call) {
        const { cookies, voided } = await passwords.reset(
          call.params.token,
          call.body.password,
          requestOf(call),
        )
        const session = cookies.find(({ kind }) => kind === 'session')?.value
        return { ...(await answer(session, cookies)), ...auditedVoided(voided) }
      },
    }),
    endpoint({
      id: 'getInvitation',
      method: 'GET',
      path: '/invitations/{token}',
      access: 'anyone',
      tag: 'Sign-in',
      summary: 'Say who is invited with the link of a mail',
      params: MailedToken,
      success: {
        status: 200,
        schema: z
          .object({
            email: z.string(),
            tenantName: z.string(),
            firstName: z.string().nullable(),
            lastName: z.string().nullable(),
            language: Language,
            microsoft: z
              .boolean()
              .meta({ description: 'Whether Microsoft can be chosen instead of a password.' }),
          })
          .meta({ id: 'Invitation' }),
      },
      errors: ['link-invalid', 'invitation-address-taken'],
      async handle({ params }) {
        const { owner, user } = await invitations.view(params.token)
        return {
          body: {
            email: user.email,
            tenantName: await tenantName(owner.tenantId),
            firstName: user.firstName ?? null,
            lastName: user.lastName ?? null,
            language: user.language,
            microsoft: accounts.microsoft.isConfigured,
          },
        }
      },
    }),
    endpoint({
      id: 'register',
      method: 'POST',
      path: '/invitations/{token}',
      access: 'anyone',
      tag: 'Sign-in',
      summary: 'Register with the link of the invitation',
      description: 'The link confirms the address, which belongs to this account from now on. Signs in.',
      params: MailedToken,
      body: z
        .strictObject({
          firstName: line(100),
          lastName: line(100),
          password: Password,
          language: Language.optional(),
        })
        .meta({ id: 'NewRegistration' }),
      success: { status: 200, schema: SessionSchema },
      errors: [
        'link-invalid',
        'invitation-address-taken',
        'password-too-short',
        'password-too-common',
        'too-busy',
      ],
      async handle(call) {
        const cookies = await registration.register(call.params.token, call.body, requestOf(call))
        return answer(cookies.find(({ kind }) => kind === 'session')?.value, cookies)
      },
    }),
    endpoint({
      id: 'confirmEmail',
      method: 'POST',
      path: '/email-confirmations/{token}',
      access: 'anyone',
      tag: 'Account',
      summary: 'Confirm a new address with the link of the mail',
      description: 'Ends all sessions of the account, except one of it that comes with the request.',
      params: MailedToken,
      success: { status: 200, schema: z.object({ email: z.string() }) },
      errors: ['link-invalid', 'email-taken'],
      async handle({ params, cookies }) {
        const found = await accounts.signedIn(cookies.session ?? '')
        const changed = await addresses.confirm(params.token, found?.session.id)
        return { body: { email: changed.user.email }, ...recordOf(changed) }
      },
    }),
    endpoint({
      id: 'restoreAddress',
      method: 'POST',
      path: '/address-restorations/{token}',
      access: 'anyone',
      tag: 'Account',
      summary: 'Take the change of an address back with the link of the mail to the old one',
      description:
        'Also when the new address counts already. Ends all sessions, voids what waits for a link, and takes the password away: a new one is set with the token in the answer.',
      params: MailedToken,
      success: {
        status: 200,
        schema: z
          .object({
            email: z.string(),
            passwordReset: z
              .string()
              .nullable()
              .meta({ description: 'For POST /password-resets/{token}; null for who is locked.' }),
          })
          .meta({ id: 'RestoredAddress' }),
      },
      errors: ['link-invalid', 'email-taken'],
      async handle({ params }) {
        const restored = await addresses.restore(params.token)
        const { user, passwordReset = null } = restored
        return { body: { email: user.email, passwordReset }, ...recordOf(restored) }
      },
    }),
  ]
}

/** Whoever brings the link of a mail acts for its user. */
function recordOf({ owner, user, voided }: ChangedAddress) {
  const actor = { kind: 'user' as const, id: owner.userId, name: nameOfUser(user) }
  return { recordedAs: { tenantId: owner.tenantId, actor }, ...auditedVoided(voided) }
}
