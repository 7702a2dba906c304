import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { ExchangeError } from './fault.ts'

/** An idle connection is kept for so long; servers keep them for minutes, and each new one costs two more requests. */
const KEEP_MS = 15_000

/**
 * One connection to a server, and no second one: what has been signed in with it counts for it alone. A request that
 * would need another connection fails before anything of it is sent.
 */
export interface OneConnection {
  readonly agent: http.Agent
  /** The server's certificate, once it is connected over TLS. */
  certificate(): Buffer | undefined
  /** It has been closed, by whichever side. */
  isOver(): boolean
  close(): void
}

export function openOneConnection(secure: boolean, onOver: () => void): OneConnection {
  const options = { keepAlive: true, timeout: KEEP_MS, maxSockets: 1 }
  const agent = secure ? new https.Agent(options) : new http.Agent(options)
  let socket: Duplex | undefined
  let over = false
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (wanted, done) => {
    if (socket !== undefined) {
      // Not thrown: the request may have waited for the connection that has just ended.
      process.nextTick(() =>
        done?.(new ExchangeError('stale', 'the connection was closed'), undefined as never),
      )
      return undefined
    }
    const made = connect(wanted, done)
    socket = made ?? undefined
    socket?.once('close', () => {
      over = true
      onOver()
    })
    return made
  }
  return {
    agent,
    certificate: () => (socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined),
    isOver: () => over,
    close: () => agent.destroy(),
  }
}
