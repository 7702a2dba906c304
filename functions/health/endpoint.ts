import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { reasonOf } from '../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'

/** Milliseconds for which an answer is reused, so that asking often costs nothing. */
const FRESH_MS = 5_000

const Part = z.object({ status: z.enum(['ok', 'failing']), reason: z.string().nullable() })
const Health = z
  .object({ status: z.enum(['ok', 'failing']), version: z.string(), parts: z.record(z.string(), Part) })
  .meta({ id: 'Health' })
type Health = z.infer<typeof Health>

/** Liveness (it answers) and readiness by part. */
export function healthEndpoint(parts: {
  readonly version: string
  readonly clock: Clock
  readonly checks: Readonly<Record<string, () => Promise<unknown>>>
}): Endpoint {
  let last: { at: number; health: Promise<Health> } | undefined

  async function look(): Promise<Health> {
    const results = await Promise.all(
      Object.entries(parts.checks).map(async ([name, check]) => {
        try {
          await check()
          return [name, { status: 'ok', reason: null }] as const
        } catch (error) {
          return [name, { status: 'failing', reason: reasonOf(error) }] as const
        }
      }),
    )
    const status = results.every(([, { status }]) => status === 'ok') ? 'ok' : 'failing'
    return { status, version: parts.version, parts: Object.fromEntries(results) }
  }

  return endpoint({
    id: 'getHealth',
    method: 'GET',
    path: '/health',
    access: 'anyone',
    tag: 'About',
    summary: 'Liveness, and readiness by part',
    success: { status: 200, schema: Health },
    errors: [],
    async handle() {
      const now = parts.clock.now()
      if (last === undefined || now - last.at > FRESH_MS) last = { at: now, health: look() }
      return { body: await last.health }
    },
  })
}
