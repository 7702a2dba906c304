import { type Random, randomId } from '../../../shared/random.ts'
import type { Bus } from '../bus/port.ts'
import { type Bundle, createOutbox } from './bundles.ts'
import { toBodies } from './envelope.ts'

export const PUSH_QUEUE = 'push'
/** Milliseconds after which nobody needs to be told any more, because they have looked. */
const TIME_TO_LIVE_MS = 60_000
/** Instances that could not be told something are told so later; that many are remembered. */
const MOST_OWED = 1_000

/**
 * Tells the other hub instances, one message for each that wants to know. What comes while messages are on their way
 * goes out together after them, so the order stays and a slow broker gets fewer messages.
 */
export function createTelling(parts: {
  readonly bus: Pick<Bus, 'send'>
  readonly random: Random
  readonly interestedIn: (tenantId: string) => Promise<readonly string[]>
  readonly failed: (error: unknown) => void
}): { tell(bundles: ReadonlyMap<string, Bundle>): void; idle(): Promise<void> } {
  const outbox = createOutbox()
  const owed = new Set<string>()
  let running: Promise<void> | undefined

  async function perInstance(bundles: ReadonlyMap<string, Bundle>) {
    const found = new Map<string, Map<string, Bundle>>()
    const lookUps = [...bundles].map(async ([tenantId, bundle]) => {
      for (const instance of await parts.interestedIn(tenantId)) {
        const mine = found.get(instance) ?? new Map<string, Bundle>()
        found.set(instance, mine.set(tenantId, bundle))
      }
    })
    for (const look of await Promise.allSettled(lookUps)) {
      // Who listens looks by themselves once in a while.
      if (look.status === 'rejected') parts.failed(look.reason)
    }
    return found
  }

  async function send(instance: string, bundles: ReadonlyMap<string, Bundle>): Promise<void> {
    try {
      for (const body of toBodies(bundles, owed.has(instance))) {
        await parts.bus.send(PUSH_QUEUE, {
          body,
          subject: 'push',
          messageId: randomId(parts.random, 20),
          correlationId: 'push',
          sessionId: instance,
          timeToLive: TIME_TO_LIVE_MS,
        })
      }
      owed.delete(instance)
    } catch (error) {
      if (owed.size < MOST_OWED) owed.add(instance)
      parts.failed(error)
    }
  }

  async function run(): Promise<void> {
    while (!outbox.isEmpty()) {
      const messages = await perInstance(outbox.take())
      await Promise.all([...messages].map(([instance, bundles]) => send(instance, bundles)))
    }
    running = undefined
  }

  return {
    tell(bundles) {
      for (const [tenantId, bundle] of bundles) outbox.add(tenantId, bundle)
      if (!outbox.isEmpty()) running ??= run()
    },
    idle: () => running ?? Promise.resolve(),
  }
}
