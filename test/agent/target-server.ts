import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface TargetServer {
  readonly url: string
  /** Requests in the order of their arrival. */
  readonly seen: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[]
  /** TCP connections accepted so far. */
  connections(): number
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void

/** A web server on a free port that answers as the test says. */
export async function targetServer(handler: Handler): Promise<TargetServer> {
  const seen: TargetServer['seen'] = []
  let connections = 0
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    handler(request, response, body)
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => connections,
  }
}
