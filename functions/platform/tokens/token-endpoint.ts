import { z } from 'zod'
import type { Clock } from '../../../shared/clock.ts'
import { reasonOf } from '../../../shared/errors/error.ts'
import type { Grant, TokenAnswer, TokenProvider } from './port.ts'

/** Bytes of an answer; tokens of Microsoft have a few thousand. */
const ANSWER_BYTES = 256 * 1024
/** Where the answer does not say how long it counts (RFC 6749 §5.1 only recommends it). */
const LIFETIME_SECONDS = 300

const Granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().optional(),
  refresh_token: z.string().min(1).optional(),
})
const Refused = z.object({
  error: z.string(),
  error_codes: z.array(z.number()).optional(),
  error_description: z.string().optional(),
})

/** Failures of a request of which the other side cannot have seen anything. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT)$/
const NOT_TRUSTED = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/

export interface TokenEndpointOptions {
  /** The token endpoint of the provider. */
  readonly url: string
  readonly clientId: string
  readonly fetch: typeof fetch
  readonly clock: Clock
}

/**
 * Tokens from an OAuth token endpoint (RFC 6749 §6 and §4.4), also Microsoft's. The client's secret is the grant's secret
 * `clientSecret`; a public client has none.
 */
export function createTokenEndpoint(options: TokenEndpointOptions): TokenProvider {
  async function send(grant: Grant, signal: AbortSignal): Promise<Response> {
    const { clientSecret } = grant.secrets
    return options.fetch(options.url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      // Wherever it would lead, neither secret nor token may go there.
      redirect: 'manual',
      signal,
      body: new URLSearchParams({
        ...(grant.refreshToken === undefined
          ? { grant_type: 'client_credentials' }
          : { grant_type: 'refresh_token', refresh_token: grant.refreshToken }),
        client_id: options.clientId,
        scope: grant.audience,
        ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      }),
    })
  }

  return {
    async refresh(grant, signal) {
      let response: Response
      try {
        response = await send(grant, signal)
      } catch (error) {
        return neverSent(error) ? { kind: 'unavailable' } : { kind: 'unknown', reason: reasonOf(error) }
      }
      try {
        return answerOf(response, await readJson(response), options.clock)
      } catch (error) {
        return { kind: 'unknown', reason: reasonOf(error) }
      }
    },
  }
}

function answerOf(response: Response, content: unknown, clock: Clock): TokenAnswer {
  const retryAfterMs = retryAfter(response.headers.get('retry-after'), clock)
  if (response.status === 429 || response.status >= 500) return { kind: 'unavailable', retryAfterMs }
  if (response.ok) {
    const granted = Granted.safeParse(content)
    // It may have rotated the token all the same.
    if (!granted.success) return { kind: 'unknown', reason: 'the answer holds no token' }
    const { access_token: accessToken, expires_in: expiresIn, refresh_token: refreshToken } = granted.data
    return { kind: 'granted', accessToken, expiresInSeconds: expiresIn ?? LIFETIME_SECONDS, refreshToken }
  }
  const refused = Refused.safeParse(content)
  // A page of a proxy, a redirect: the provider has not spoken.
  if (!refused.success) return { kind: 'unavailable', retryAfterMs }
  const { error, error_codes: codes, error_description: description } = refused.data
  if (error === 'temporarily_unavailable' || error === 'server_error') {
    return { kind: 'unavailable', retryAfterMs }
  }
  return { kind: 'refused', error, aadsts: codes ?? numbersIn(description) }
}

function numbersIn(description = ''): number[] {
  return [...description.matchAll(/AADSTS(\d{1,9})/g)].map(([, number]) => Number(number))
}

/** Seconds or a date (RFC 9110 §10.2.3), in milliseconds from now. */
function retryAfter(text: string | null, clock: Clock): number | undefined {
  if (text === null) return undefined
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - clock.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** @returns undefined for what is no JSON. @throws Error when the answer breaks off or is too long */
async function readJson(response: Response): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES) throw new Error('the answer is too long')
    text += decoder.decode(chunk, { stream: true })
  }
  try {
    return JSON.parse(text)
  } catch {
    // The text may hold a token: it goes into no message.
    return undefined
  }
}

function neverSent(error: unknown): boolean {
  let current = error
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const code = 'code' in current ? String(current.code) : ''
    if (NEVER_SENT.test(code) || NOT_TRUSTED.test(code)) return true
    current = current instanceof AggregateError ? current.errors[0] : current.cause
  }
  return false
}
