import http from 'node:http'
import https from 'node:https'
import { pipeline, Readable } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { isStegError } from '../../shared/errors/error.ts'
import { DecodedTooLarge, decodeContent, decodedStream } from './decode.ts'
import { ExchangeError, translate } from './fault.ts'

export interface Exchange {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /** A stream that fails ends the connection, so that the server never takes it for the whole. */
  readonly body?: Uint8Array | Readable | undefined
  readonly agent?: http.Agent | undefined
  /** Whom to trust, when not just those whom Node trusts. */
  readonly secureContext?: SecureContext | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Answer {
  readonly status: number
  /** In the order of arrival, names in lower case, repeated fields as several pairs. */
  readonly headers: [name: string, value: string][]
  /** Without content coding; where that could be undone, `content-encoding` and `content-length` are gone too. */
  readonly body: Buffer
}

/** An answer whose body has not been read yet. One of the two must be called. */
export interface Opened {
  readonly status: number
  /** Bytes that the server announces; undefined when it does not say, or when they are coded. */
  readonly announced: number | undefined
  /** The whole body, at most `maxBytes` as sent and as decoded. @throws ExchangeError */
  whole(maxBytes: number): Promise<Answer>
  /** The body as it comes, decoded; it fails with ExchangeError. Destroying it closes the connection. */
  streamed(): Omit<Answer, 'body'> & { readonly body: Readable }
}

/** One HTTP request and its whole answer; redirects are answers too. @throws ExchangeError */
export async function exchange(wanted: Exchange & { readonly maxBytes: number }): Promise<Answer> {
  return (await openExchange(wanted)).whole(wanted.maxBytes)
}

/** Sends a request and waits for the head of the answer. @throws ExchangeError, or what the stream of the body throws */
export async function openExchange(wanted: Exchange): Promise<Opened> {
  const { response, request } = await send(wanted)
  const headers = headerPairs(response.rawHeaders)
  const encodings = encodingsOf(headers)
  const status = response.statusCode ?? 0
  const hasBody = response.statusCode !== 304 && wanted.method !== 'HEAD'
  const length = hasBody ? Number(response.headers['content-length'] ?? Number.NaN) : 0
  const decodedHeaders = () =>
    headers.filter(([name]) => name !== 'content-encoding' && name !== 'content-length')
  const fault = (error: unknown) =>
    translate(error, { aborted: wanted.signal?.aborted === true, connected: true, request, response })

  return {
    status,
    announced: Number.isNaN(length) || encodings.length > 0 ? undefined : length,
    async whole(maxBytes) {
      const body = await collect(response, length, maxBytes).catch((error) => {
        request.destroy()
        throw fault(error)
      })
      if (encodings.length === 0 || body.length === 0) return { status, headers, body }
      const decoded = await decode(encodings, body, maxBytes)
      return decoded === undefined
        ? { status, headers, body }
        : { status, headers: decodedHeaders(), body: decoded }
    },
    streamed() {
      const decoded = hasBody && encodings.length > 0 ? decodedStream(encodings, response) : undefined
      const body = Readable.from(checked(decoded ?? response, response, encodings, fault), {
        objectMode: false,
      })
      // Also when the server has answered before it read everything: nobody listens to the rest.
      body.once('close', () => {
        if (!response.complete || !request.writableFinished) request.destroy()
      })
      return { status, headers: decoded === undefined ? headers : decodedHeaders(), body }
    },
  }
}

async function* checked(
  body: Readable,
  response: http.IncomingMessage,
  encodings: readonly string[],
  fault: (error: unknown) => ExchangeError,
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of body) yield piece as Buffer
  } catch (error) {
    throw response.complete && encodings.length > 0 ? damaged(encodings, error) : fault(error)
  }
  if (!response.complete) throw new ExchangeError('broken', 'closed before its end')
}

async function decode(encodings: string[], body: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  try {
    return await decodeContent(encodings, body, maxBytes)
  } catch (error) {
    if (error instanceof DecodedTooLarge) throw tooLarge(maxBytes + 1)
    throw damaged(encodings, error)
  }
}

function damaged(encodings: readonly string[], cause: unknown): ExchangeError {
  return new ExchangeError('broken', `its ${encodings.join(', ')} data is damaged`, { cause })
}

function send(wanted: Exchange): Promise<{ response: http.IncomingMessage; request: http.ClientRequest }> {
  return new Promise((resolve, reject) => {
    const { url, method, headers, agent, secureContext, signal, body } = wanted
    const secure = url.protocol === 'https:'
    let connected = false

    const request = (secure ? https : http).request(url, {
      method,
      headers,
      ...(agent === undefined ? {} : { agent }),
      ...(secureContext === undefined ? {} : { secureContext }),
      ...(signal === undefined ? {} : { signal }),
    })
    request.on('socket', (socket) => {
      if (request.reusedSocket) connected = true
      else {
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          connected = true
        })
      }
    })
    // Stays after the answer has begun: what goes wrong then ends the stream of the answer.
    request.on('error', (error) => {
      const own = isStegError(error) || error instanceof ExchangeError
      const aborted = signal?.aborted === true
      reject(own ? error : translate(error, { aborted, connected, request, response: undefined }))
      request.destroy()
    })
    request.on('response', (response) => resolve({ response, request }))
    if (body instanceof Readable) {
      // A failing body fails the request with the same error.
      pipeline(body, request, () => undefined)
    } else {
      request.end(body)
    }
  })
}

function collect(response: http.IncomingMessage, announced: number, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (announced > maxBytes) return reject(tooLarge(announced))
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) reject(tooLarge(size))
      else chunks.push(chunk)
    })
    response.on('error', reject)
    response.on('close', () => {
      if (response.complete) resolve(Buffer.concat(chunks, size))
      else reject(new ExchangeError('broken', `closed after ${size} bytes`))
    })
  })
}

function tooLarge(size: number): ExchangeError {
  return new ExchangeError('too-large', `${size} bytes`, { size })
}

function headerPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    pairs.push([String(raw[index]).toLowerCase(), String(raw[index + 1])])
  }
  return pairs
}

function encodingsOf(headers: readonly (readonly [string, string])[]): string[] {
  return headers
    .filter(([name]) => name === 'content-encoding')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
}
