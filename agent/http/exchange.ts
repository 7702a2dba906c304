import http from 'node:http'
import https from 'node:https'
import { reasonOf } from '../../shared/errors/error.ts'
import { DecodedTooLarge, decodeContent } from './decode.ts'
import { codeOf, connectionReason } from './reason.ts'

export interface Exchange {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body?: Uint8Array | undefined
  readonly agent?: http.Agent | undefined
  readonly signal?: AbortSignal | undefined
  /** Largest body of the answer in bytes, as sent and as decoded. */
  readonly maxBytes: number
}

export interface Answer {
  readonly status: number
  /** In the order of arrival, names in lower case, repeated fields as several pairs. */
  readonly headers: [name: string, value: string][]
  /** Without content coding; where that could be undone, `content-encoding` and `content-length` are gone too. */
  readonly body: Buffer
}

/** `unreachable`: nothing was sent; `broken`: the connection ended later; `stale`: a kept connection had been closed. */
export type ExchangeFault = 'unreachable' | 'broken' | 'stale' | 'too-large' | 'aborted'

export class ExchangeError extends Error {
  readonly fault: ExchangeFault
  /** For `too-large`: bytes announced or seen. */
  readonly size: number

  constructor(fault: ExchangeFault, reason: string, options?: { cause?: unknown; size?: number }) {
    super(reason, { cause: options?.cause })
    this.name = 'ExchangeError'
    this.fault = fault
    this.size = options?.size ?? 0
  }
}

/** One HTTP request and its whole answer; redirects are answers too. @throws ExchangeError */
export async function exchange(wanted: Exchange): Promise<Answer> {
  const { response, body } = await receive(wanted)
  const headers = headerPairs(response.rawHeaders)
  const encodings = encodingsOf(headers)
  const status = response.statusCode ?? 0
  if (encodings.length === 0 || body.length === 0) return { status, headers, body }
  const decoded = await decode(encodings, body, wanted.maxBytes)
  if (decoded === undefined) return { status, headers, body }
  const kept = headers.filter(([name]) => name !== 'content-encoding' && name !== 'content-length')
  return { status, headers: kept, body: decoded }
}

async function decode(encodings: string[], body: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  try {
    return await decodeContent(encodings, body, maxBytes)
  } catch (error) {
    if (error instanceof DecodedTooLarge) throw tooLarge(maxBytes + 1)
    throw new ExchangeError('broken', `its ${encodings.join(', ')} data is damaged`, { cause: error })
  }
}

function receive(wanted: Exchange): Promise<{ response: http.IncomingMessage; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const { url, method, headers, agent, signal, body, maxBytes } = wanted
    const secure = url.protocol === 'https:'
    let connected = false
    let response: http.IncomingMessage | undefined

    const request = (secure ? https : http).request(url, {
      method,
      headers,
      ...(agent === undefined ? {} : { agent }),
      ...(signal === undefined ? {} : { signal }),
    })
    const fail = (error: unknown) => {
      reject(
        error instanceof ExchangeError
          ? error
          : translate(error, { aborted: signal?.aborted === true, connected, request, response }),
      )
      request.destroy()
    }
    request.on('socket', (socket) => {
      if (request.reusedSocket) connected = true
      else {
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          connected = true
        })
      }
    })
    request.on('error', fail)
    request.on('response', (incoming) => {
      response = incoming
      collect(incoming, maxBytes).then((bytes) => resolve({ response: incoming, body: bytes }), fail)
    })
    request.end(body)
  })
}

function collect(response: http.IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(response.headers['content-length'] ?? 0)
    const hasBody =
      response.statusCode !== 304 && (response as { req?: { method?: string } }).req?.method !== 'HEAD'
    if (hasBody && announced > maxBytes) return reject(tooLarge(announced))
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

interface Circumstances {
  readonly aborted: boolean
  readonly connected: boolean
  readonly request: http.ClientRequest
  readonly response: http.IncomingMessage | undefined
}

function translate(error: unknown, when: Circumstances): ExchangeError {
  const cause = { cause: error }
  if (when.aborted) return new ExchangeError('aborted', 'aborted', cause)
  if (when.response !== undefined) return new ExchangeError('broken', brokenReason(error), cause)
  if (!when.connected) return new ExchangeError('unreachable', connectionReason(error), cause)
  if (when.request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '')) {
    return new ExchangeError('stale', connectionReason(error), cause)
  }
  return new ExchangeError('broken', brokenReason(error), cause)
}

function brokenReason(error: unknown): string {
  const code = codeOf(error)
  if (code?.startsWith('HPE_')) return `not valid HTTP: ${reasonOf(error)}`
  return connectionReason(error)
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
