import { z } from 'zod'
import { StegError } from '../../../shared/errors/error.ts'
import { type Endpoint, endpoint, noBody } from '../../http/endpoint.ts'
import { line } from '../../http/text.ts'
import type { AccountsService } from './service.ts'
import { createSessionAnswer, ownerOf, requestOf } from './session-endpoints.ts'
import { Email, Language, MailedToken, SessionSchema } from './views.ts'

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
      description: 'Ends all other sessions.',
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
        await passwords.change(ownerOf(call), call.session?.id ?? '', call.body)
        return noBody
      },
    }),
    endpoint({
      id: 'editAccount',
      method: 'PATCH',
      path: '/account',
      access: 'signed-in',
      tag: 'Account',
      summary: 'Change your name, language or address',
      description: 'A new address counts once the link in the mail to it has come back.',
      body: z
        .strictObject({
          firstName: line(100).optional(),
          lastName: line(100).optional(),
          language: Language.optional(),
          email: Email.optional(),
        })
        .meta({ id: 'AccountEdit' }),
      success: { status: 200, schema: SessionSchema },
      errors: ['email-taken', 'mail-failed', 'mail-not-configured', 'session-needed', 'store-conflict'],
      async handle(call) {
        if (call.actor.kind !== 'user') throw new StegError('session-needed', {})
        const { email, ...edit } = call.body
        const { tenantId, userId } = ownerOf(call)
        await users.edit(tenantId, userId, edit, undefined, undefined)
        if (email !== undefined) await addresses.ask({ tenantId, userId }, email)
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
      description: 'Ends all sessions, and signs in.',
      params: MailedToken,
      body: z.strictObject({ password: Password }).meta({ id: 'PasswordReset' }),
      success: { status: 200, schema: SessionSchema },
      errors: ['link-invalid', 'password-too-short', 'password-too-common', 'too-busy'],
      async handle(call) {
        const cookies = await passwords.reset(call.params.token, call.body.password, requestOf(call))
        return answer(cookies.find(({ kind }) => kind === 'session')?.value, cookies)
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
      errors: ['link-invalid'],
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
      description: 'The link confirms the address. Signs in.',
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
      errors: ['link-invalid', 'password-too-short', 'password-too-common', 'too-busy'],
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
      params: MailedToken,
      success: { status: 200, schema: z.object({ email: z.string() }) },
      errors: ['link-invalid', 'email-taken'],
      handle: async ({ params }) => ({ body: { email: await addresses.confirm(params.token) } }),
    }),
  ]
}
