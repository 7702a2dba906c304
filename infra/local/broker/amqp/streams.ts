import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { ByteStream } from './rhea.ts'

/** rhea writes frame by frame; what it writes within one turn goes out in one piece. */
function gather(send: (bytes: Buffer) => void): { write(bytes: Buffer): void; flush(): void } {
  let chunks: Buffer[] = []
  let planned = false
  function flush(): void {
    planned = false
    if (chunks.length === 0) return
    const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    chunks = []
    send(bytes)
  }
  return {
    write(bytes) {
      chunks.push(bytes)
      if (planned) return
      planned = true
      queueMicrotask(flush)
    },
    flush,
  }
}

type Handler = (argument: Buffer | Error) => void

/** AMQP over WebSocket (OASIS AMQP WebSocket Binding 1.0): the messages are pieces of one stream of bytes. */
export function webSocketStream(socket: WebSocket): ByteStream {
  const out = gather((bytes) => {
    if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true })
  })
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
  const out = gather((bytes) => {
    if (socket.writable) socket.write(bytes)
  })
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
