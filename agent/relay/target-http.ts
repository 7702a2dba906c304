import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { StegError } from '../../shared/errors/error.ts'
import type { CallHead, Headers } from '../../shared/wire/call.ts'
import type { Credential } from '../../shared/wire/credentials.ts'
import { MAX_BODY_BYTES } from '../../shared/wire/frame.ts'
import { type Opened, openExchange } from '../http/exchange.ts'
import { ExchangeError, type ExchangeFault } from '../http/fault.ts'
import { createNtlmSignIn } from '../http/ntlm-sign-in.ts'
import { requestHeaders, responseHeaders } from './rules/headers.ts'
import { resolvePath } from './rules/path.ts'

export interface TargetAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/** A body that is not there as a whole; `size` in bytes when it is known. */
export interface StreamedRequest {
  readonly stream: Readable
  readonly size: number | null
}

/** A target's answer whose body has not been read yet. One of the two must be called. */
export interface OpenedAnswer {
  readonly status: number
  /** Bytes that the target announces. */
  readonly announced: number | undefined
  /** @throws StegError `response-broken`, `call-too-large`; the signal's reason */
  whole(): Promise<TargetAnswer>
  /** Fails with the same; destroying the stream closes the connection. */
  streamed(): Omit<TargetAnswer, 'body'> & { readonly body: Readable }
}

type Head = Pick<CallHead, 'method' | 'path' | 'headers' | 'idempotency' | 'traceparent'> & {
  /** What the target is signed in with. */
  readonly credential?: Credential | undefined
}

export interface TargetHttp {
  /**
   * Calls a target and returns its answer as it is; redirects are not followed.
   * @throws StegError `request-refused`, `target-unreachable`, `response-broken`, `call-too-large`; the signal's reason
   */
  call(base: URL, head: Head, body: Uint8Array, signal: AbortSignal, maxBytes?: number): Promise<TargetAnswer>
  /** The same for bodies of any size: `maxBytes` is the largest answer. A failing body of the request ends the call. */
  open(
    base: URL,
    head: Head,
    body: Uint8Array | StreamedRequest,
    signal: AbortSignal,
    maxBytes: number,
  ): Promise<OpenedAnswer>
  close(): void
}

/** Shorter than servers keep connections, so that a request seldom meets one that is just being closed. */
const KEEP_MS = 4000
const keepAlive = { keepAlive: true, timeout: KEEP_MS, maxSockets: 32, scheduling: 'lifo' } as const

