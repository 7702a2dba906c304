import { connect, type Socket } from 'node:net'

/** A connection that sends exactly what it is told, for requests that no HTTP client would make. */
export function openSocket(url: string): Socket & { received: string } {
  const { hostname, port } = new URL(url)
  const socket = Object.assign(connect(Number(port), hostname), { received: '' })
  socket.setNoDelay(true)
  socket.on('data', (data) => {
    socket.received += data.toString('latin1')
  })
  // A connection that is cut is what some tests wait for.
  socket.on('error', () => undefined)
  return socket
}

/** The status of the answer to one request on a connection of its own. */
export async function statusOf(url: string, head: string, body = ''): Promise<number> {
  const socket = openSocket(url)
  socket.write(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n${body}`)
  await new Promise((resolve) => socket.once('close', resolve))
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(socket.received)?.[1])
}
