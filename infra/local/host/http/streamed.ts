import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import type { TypedData } from '../core-types.ts'
import type { ProxiedRequest, ProxiedResponse, RequestSink } from './capture.ts'
import { type Exchange, type Responder, traceOfHeaders } from './exchange.ts'

/** Apps with `enableHttpStream`: the library reads the request and writes the answer itself, while both flow. */
export function createStreamedResponder(sink: RequestSink): Responder {
  return async (exchange, executions, signal) => {
    const invocationId = randomUUID()
    const { response } = exchange
    sink(proxiedRequest(exchange, invocationId), proxiedResponse(response, signal))
    await executions.execute(exchange.fn, exchange.binding, {
      invocationId,
      data: {},
      triggerMetadata: triggerMetadata(exchange),
      ...traceOfHeaders(exchange.headers),
      shaping: {
        ofResult: (result) => shapeResult(result, exchange, signal),
        ofFailure: () => ({ status: exchange.body.tooLarge ? 413 : 500 }),
      },
    })
  }
}

function proxiedRequest(
  { request, body, authority, target }: Exchange,
  invocationId: string,
): ProxiedRequest {
  return Object.assign(body.chunks(), {
    method: request.method ?? 'GET',
    url: target,
    headers: {
      'x-ms-invocation-id': invocationId,
      'x-forwarded-host': authority,
      'x-forwarded-proto': 'http',
    },
  })
}

function triggerMetadata({ params, headers }: Exchange): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = {}
  for (const [name, value] of Object.entries(params)) metadata[name] = { string: value }
  metadata.Headers = { json: JSON.stringify(headers) }
  return metadata
}

/** Between library and client, so that an answer that came too late is dropped instead of written. */
function proxiedResponse(response: ServerResponse, signal: AbortSignal): ProxiedResponse {
  const live = () => !signal.aborted && !response.writableEnded && !response.destroyed
  return {
    get statusCode() {
      return response.statusCode
    },
    set statusCode(status) {
      if (live() && !response.headersSent) response.statusCode = status
    },
    setHeader(name, value) {
      if (live() && !response.headersSent) response.setHeader(name, value)
    },
    write(chunk) {
      if (live()) response.write(chunk)
    },
    end() {
      if (live()) response.end()
    },
  }
}

interface Result {
  readonly status?: unknown
  readonly headers?: unknown
  readonly cookies?: unknown
  readonly body?: unknown
  readonly jsonBody?: unknown
}

function shapeResult(result: unknown, { request, response }: Exchange, signal: AbortSignal): unknown {
  // The library answers nothing at all to an empty result, and the client would wait for ever.
  if (result === null || result === undefined) return { status: 204 }
  if (typeof result !== 'object') throw new TypeError('The function returned no HTTP response object.')
  const { status, headers, cookies, body, jsonBody }: Result = result
  const stream = jsonBody === undefined ? toStream(body) : undefined
  if (!stream) return result
  if (request.method === 'HEAD') {
    stream.cancel().catch(() => undefined)
    return { status, headers, cookies }
  }
  return { status, headers, cookies, body: paced(stream, response, signal) }
}

function toStream(body: unknown): ReadableStream | undefined {
  if (body instanceof ReadableStream) return body
  // Unlike the iterator of a Node stream, its web counterpart can be cancelled while a read is pending.
  if (body instanceof Readable) return Readable.toWeb(body)
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body) {
    return ReadableStream.from(body as AsyncIterable<unknown>)
  }
  return undefined
}

/**
 * The library writes as fast as the body gives, and goes on when the client is gone. Here the body gives no more
 * than the connection takes, and is cancelled when the connection closes.
 */
function paced(body: ReadableStream, response: ServerResponse, signal: AbortSignal): ReadableStream {
  const reader = body.getReader()
  const gone = () => signal.aborted || response.destroyed
  const cancel = () => {
    if (!response.writableFinished) {
      reader.cancel(new Error('The client closed the connection.')).catch(() => undefined)
    }
  }
  response.once('close', cancel)
  signal.addEventListener('abort', cancel, { once: true })
  if (gone()) cancel()

  return new ReadableStream(
    {
      async pull(controller) {
        if (response.writableNeedDrain && !gone()) await drained(response)
        const { done, value } = await reader.read()
        if (done || gone()) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}
