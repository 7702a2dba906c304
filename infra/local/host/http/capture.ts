import { EventEmitter } from 'node:events'
import http from 'node:http'

/** What the library reads of a request that reaches it through its own server. */
export interface ProxiedRequest extends AsyncIterable<Uint8Array> {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** What the library does with the response of its own server. */
export interface ProxiedResponse {
  statusCode: number
  setHeader(name: string, value: string | string[]): void
  write(chunk: unknown): void
  end(): void
}

export type RequestSink = (request: ProxiedRequest, response: ProxiedResponse) => void

/**
 * Runs `start` and catches the HTTP server that it creates. With `enableHttpStream` the library opens one on all
 * interfaces and expects the host to forward requests to it; here they are handed to it directly instead, and no
 * port is opened. Resolves with undefined when no server was created.
 */
export async function captureServer(start: () => Promise<unknown>): Promise<RequestSink | undefined> {
  const module = http as unknown as { createServer: unknown }
  const original = module.createServer
  let captured: EventEmitter | undefined
  module.createServer = () => {
    module.createServer = original
    captured = fakeServer()
    return captured
  }
  try {
    await start()
  } finally {
    module.createServer = original
  }
  const server = captured
  return server && ((request, response) => server.emit('request', request, response))
}

function fakeServer(): EventEmitter {
  return Object.assign(new EventEmitter(), {
    listen(onListening: () => void) {
      queueMicrotask(onListening)
    },
    address: () => ({ address: '127.0.0.1', family: 'IPv4', port: 1 }),
    close: () => undefined,
  })
}
