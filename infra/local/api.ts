import { setTimeout as pause } from 'node:timers/promises'
import type { z } from 'zod'

const POLL_MS = 100
const PATIENCE_MS = 60_000

/** The hub's API as the demo uses it. Failures carry the problem document's text. */
export interface Api {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>
  put(path: string, body: unknown): Promise<void>
  delete(path: string): Promise<void>
  /** Asks again until the answer satisfies. @throws Error after a minute */
  until<T>(path: string, schema: z.ZodType<T>, satisfied: (answer: T) => boolean): Promise<T>
}

export function createApi(url: string, token?: string): Api {
  async function send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  const get = async <T>(path: string, schema: z.ZodType<T>) => schema.parse(await send('GET', path))
  return {
    get,
    post: async (path, body, schema) => schema.parse(await send('POST', path, body)),
    put: async (path, body) => void (await send('PUT', path, body)),
    delete: async (path) => void (await send('DELETE', path)),
    async until(path, schema, satisfied) {
      for (const giveUpAt = Date.now() + PATIENCE_MS; ; await pause(POLL_MS)) {
        const answer = await get(path, schema)
        if (satisfied(answer)) return answer
        if (Date.now() > giveUpAt) throw new Error(`${path} did not come to an end within a minute`)
      }
    },
  }
}
