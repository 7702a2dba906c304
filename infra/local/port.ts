import { createServer } from 'node:net'
import { z } from 'zod'
import { type DataFolder, readJson, writeJson } from './data-folder.ts'

const Ports = z.object({ hub: z.int() })

/**
 * The hub's port: as asked for; when any will do, the one of the last start if it is still free, because enrolled agents
 * know the hub by its address.
 */
export async function hubPort(folder: DataFolder, asked: number): Promise<number> {
  if (asked !== 0) return asked
  const file = folder.path('ports.json')
  const last = (await readJson(file, Ports))?.hub
  const port = (last !== undefined && (await listens(last))) || (await listens(0))
  if (port !== last) await writeJson(file, { hub: port })
  return port
}

/** @returns the port that could be opened (and is closed again), 0 when it is taken; any free one for 0. */
export function listens(port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(0))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
