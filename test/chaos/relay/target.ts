import { once } from 'node:events'
import http from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Dice } from '../random.ts'
import { pause } from '../random.ts'
import { isContent, piecesOf } from './content.ts'

/** A server on site that keeps count of what it has executed. */
export interface Target {
  readonly url: string
  /** Executions by the call's own id. */
  readonly ledger: ReadonlyMap<string, number>
  /** Requests whose body was not what the caller has sent. */
  readonly damaged: readonly string[]
  close(): Promise<void>
}

/** `/{id}?sent=N&answer=N`: takes N bytes, executes, answers N bytes; now and then it is slow or hangs up. */
export async function startTarget(dice: Dice): Promise<Target> {
  const ledger = new Map<string, number>()
  const damaged: string[] = []
  const server = http.createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? '/', 'http://target')
      const id = url.pathname.slice(1)
      if (!(await isContent(id, Number(url.searchParams.get('sent')), request))) damaged.push(id)
      const roll = dice.next()
      if (roll < 0.01) return void response.destroy()
      ledger.set(id, (ledger.get(id) ?? 0) + 1)
      if (roll < 0.02) return void response.destroy()
      if (roll < 0.08) await pause(dice.between(50, 1500))
      const size = Number(url.searchParams.get('answer'))
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size })
      await pipeline(Readable.from(piecesOf(`answer to ${id}`, size), { objectMode: false }), response)
    } catch {
      // The agent is gone, and with it its request.
      response.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    ledger,
    damaged,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
