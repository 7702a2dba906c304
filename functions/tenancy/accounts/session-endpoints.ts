import { z } from 'zod'
import { toIso } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import { OPERATOR_RECORDS } from '../../audit/port.ts'
import type { NewCookie } from '../../http/cookies.ts'
import { type Call, type Endpoint, endpoint, noBody } from '../../http/endpoint.ts'
import { listOf } from '../../http/paging.ts'
import { Id } from '../../http/text.ts'
import type { Owner } from './names.ts'
import type { AccountsService, SignedIn } from './service.ts'
import { OPERATOR, type SignInRequest } from './sign-in.ts'
import { Email, MailedToken, SessionSchema, shownSession } from './views.ts'

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'cookies' | 'client' | 'actor' | 'tenantId'>

const Password = z.string().min(1).max(500)
const Credentials = z
  .union([
    z.strictObject({ email: Email, password: Password }),
    z.strictObject({ operatorToken: z.string().min(8).max(200) }),
  ])
  .meta({ id: 'Credentials' })

const OpenSession = z
  .object({
    id: z.string(),
    current: z.boolean(),
    device: z.string().meta({ description: 'Browser and system, such as `Firefox, Windows`.' }),
    address: z.string(),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().meta({ description: 'To within five minutes.' }),
  })
  .meta({ id: 'OpenSession' })

const noSession: NewCookie = { kind: 'session', value: '', maxAgeSeconds: 0 }
const MICROSOFT_CALLBACK = '/api/v1/sign-in/microsoft/callback'

/** Sign-in and sign-out, and the sessions of whoever is signed in. */
export function sessionEndpoints(
  accounts: AccountsService,
  parts: {
    readonly tenantName: (tenantId: string) => Promise<string>
    readonly publicUrl: string | undefined
  },
): readonly Endpoint[] {
  const { signIn, sessions, microsoft } = accounts
  const answer = createSessionAnswer(accounts, parts.tenantName)
  const redirectUri = `${parts.publicUrl ?? ''}${MICROSOFT_CALLBACK}`

  return [
    endpoint({
      id: 'getSession',
      method: 'GET',
      path: '/session',
      access: 'anyone',
      tag: 'Sign-in',
      summary: 'Say who is signed in, and how to sign in',
      success: { status: 200, schema: SessionSchema },
      errors: [],
      handle: async ({ cookies }) => answer(cookies.session),
    }),
    endpoint({
      id: 'signIn',
      method: 'POST',
      path: '/session',
      access: 'anyone',
      tag: 'Sign-in',
      summary: 'Sign in',
      description: 'Sets the cookie of the session. The operator signs in with their token.',
      body: Credentials,
      success: { status: 200, schema: SessionSchema },
      errors: ['sign-in-refused', 'sign-in-delayed', 'account-locked', 'too-busy'],
      async handle(call) {
        const { body } = call
        return answerOf(
          'email' in body
            ? await signIn.withPassword(body.email, body.password, requestOf(call))
            : await signIn.asOperator(body.operatorToken, requestOf(call)),
        )
      },
    }),
    endpoint({
      id: 'signOut',
      method: 'DELETE',
      path: '/session',
      access: 'signed-in',
      tag: 'Sign-in',
      summary: 'Sign out',
      success: { status: 204 },
      errors: [],
      async handle(call) {
        await endQuietly(call, call.session?.id ?? '')
        return { ...noBody, cookies: [noSession] }
      },
    }),
    endpoint({
      id: 'listSessions',
      method: 'GET',
      path: '/sessions',
      access: 'signed-in',
      tag: 'Account',
      summary: 'List your own sessions',
      success: { status: 200, schema: listOf(OpenSession) },
      errors: [],
      async handle(call) {
        const epoch = (await accounts.signedIn(call.cookies.session ?? ''))?.epoch ?? 0
        const items = await sessions.list(ownerOf(call), epoch)
        return {
          body: {
            items: items.map((item) => ({
              ...item,
              current: item.id === call.session?.id,
              createdAt: toIso(item.createdAt),
              lastSeenAt: toIso(item.lastSeenAt),
            })),
          },
        }
      },
    }),
    endpoint({
      id: 'endSession',
      method: 'DELETE',
      path: '/sessions/{id}',
      access: 'signed-in',
      tag: 'Account',
      summary: 'End one of your own sessions',
      params: z.object({ id: Id }),
      success: { status: 204 },
      errors: ['not-found'],
      async handle(call) {
        await sessions.end(ownerOf(call), call.params.id)
        return { ...noBody, ...(call.params.id === call.session?.id ? { cookies: [noSession] } : {}) }
      },
    }),
    endpoint({
      id: 'beginMicrosoftSignIn',
      method: 'GET',
      path: '/sign-in/microsoft',
      access: 'anyone',
      tag: 'Sign-in',
      summary: 'Go to Microsoft to sign in',
      description: 'For a browser: redirects to Microsoft, or back to the sign-in page with `error`.',
      query: z.object({ invitation: MailedToken.shape.token.optional() }),
      success: { status: 302 },
      errors: [],
      async handle({ query }) {
        return orBackToSignIn(async () => {
          const { url, cookies } = await microsoft.begin(redirectUri, query.invitation)
          return { ...noBody, location: url, cookies }
        })
      },
    }),
    endpoint({
      id: 'finishMicrosoftSignIn',
      method: 'GET',
      path: '/sign-in/microsoft/callback',
      access: 'anyone',
      tag: 'Sign-in',
      summary: 'Come back from Microsoft',
      description: 'For a browser: redirects to the portal, or to the sign-in page with `error`.',
      query: z.looseObject({
        code: z.string().max(8000).optional(),
        state: z.string().max(500).optional(),
        error: z.string().max(200).optional(),
      }),
      success: { status: 302 },
      errors: [],
      async handle(call) {
        return orBackToSignIn(async () => {
          const cookies = await microsoft.finish(call.query, call.cookies.flow, requestOf(call))
          const { recordedAs } = await answerOf(cookies)
          return { ...noBody, location: '/', cookies, ...(recordedAs === undefined ? {} : { recordedAs }) }
        })
      },
    }),
  ]

  function answerOf(cookies: readonly NewCookie[]) {
    return answer(cookies.find(({ kind }) => kind === 'session')?.value, cookies)
  }

  /** Whoever signs out is signed out, also when the session has ended in the same moment. */
  async function endQuietly(call: AnyCall, id: string): Promise<void> {
    try {
      await sessions.end(ownerOf(call), id)
    } catch (error) {
      if (!isStegError(error, 'not-found')) throw error
    }
  }
}

