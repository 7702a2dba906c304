import WebSocket from 'ws'

/** WebSockets of one line, so that it can be ended for certain. */
export interface Sockets {
  /** For the Service Bus client, which makes its own. */
  readonly webSocket: new (
    url: string | URL,
    protocols?: string | string[],
    options?: WebSocket.ClientOptions,
  ) => WebSocket
  /** Closes the sockets at once: over a dead connection no farewell would arrive. */
  terminate(): void
}

/** The client always dials `wss:`; without `tls` (on loopback) it becomes plain WebSocket. */
export function createSockets(tls: boolean): Sockets {
  const open = new Set<WebSocket>()
  let terminated = false

  class TrackedWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[], options?: WebSocket.ClientOptions) {
      super(tls ? url : String(url).replace(/^wss:/, 'ws:'), protocols, options)
      open.add(this)
      this.once('close', () => open.delete(this))
      // The client may be in the middle of reconnecting.
      if (terminated) this.once('open', () => this.terminate())
    }
  }

  return {
    webSocket: TrackedWebSocket,
    terminate() {
      terminated = true
      for (const socket of open) socket.terminate()
    },
  }
}
