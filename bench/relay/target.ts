import { randomBytes } from 'node:crypto'
import http from 'node:http'

/** A web server in a process of its own: `GET /?bytes=N` answers N bytes that cannot be compressed; 1 KiB unless asked. */
const DEFAULT_BYTES = 1024
const bodies = new Map<number, Buffer>()

function bodyOf(size: number): Buffer {
  const body = bodies.get(size) ?? randomBytes(size)
  bodies.set(size, body)
  return body
}

const server = http.createServer((request, response) => {
  request.resume().on('end', () => {
    const asked = new URL(request.url ?? '/', 'http://target').searchParams.get('bytes')
    const body = bodyOf(Number(asked ?? DEFAULT_BYTES))
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length })
    response.end(body)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ event: 'ready', port: typeof address === 'object' ? address?.port : 0 })
})
process.on('disconnect', () => process.exit(0))
