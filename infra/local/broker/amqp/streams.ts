import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { gatherWrites } from '../../../../shared/wire/socket.ts'
import type { ByteStream } from './rhea.ts'

type Handler = (argument: Buffer | Error) => void

/** AMQP over WebSocket (OASIS AMQP WebSocket Binding 1.0): the messages are pieces of one stream of bytes. */
export function webSocketStream(socket: WebSocket): ByteStream {
  const out = gatherWrites((bytes) => {
    if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true })
  }, queueMicrotask)
  socket.binaryType = 'nodebuffer'
  return {
    on(event, handler: Handler) {
      if (event === 'data') socket.on('message', (data) => handler(data as Buffer))
      else if (event === 'end') socket.on('close', () => handler(new Error('The connection is closed')))
      else socket.on('error', handler)
    },
    write: out.write,
    end() {
      out.flush()
      socket.close()
    },
    destroy: () => socket.terminate(),
  }
}

export function tcpStream(socket: Socket): ByteStream {
  socket.setNoDelay(true)
  const out = gatherWrites((bytes) => {
    if (socket.writable) socket.write(bytes)
  }, queueMicrotask)
  return {
    on(event, handler: Handler) {
      if (event === 'data') socket.on('data', handler)
      // rhea knows `end` and `error` only; a socket that is cut says `close`.
      else if (event === 'end') socket.on('close', () => handler(new Error('The connection is closed')))
      else socket.on('error', handler)
    },
    write: out.write,
    end() {
      out.flush()
      socket.end()
    },
    destroy: () => socket.destroy(),
  }
}
