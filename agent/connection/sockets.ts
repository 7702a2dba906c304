import WebSocket from 'ws'
import { AmqpSocket, noMask } from '../../shared/wire/socket.ts'
import type { Outbound } from '../network/outbound.ts'

/** WebSockets of one line, so that it can be ended for certain. */
export interface Sockets {
  /** For the Service Bus client, which makes its own. */
  readonly webSocket: new (
    url: string | URL,
    protocols?: string | string[],
    options?: WebSocket.ClientOptions,
  ) => AmqpSocket
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

  class TrackedSocket extends AmqpSocket {
    constructor(url: string | URL, protocols?: string | string[], options?: WebSocket.ClientOptions) {
      // The client tries again by itself, which would only keep those waiting who still want something of it.
      if (ended.signal.aborted) throw new Error('the connection has been given up')
      const address = new URL(tls ? url : String(url).replace(/^wss:/, 'ws:'))
      const socket = new WebSocket(address, protocols, {
        ...options,
        ...(tls || outbound.view(address).proxy !== null ? {} : { generateMask: noMask }),
        ...outbound.connectOptions(address, ended.signal),
      })
      super(socket)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      socket.on('error', fail)
    }
  }

  return {
    webSocket: TrackedSocket,
    failed,
    terminate() {
      ended.abort()
      for (const socket of open) socket.terminate()
    },
  }
}
