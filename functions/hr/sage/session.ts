import { CookieJar } from 'tough-cookie'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { retry } from '../../../shared/retry.ts'
import type { Headers } from '../../../shared/wire/call.ts'
import type { RelayRequest, RelayResponse } from '../../relay/service.ts'
import type { SageSession } from './port.ts'
import type { SageProfile } from './profile.ts'

/** The role of agents that may call Sage, and the name of the target. */
export const SAGE_ROLE = 'sage'

/** Milliseconds that one call to Sage may take. Real installations answer within seconds, sometimes many. */
const CALL_TIMEOUT_MS = 60_000
const PAUSES_MS = [500, 1500, 3000]

/** Carries one request to the Sage server; the relay, or in tests anything else. */
export type Exchange = (request: RelayRequest, signal?: AbortSignal) => Promise<RelayResponse>

export interface SageCredentials {
  readonly baseUrl: string
  readonly username: string
  readonly password: string
  readonly database: string | undefined
}

export interface SessionParts {
  readonly exchange: Exchange
  readonly credentials: SageCredentials
  readonly profile: SageProfile
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Milliseconds before the second, third, … attempt while Sage is busy; none to hear of it at once. */
  readonly pauses?: readonly number[]
  /** Called when Sage refuses a sign-in as a bad request, to find out whether the database is the reason. */
  readonly explainBadRequest: (session: SageSession) => Promise<StegError | undefined>
}

/** A session with the Sage HR portal API: cookie, sign-in once, renewal, and Sage's faults told apart. */
export function createSageSession(parts: SessionParts): SageSession {
  const { credentials, profile, clock } = parts
  let jar = new CookieJar()
  let signedIn: Promise<void> | undefined

  async function send(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    limits: { readonly notAfter?: number; readonly timeout?: number } = {},
  ): Promise<RelayResponse> {
    const { notAfter, timeout = CALL_TIMEOUT_MS } = limits
    const url = `${credentials.baseUrl.replace(/\/+$/, '')}/${path}`
    const cookie = await jar.getCookieString(url)
    const headers: Headers = [['accept', 'application/json, application/xml;q=0.5']]
    if (cookie !== '') headers.push(['cookie', cookie])
    if (credentials.database !== undefined) {
      headers.push([profile.databaseHeader.toLowerCase(), credentials.database])
    }
    if (body !== undefined) headers.push(['content-type', 'application/json; charset=utf-8'])
    const response = await parts.exchange(
      {
        target: { name: SAGE_ROLE, url: credentials.baseUrl },
        method,
        path: `/${path}`,
        headers,
        ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
        ...(notAfter === undefined
          ? { idempotency: 'repeatable', timeout }
          : { idempotency: 'once', timeout: Math.max(1, notAfter - clock.now()), notAfter }),
      },
      // What goes out once is seen through to its answer: giving up would only leave a doubt behind.
      notAfter === undefined ? parts.signal : undefined,
    )
    for (const [name, value] of response.headers) {
      if (name === 'set-cookie') await jar.setCookie(value, url, { ignoreError: true })
    }
    return response
  }

  async function signIn(): Promise<void> {
    jar = new CookieJar()
    const response = await settled(profile.signIn, () =>
      send('POST', profile.signIn, {
        Username: credentials.username,
        Password: credentials.password,
        NtAuthorization: false,
      }),
    )
    if (response.status === 401 || response.status === 403) {
      throw new StegError('sage-sign-in-rejected', { user: credentials.username })
    }
    if (response.status === 400) {
      const explained = await parts.explainBadRequest(session)
      if (explained !== undefined) throw explained
    }
    if (isHtml(response)) throw notData(profile.signIn, response)
    expectSuccess(profile.signIn, response)
    expectSuccess(profile.calculate, await settled(profile.calculate, () => send('POST', profile.calculate)))
  }

  /** Sends until Sage gives an answer that means something: not while it is busy, restarting or cut off. */
  async function settled(path: string, attempt: () => Promise<RelayResponse>): Promise<RelayResponse> {
    return retry(
      async () => {
        const response = await attempt()
        if (response.status >= 500) {
          throw new StegError('sage-unavailable', { path, status: response.status })
        }
        if (response.status === 200 && isHtml(response)) throw notData(path, response)
        return response
      },
      { pauses: parts.pauses ?? PAUSES_MS, clock, signal: parts.signal, isWorthRetrying },
    )
  }

  /** Signs in once for all who ask. @returns what to compare with before the sign-in is given up */
  async function ensureSignedIn(): Promise<{ readonly signIn: Promise<void> }> {
    signedIn ??= signIn()
    const mine = signedIn
    try {
      await mine
    } catch (error) {
      if (signedIn === mine) signedIn = undefined
      throw error
    }
    return { signIn: mine }
  }

  async function withSession(path: string, timeout = CALL_TIMEOUT_MS): Promise<RelayResponse> {
    for (let renewed = false; ; renewed = true) {
      const { signIn: mine } = await ensureSignedIn()
      const response = await settled(path, () => send('GET', path, undefined, { timeout }))
      if (!isSessionLost(response)) return response
      if (renewed) throw new StegError('sage-session-lost', {})
      if (signedIn === mine) signedIn = undefined
    }
  }

  const session: SageSession = {
    async get(path, query, timeout) {
      const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
      const response = await withSession(path + search, timeout)
      expectSuccess(path, response)
      try {
        return JSON.parse(Buffer.from(response.body).toString('utf8'))
      } catch (error) {
        throw new StegError('sage-unexpected-data', { path, problem: 'it is not JSON' }, { cause: error })
      }
    },
    async getText(path) {
      const response = await settled(path, () => send('GET', path))
      expectSuccess(path, response)
      return Buffer.from(response.body).toString('utf8')
    },
    async ready() {
      await ensureSignedIn()
    },
    async postOnce(path, body, notAfter) {
      const mine = signedIn
      const response = await send('POST', path, body, { notAfter })
      if (isSessionLost(response) && signedIn === mine) signedIn = undefined
      return { status: response.status, html: isHtml(response), value: jsonIn(response) }
    },
  }
  return session
}

const transient: ReadonlySet<string> = new Set([
  'sage-unavailable',
  'sage-not-json',
  'target-unreachable',
  'response-broken',
])

function isWorthRetrying(error: unknown): boolean {
  return isStegError(error) && transient.has(error.code)
}

/** 401, or the way of web servers to say the same: a redirect to the sign-in page. */
function isSessionLost(response: RelayResponse): boolean {
  return response.status === 401 || response.status === 302 || response.status === 303
}

function isHtml(response: RelayResponse): boolean {
  const type = response.headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  return (
    /html/i.test(type) ||
    /^\s*<(!doctype html|html)/i.test(Buffer.from(response.body.subarray(0, 200)).toString())
  )
}

function jsonIn(response: RelayResponse): unknown {
  try {
    return JSON.parse(Buffer.from(response.body).toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function notData(path: string, response: RelayResponse): StegError {
  return new StegError('sage-not-json', { path, kind: `HTML (${response.status})` })
}

function expectSuccess(path: string, response: RelayResponse): void {
  if (response.status >= 200 && response.status < 300) return
  if (isHtml(response)) throw notData(path, response)
  throw new StegError('sage-refused', { path, status: response.status })
}
