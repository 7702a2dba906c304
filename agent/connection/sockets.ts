import WebSocket from 'ws'
import type { Outbound } from '../network/outbound.ts'

/** WebSockets of one line, so that it can be ended for certain. */
export interface Sockets {
  /** For the Service Bus client, which makes its own. */
  readonly webSocket: new (
    url: string | URL,
    protocols?: string | string[],
    options?: WebSocket.ClientOptions,
  ) => WebSocket
  /** Resolves with the first failure of a socket, which the client wraps beyond recognition. */
  readonly failed: Promise<Error>
  /** Closes the sockets at once: over a dead connection no farewell would arrive. */
  terminate(): void
}

/** The client always dials `wss:`; without `tls` (on loopback) it becomes plain WebSocket. */
export function createSockets(tls: boolean, outbound: Outbound): Sockets {
  const open = new Set<WebSocket>()
  const ended = new AbortController()
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()

  class TrackedWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[], options?: WebSocket.ClientOptions) {
      // The client tries again by itself, which would only keep those waiting who still want something of it.
      if (ended.signal.aborted) throw new Error('the connection has been given up')
      const address = new URL(tls ? url : String(url).replace(/^wss:/, 'ws:'))
      super(address, protocols, { ...options, ...outbound.connectOptions(address, ended.signal) })
      open.add(this)
      this.once('close', () => open.delete(this))
      this.on('error', fail)
    }
  }

  return {
    webSocket: TrackedWebSocket,
    failed,
    terminate() {
      ended.abort()
      for (const socket of open) socket.terminate()
    },
  }
}