/** The answer that says who is signed in with a cookie, which it may set at the same time. */
export function createSessionAnswer(
  accounts: AccountsService,
  tenantName: (tenantId: string) => Promise<string>,
) {
  return async (cookie: string | undefined, cookies: readonly NewCookie[] = []) => {
    const found = cookie === undefined ? undefined : await accounts.signedIn(cookie)
    const name = found?.user === undefined ? undefined : await tenantName(found.owner.tenantId)
    return {
      body: shownSession(found, name, accounts.microsoft.isConfigured),
      cookies,
      // Whoever has just signed in is known only now.
      ...(found === undefined || cookies.length === 0 ? {} : { recordedAs: recordOf(found) }),
    }
  }
}

function recordOf({ principal }: SignedIn) {
  const tenantId = principal.kind === 'tenant' ? principal.tenantId : OPERATOR_RECORDS
  return { tenantId, actor: principal.actor }
}

export function requestOf({ client, cookies }: Pick<AnyCall, 'client' | 'cookies'>): SignInRequest {
  return { client, known: cookies.known }
}

/** Whose account it is, for endpoints of whoever is signed in. */
export function ownerOf({ actor, tenantId }: Pick<AnyCall, 'actor' | 'tenantId'>): Owner {
  return actor.kind === 'user' ? { tenantId, userId: actor.id } : OPERATOR
}

/** A browser under way is brought to a page that says what went wrong, not to a problem document. */
async function orBackToSignIn<T extends { readonly location: string }>(go: () => Promise<T>) {
  try {
    return await go()
  } catch (error) {
    if (!isStegError(error)) throw error
    return { ...noBody, location: `/sign-in?error=${error.code}` }
  }
}
