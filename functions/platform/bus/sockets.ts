import WebSocket from 'ws'
import { AmqpSocket, noMask } from '../../../shared/wire/socket.ts'

/** The local broker, which listens on loopback only, is named so. */
export function isLoopback(connectionString: string): boolean {
  return /(^|;)UseDevelopmentEmulator=true(;|$)/i.test(connectionString)
}

/**
 * WebSockets for the Service Bus client, which makes its own: plain ones for the broker on loopback, though the client
 * always dials `wss:`.
 * @param onBroken told when one of them has failed or is closed
 */
export function socketsFor(connectionString: string, onBroken: (reason: Error) => void = () => undefined) {
  const plain = isLoopback(connectionString)
  return class extends AmqpSocket {
    constructor(url: string, protocols?: string | string[], options?: WebSocket.ClientOptions) {
      const socket = plain
        ? new WebSocket(url.replace(/^wss:/, 'ws:'), protocols, { generateMask: noMask })
        : new WebSocket(url, protocols, options)
      super(socket)
      socket.once('error', onBroken)
      socket.once('close', () => onBroken(new Error('the connection was closed')))
    }
  }
}
