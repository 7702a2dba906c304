import { z } from 'zod'
import { compose } from '../../../functions/compose.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import { silentLogger } from '../../../shared/log.ts'
import { dice, pause } from '../random.ts'
import { contentOf } from './target.ts'

/** One more instance of the hub, in a process of its own: it makes calls, and tells its parent about each. */
const Settings = z.object({
  name: z.string(),
  seed: z.number(),
  /** Agents, and the site that they share. */
  places: z.array(z.string()),
  target: z.string(),
  inFlight: z.number(),
})

export type CallerMessage =
  | { readonly kind: 'begun'; readonly id: string; readonly once: boolean }
  | { readonly kind: 'ended'; readonly id: string; readonly outcome: string }
  | { readonly kind: 'idle' }

const settings = Settings.parse(JSON.parse(process.env.CHAOS_CALLER ?? '{}'))
const hub = await compose(process.env, silentLogger)
const roll = dice(settings.seed)
const tell = (message: CallerMessage) => process.send?.(message)
let count = 0
let over = false

/** Mostly small, some as large as one message carries. */
function size(): number {
  return roll.pick([
    [70, () => roll.between(0, 2000)],
    [30, () => roll.between(2000, 120_000)],
  ])()
}

async function callOnce(): Promise<void> {
  const id = `${settings.name}-${++count}`
  const once = roll.next() < 0.5
  const sent = once ? size() : 0
  const answer = size()
  const cancelled = roll.next() < 0.03 ? AbortSignal.timeout(roll.between(1, 300)) : undefined
  const to = roll.pick(settings.places.map((place) => [1, place] as const))
  const timeout = roll.between(3, 20) * 1000
  tell({ kind: 'begun', id, once })
  try {
    const { status, body } = await hub.relay.call(
      to,
      {
        target: { name: 'sage', url: settings.target },
        method: once ? 'POST' : 'GET',
        path: `/${id}?sent=${sent}&answer=${answer}`,
        headers: [],
        ...(once ? { body: contentOf(id, sent) } : {}),
        idempotency: once ? 'once' : 'repeatable',
        timeout,
      },
      cancelled,
    )
    const right = status === 200 && contentOf(`answer to ${id}`, answer).equals(body)
    tell({ kind: 'ended', id, outcome: right ? 'answered' : 'damaged' })
  } catch (error) {
    tell({ kind: 'ended', id, outcome: isStegError(error) ? error.code : `stray: ${error}` })
    // Whoever fails at once must not fail a thousand times a second.
    await pause(roll.between(50, 200))
  }
}

async function work(): Promise<void> {
  while (!over) {
    await callOnce()
    await pause(roll.between(0, 60))
  }
}

process.on('message', (message) => {
  if (message === 'stop') over = true
})
process.on('disconnect', () => process.exit(0))
await Promise.all(Array.from({ length: settings.inFlight }, work))
await hub.close()
tell({ kind: 'idle' })
