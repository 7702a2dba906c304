import { connect } from 'node:net'

export interface RawAnswer {
  readonly text: string
  /** How the connection ended: `end` in order, `ECONNRESET` and the like otherwise. */
  readonly ending: string
}

/** Sends bytes over a socket of its own and reads until the other side ends the connection. */
export function exchange(port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.once('end', () => {
      socket.destroy()
      resolve({ text, ending: 'end' })
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ text, ending: error.code ?? error.message }),
    )
  })
}

/** The header block and the body of an answer as it came. */
export function split(text: string): { head: string; body: string } {
  const at = text.indexOf('\r\n\r\n')
  return at < 0 ? { head: text, body: '' } : { head: text.slice(0, at), body: text.slice(at + 4) }
}
