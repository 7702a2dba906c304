import { timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '@azure/functions'
import { StegError } from '../../shared/errors/error.ts'
import type { Right } from '../tenancy/rules/roles.ts'
import type { CookieKind } from './cookies.ts'
import type { Call, Endpoint } from './endpoint.ts'
import {
  type Authentication,
  type Client,
  everyone,
  nobody,
  type Principal,
  type Session,
} from './principal.ts'
import { bearerToken } from './request.ts'
import { isOwnOrigin, type Site } from './site.ts'

type Caller = Pick<Call<never, never, never>, 'tenantId' | 'actor' | 'scope' | 'rights' | 'session'>

export interface Asking {
  readonly request: HttpRequest
  readonly cookies: Readonly<Partial<Record<CookieKind, string>>>
  readonly client: Client
}

const CSRF_HEADER = 'x-steg-csrf'

/**
 * Who calls, when they may. A token counts before a cookie, because only a program of ours or the caller's own sends one.
 * @param refused is told who lacked the right.
 * @throws StegError `unauthenticated`, `forbidden`, `scope-limited`, `session-needed`, `foreign-request`
 */
export async function authorise(
  endpoint: Endpoint,
  asking: Asking,
  authentication: Authentication,
  site: Site,
  refused: (principal: Principal) => Promise<void>,
): Promise<Caller> {
  const { request } = asking
  const withToken = request.headers.has('authorization')
  // Also before anybody is signed in: nobody shall sign a browser in to an account that is not its user's.
  if (endpoint.method !== 'GET' && !withToken && !isOwnOrigin(request, site)) {
    throw new StegError('foreign-request', { reason: 'Origin' })
  }
  if (endpoint.access === 'anyone') {
    return { tenantId: '', actor: nobody, scope: everyone, rights: new Set(), session: undefined }
  }
  const found = await identify(asking, authentication)
  if (found.session !== undefined && endpoint.method !== 'GET') checkCsrf(request, found.session)
  try {
    return permitted(endpoint, found)
  } catch (error) {
    await refused(found.principal)
    throw error
  }
}

interface Found {
  readonly principal: Principal
  readonly session: Session | undefined
}

/** Who calls, whatever they may do. @throws StegError `unauthenticated` */
export async function identify(asking: Asking, authentication: Authentication): Promise<Found> {
  const withToken = asking.request.headers.has('authorization')
  const found = withToken
    ? await byToken(asking.request, authentication)
    : await bySession(asking, authentication)
  if (found === undefined) throw new StegError('unauthenticated', {})
  return found
}

async function byToken(request: HttpRequest, { byToken }: Authentication): Promise<Found | undefined> {
  const token = bearerToken(request)
  const principal = token === undefined ? undefined : await byToken(token)
  return principal && { principal, session: undefined }
}

async function bySession(
  { cookies, client }: Asking,
  { bySession }: Authentication,
): Promise<Found | undefined> {
  return cookies.session === undefined ? undefined : bySession(cookies.session, client)
}

function checkCsrf(request: HttpRequest, { csrfToken }: Session): void {
  const sent = Buffer.from(request.headers.get(CSRF_HEADER) ?? '')
  const expected = Buffer.from(csrfToken)
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) {
    throw new StegError('foreign-request', { reason: 'X-Steg-CSRF' })
  }
}

function permitted({ access, scope, id }: Endpoint, { principal, session }: Found): Caller {
  const { actor } = principal
  const own =
    principal.kind === 'tenant'
      ? { tenantId: principal.tenantId, scope: principal.scope, rights: principal.rights }
      : { tenantId: '', scope: everyone, rights: new Set<Right>() }
  if (access === 'signed-in') {
    if (session === undefined) throw new StegError('session-needed', {})
  } else if (access === 'operator') {
    if (principal.kind !== 'operator') throw new StegError('forbidden', { right: 'operator' })
  } else if (typeof access === 'object' && !own.rights.has(access.right)) {
    throw new StegError('forbidden', { right: access.right })
  } else if (typeof access === 'object' && own.scope.kind === 'limited' && scope === undefined) {
    throw new StegError('scope-limited', { what: id })
  }
  return { ...own, actor, session }
}
