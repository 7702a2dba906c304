import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../../../../shared/clock.ts'
import type { Logger } from '../../../../shared/log.ts'
import type { RegisteredFunction } from '../core-module.ts'
import type { Executions } from '../executions.ts'
import { limitBody } from './body.ts'
import type { Exchange, Responder } from './exchange.ts'
import { plainHeaders, withCaller } from './headers.ts'
import type { HttpLimits } from './limits.ts'
import { matchRoute, type Route } from './routes.ts'
import { parseTarget } from './target.ts'

interface HttpFunction {
  readonly fn: RegisteredFunction
  readonly binding: string
}

export interface HttpServerOptions {
  readonly host: string
  /** 0 for a free one. */
  readonly port: number
  readonly limits: HttpLimits
  /** Most specific first. */
  readonly routes: readonly Route[]
  /** By the name of their route. */
  readonly functions: ReadonlyMap<string, HttpFunction>
  readonly respond: Responder
  readonly executions: Executions
  readonly clock: Clock
  readonly log: Logger
}

export interface HttpServer {
  readonly port: number
  /** Takes no more connections or requests. Requests under way go on, except event streams, which would not end. */
  stop(): void
  /** Resolves when the last response is sent. */
  idle(): Promise<void>
  /** Cuts every connection. */
  destroy(): void
}

/** Starts to listen. Rejects when the port stays taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { limits } = options
  let stopping = false
  const open = new Set<ServerResponse>()
  let waiting: (() => void)[] = []
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs),
      noDelay: true,
    },
    (request, response) => {
      open.add(response)
      response.once('close', () => {
        // A handler may leave part of the body unread; the next request on the connection waits behind it.
        request.resume()
        open.delete(response)
        if (open.size > 0) return
        for (const resolve of waiting) resolve()
        waiting = []
      })
      if (stopping) reply(response, 503, { connection: 'close' })
      else void handle(request, response, options)
    },
  )
  await listen(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      stopping = true
      server.close()
      // These would go on for minutes; whoever listens connects again.
      for (const response of open) if (isEventStream(response)) response.destroy()
    },
    idle: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    destroy: () => server.closeAllConnections(),
  }
}

async function handle(request: IncomingMessage, response: ServerResponse, options: HttpServerOptions) {
  const exchange = openExchange(request, response, options)
  if (typeof exchange === 'number') return reply(response, exchange)

  const settled = new AbortController()
  const late = options.clock.sleep(options.limits.responseTimeoutMs, settled.signal).then(
    () => 504 as const,
    () => undefined,
  )
  const answered = options.respond(exchange, options.executions, settled.signal).then(
    () => 200 as const,
    () => (exchange.body.tooLarge ? (413 as const) : (500 as const)),
  )
  const outcome = await Promise.race([late, answered])
  if (outcome === 504 && response.headersSent) {
    // It has begun to answer in time. How long a body may flow is up to functionTimeout.
    if ((await answered) !== 200) end(response, 500)
  } else if (outcome === 504) {
    options.log.error('No response in time', { function: exchange.fn.metadata.name, category: 'host' })
    end(response, 504)
  } else if (outcome !== 200) {
    end(response, outcome ?? 500)
  }
  settled.abort()
}

/** The exchange, or the status of the refusal. */
function openExchange(
  request: IncomingMessage,
  response: ServerResponse,
  { routes, functions, limits }: HttpServerOptions,
): Exchange | number {
  const authority = request.headers.host ?? 'localhost'
  const target = parseTarget(request.url ?? '/')
  if (!target || !URL.canParse(`http://${authority}/`)) return 400
  const match = matchRoute(routes, request.method ?? 'GET', target.segments)
  const found = match && functions.get(match.route.name)
  if (!found) return 404
  const body = limitBody(request, limits.maxBodyBytes)
  if (body.tooLarge) return 413
  return {
    ...found,
    request,
    response,
    body,
    headers: withCaller(plainHeaders(request.headers), request.socket),
    authority,
    target: target.raw,
    params: match.params,
  }
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type') ?? '').startsWith('text/event-stream')
}

/** Ends a response that nobody else will end any more: with a status, or cut off when its head is out already. */
function end(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy()
    return
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  reply(response, status)
}

function reply(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-length': '0', ...headers }).end()
}

const listenRetryMs = 5_000

/** A predecessor that was just killed may hold the port for a moment longer. */
async function listen(server: Server, { host, port, log }: HttpServerOptions): Promise<void> {
  const deadline = systemClock.now() + listenRetryMs
  for (let attempt = 0; ; attempt++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve)
      server.listen({ host, port }, () => {
        server.off('error', resolve)
        resolve(undefined)
      })
    })
    if (!error) return
    if (error.code !== 'EADDRINUSE' || systemClock.now() >= deadline) {
      const reason =
        error.code === 'EADDRINUSE'
          ? 'another program uses it. Stop that program or choose another port'
          : error.message
      throw new Error(`Cannot listen on ${host}:${port}: ${reason}.`, { cause: error })
    }
    if (attempt === 0) log.warn('Port is still in use, trying again', { port, category: 'host' })
    await systemClock.sleep(100)
  }
}
