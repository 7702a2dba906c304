import http from 'node:http'
import https from 'node:https'
import { StegError } from '../../shared/errors/error.ts'
import type { CallHead, Headers } from '../../shared/wire/call.ts'
import { MAX_BODY_BYTES } from '../../shared/wire/frame.ts'
import { type Answer, ExchangeError, type ExchangeFault, exchange } from '../http/exchange.ts'
import { requestHeaders, responseHeaders } from './rules/headers.ts'
import { resolvePath } from './rules/path.ts'

export interface TargetAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

export interface TargetHttp {
  /**
   * Calls a target and returns its answer as it is; redirects are not followed.
   * @throws StegError `request-refused`, `target-unreachable`, `response-broken`, `call-too-large`; the signal's reason
   */
  call(
    base: URL,
    head: Pick<CallHead, 'method' | 'path' | 'headers' | 'idempotency' | 'traceparent'>,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<TargetAnswer>
  close(): void
}

/** Shorter than servers keep connections, so that a request seldom meets one that is just being closed. */
const KEEP_MS = 4000
const keepAlive = { keepAlive: true, timeout: KEEP_MS, maxSockets: 32, scheduling: 'lifo' } as const

export function createTargetHttp(): TargetHttp {
  const agents = { 'http:': new http.Agent(keepAlive), 'https:': new https.Agent(keepAlive) }

  /**
   * Repeatable calls share kept connections and are sent again when one turns out to be closed. The others get a
   * connection of their own: on a kept one nobody could tell whether the server has seen the request.
   */
  function agentFor(url: URL, idempotency: CallHead['idempotency']): http.Agent | undefined {
    if (idempotency === 'once') return undefined
    return url.protocol === 'https:' ? agents['https:'] : agents['http:']
  }

  return {
    async call(base, head, body, signal) {
      const path = resolvePath(base, head.path)
      if (!path.ok) throw new StegError('request-refused', { reason: path.reason })
      const headers = requestHeaders(head.headers)
      if (!headers.ok) throw new StegError('request-refused', { reason: headers.reason })
      if (body.length > 0) headers.headers['content-length'] = [String(body.length)]
      const once = (agent: http.Agent | undefined) =>
        exchange({
          method: head.method,
          url: path.url,
          headers: agent === undefined ? { ...headers.headers, connection: 'close' } : headers.headers,
          body: body.length > 0 ? body : undefined,
          agent,
          signal,
          maxBytes: MAX_BODY_BYTES,
        })
      try {
        const answer = await once(agentFor(path.url, head.idempotency)).catch((error) => {
          if (error instanceof ExchangeError && error.fault === 'stale') return once(undefined)
          throw error
        })
        return toTargetAnswer(path.url, answer)
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error
        if (error.fault === 'aborted') throw signal.reason
        throw failures[error.fault](withoutQuery(path.url), error)
      }
    },
    close() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

const failures: Readonly<
  Record<Exclude<ExchangeFault, 'aborted'>, (url: string, error: ExchangeError) => StegError>
> = {
  unreachable: (url, cause) => new StegError('target-unreachable', { url, reason: cause.message }, { cause }),
  stale: (url, cause) => new StegError('response-broken', { url, reason: cause.message }, { cause }),
  broken: (url, cause) => new StegError('response-broken', { url, reason: cause.message }, { cause }),
  'too-large': (_url, cause) =>
    new StegError(
      'call-too-large',
      { direction: 'response', size: cause.size, limit: MAX_BODY_BYTES },
      { cause },
    ),
}

function toTargetAnswer(url: URL, answer: Answer): TargetAnswer {
  const headers = responseHeaders(answer.headers)
  if (headers === undefined) throw broken(url, 'too many header fields')
  if (answer.status < 100 || answer.status > 599) throw broken(url, `status ${answer.status}`)
  return { status: answer.status, headers, body: answer.body }
}

function broken(url: URL, reason: string): StegError {
  return new StegError('response-broken', { url: withoutQuery(url), reason })
}

/** Queries may carry personal data; they belong neither into messages nor into logs. */
function withoutQuery(url: URL): string {
  return url.origin + url.pathname
}
