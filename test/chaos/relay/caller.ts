import { z } from 'zod'
import { compose } from '../../../functions/compose.ts'
import type { RelayRequest } from '../../../functions/relay/service.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import { silentLogger } from '../../../shared/log.ts'
import { dice, pause } from '../random.ts'
import { contentOf, isContent, piecesOf } from './content.ts'

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
  | { readonly kind: 'begun'; readonly id: string; readonly once: boolean; readonly large: boolean }
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

/** Mostly a few MB. */
function largeSize(): number {
  return roll.between(1, roll.pick([[80, 4] as const, [20, 20] as const])) * 1_000_000 - roll.between(0, 999)
}

async function callOnce(): Promise<void> {
  const id = `${settings.name}-${++count}`
  const once = roll.next() < 0.5
  const large = roll.pick([
    [94, undefined],
    [2, 'up'],
    [2, 'down'],
    [2, 'both'],
  ] as const)
  const sent = large === 'up' || large === 'both' ? largeSize() : once ? size() : 0
  const answer = large === 'down' || large === 'both' ? largeSize() : size()
  const cancelled = roll.next() < 0.03 ? AbortSignal.timeout(roll.between(1, 300)) : undefined
  const to = roll.pick(settings.places.map((place) => [1, place] as const))
  const timeout = (large === undefined ? roll.between(3, 20) : roll.between(20, 60)) * 1000
  const request: Omit<RelayRequest, 'body'> = {
    target: { name: 'sage', url: settings.target },
    method: once || sent > 0 ? 'POST' : 'GET',
    path: `/${id}?sent=${sent}&answer=${answer}`,
    headers: [],
    idempotency: once ? 'once' : 'repeatable',
    timeout,
  }
  tell({ kind: 'begun', id, once, large: large !== undefined })
  try {
    const right = await (large === undefined ? small() : streamed())
    tell({ kind: 'ended', id, outcome: right ? 'answered' : 'damaged' })
  } catch (error) {
    tell({ kind: 'ended', id, outcome: isStegError(error) ? error.code : `stray: ${error}` })
    // Whoever fails at once must not fail a thousand times a second.
    await pause(roll.between(50, 200))
  }

  async function small(): Promise<boolean> {
    const body = once ? { body: contentOf(id, sent) } : {}
    const response = await hub.relay.call(to, { ...request, ...body }, cancelled)
    return response.status === 200 && contentOf(`answer to ${id}`, answer).equals(response.body)
  }

  async function streamed(): Promise<boolean> {
    const body = sent > 0 ? { body: piecesOf(id, sent) } : {}
    const response = await hub.relay.stream(to, { ...request, ...body }, cancelled)
    return response.status === 200 && (await isContent(`answer to ${id}`, answer, response.body))
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