/** `now` in milliseconds since the epoch, for servers that ask for a sign-in and say no time. */
export function createTargetHttp(now: () => number = Date.now): TargetHttp {
  const ntlm = createNtlmSignIn(now)
  const agents = { 'http:': new http.Agent(keepAlive), 'https:': new https.Agent(keepAlive) }

  /**
   * Repeatable calls share kept connections and are sent again when one turns out to be closed. The others get a
   * connection of their own: on a kept one nobody could tell whether the server has seen the request.
   */
  function agentFor(url: URL, idempotency: CallHead['idempotency']): http.Agent | undefined {
    if (idempotency === 'once') return undefined
    return url.protocol === 'https:' ? agents['https:'] : agents['http:']
  }

  async function open(
    base: URL,
    head: Head,
    body: Uint8Array | StreamedRequest,
    signal: AbortSignal,
    maxBytes: number,
  ): Promise<OpenedAnswer> {
    const path = resolvePath(base, head.path)
    if (!path.ok) throw new StegError('request-refused', { reason: path.reason })
    const headers = requestHeaders(head.headers, head.credential)
    if (!headers.ok) throw new StegError('request-refused', { reason: headers.reason })
    const url = withoutQuery(path.url)
    const fail = (error: unknown): Error => failureOf(error, url, maxBytes, signal)
    const framed = { ...headers.headers, ...framing(body) }
    const wanted = {
      method: head.method,
      url: path.url,
      headers: framed,
      body: body instanceof Uint8Array ? (body.length > 0 ? body : undefined) : body.stream,
      signal,
    }
    const once = (agent: http.Agent | undefined) =>
      openExchange({
        ...wanted,
        headers: agent === undefined ? { ...framed, connection: 'close' } : framed,
        agent,
      })
    if (head.credential?.kind === 'ntlm') {
      try {
        const opened = await ntlm.open(wanted, head.credential, head.idempotency === 'once')
        return openedAnswer(url, opened, maxBytes, fail)
      } catch (error) {
        throw fail(error)
      }
    }
    // A body that comes as a stream cannot be sent again either.
    const kept = body instanceof Uint8Array ? agentFor(path.url, head.idempotency) : undefined
    try {
      const opened = await once(kept).catch((error) => {
        if (error instanceof ExchangeError && error.fault === 'stale') return once(undefined)
        throw error
      })
      return openedAnswer(url, opened, maxBytes, fail)
    } catch (error) {
      throw fail(error)
    }
  }

  return {
    call: async (base, head, body, signal, maxBytes = MAX_BODY_BYTES) =>
      (await open(base, head, body, signal, maxBytes)).whole(),
    open,
    close() {
      ntlm.close()
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

/** Said for every method: Node itself would send the body of a GET without any framing, to be read as the next request. */
function framing(body: Uint8Array | StreamedRequest): Record<string, string[]> {
  const size = body instanceof Uint8Array ? body.length : body.size
  if (size === null) return { 'transfer-encoding': ['chunked'] }
  return size > 0 ? { 'content-length': [String(size)] } : {}
}

function openedAnswer(
  url: string,
  opened: Opened,
  maxBytes: number,
  fail: (error: unknown) => Error,
): OpenedAnswer {
  return {
    status: opened.status,
    announced: opened.announced,
    async whole() {
      try {
        const { body, ...head } = await opened.whole(maxBytes)
        return { ...checkedHead(url, head), body }
      } catch (error) {
        throw fail(error)
      }
    },
    streamed() {
      const { body, ...head } = opened.streamed()
      try {
        if ((opened.announced ?? 0) > maxBytes) throw tooLarge(opened.announced ?? 0, maxBytes)
        return { ...checkedHead(url, head), body: limited(body, maxBytes, fail) }
      } catch (error) {
        body.destroy()
        throw fail(error)
      }
    },
  }
}

function limited(body: Readable, maxBytes: number, fail: (error: unknown) => Error): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    let size = 0
    try {
      for await (const piece of body) {
        size += piece.length
        if (size > maxBytes) throw tooLarge(size, maxBytes)
        yield piece
      }
    } catch (error) {
      throw fail(error)
    }
  }
  const stream = Readable.from(pieces(), { objectMode: false })
  // Somebody who stops reading may do so while the target is silent.
  stream.once('close', () => body.destroy())
  return stream
}

function tooLarge(size: number, limit: number): StegError {
  return new StegError('call-too-large', { direction: 'response', size, limit })
}

/** What the hub is told: the catalogue's failure, or the signal's reason. */
function failureOf(error: unknown, url: string, maxBytes: number, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason
  if (!(error instanceof ExchangeError)) return error instanceof Error ? error : new Error(String(error))
  if (error.fault === 'aborted') return signal.reason
  if (error.fault === 'too-large') return tooLarge(error.size, maxBytes)
  return failures[error.fault](url, error)
}

const failures: Readonly<
  Record<Exclude<ExchangeFault, 'aborted' | 'too-large'>, (url: string, error: ExchangeError) => StegError>
> = {
  unreachable: (url, cause) => new StegError('target-unreachable', { url, reason: cause.message }, { cause }),
  stale: (url, cause) => new StegError('response-broken', { url, reason: cause.message }, { cause }),
  broken: (url, cause) => new StegError('response-broken', { url, reason: cause.message }, { cause }),
}

function checkedHead(
  url: string,
  { status, headers }: { status: number; headers: [string, string][] },
): Omit<TargetAnswer, 'body'> {
  const kept = responseHeaders(headers)
  if (kept === undefined) throw new StegError('response-broken', { url, reason: 'too many header fields' })
  if (status < 100 || status > 599)
    throw new StegError('response-broken', { url, reason: `status ${status}` })
  return { status, headers: kept }
}

/** Queries may carry personal data; they belong neither into messages nor into logs. */
function withoutQuery(url: URL): string {
  return url.origin + url.pathname
}
