import { once } from 'node:events'
import http from 'node:http'
import { type FaultyProxy, openFaultyProxy } from './faulty-proxy.ts'

/** The hub as one agent sees it: the same, except that the way to the broker can be disturbed. */
export interface Door {
  readonly url: string
  readonly proxy: FaultyProxy
  /** The broker's own port, known once somebody has asked for a session. */
  brokerPort(): number
  close(): Promise<void>
}

export async function openDoor(hubUrl: string): Promise<Door> {
  let brokerPort = 0
  const proxy = await openFaultyProxy(() => brokerPort)
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    try {
      const answer = await fetch(`${hubUrl}${request.url}`, {
        method: request.method ?? 'GET',
        headers: {
          'content-type': 'application/json',
          'accept-language': request.headers['accept-language'] ?? 'en',
        },
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      })
      const type = answer.headers.get('content-type') ?? 'application/json'
      response.writeHead(answer.status, { 'content-type': type }).end(rewritten(await answer.text()))
    } catch {
      response.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()

  function rewritten(text: string): string {
    const body = JSON.parse(text)
    if (body.broker?.port === undefined) return text
    brokerPort = body.broker.port
    return JSON.stringify({ ...body, broker: { ...body.broker, port: proxy.port } })
  }

  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    proxy,
    brokerPort: () => brokerPort,
    async close() {
      server.closeAllConnections()
      server.close()
      await proxy.close()
    },
  }
}
