import type { Clock } from '../../../shared/clock.ts'
import { reasonOf } from '../../../shared/errors/error.ts'
import type { Logger } from '../../../shared/log.ts'
import type { Random } from '../../../shared/random.ts'
import { within } from '../../../shared/within.ts'
import type { Bus } from '../bus/port.ts'
import type { Store } from '../store/port.ts'
import { createBursts, JOIN_MS } from './bursts.ts'
import { fromBody } from './envelope.ts'
import { createInterestKeeper } from './interest-keeper.ts'
import { createOthersInterests, createOwnInterests } from './interests.ts'
import { createListeners } from './listeners.ts'
import type { Push, PushListener } from './port.ts'
import { createSession } from './session.ts'
import { createTelling } from './telling.ts'

/** All in milliseconds. */
export const pushTimes = {
  join: JOIN_MS,
  /** How long it is remembered who wants to know of a tenant. */
  memory: 2_000,
  /** How often an interest is renewed; well below the time for which it counts. */
  renewal: 240_000,
  /** How long an interest outlives its last listener: a browser that connects again changes nothing. */
  linger: 10_000,
  /** Before a row that could not be written is tried again. */
  again: 2_000,
} as const
export type PushTimes = { readonly [name in keyof typeof pushTimes]: number }

/** What the hub waits for, when it stops, until others are told. */
const CLOSE_MS = 3_000

/**
 * Push between hub instances: listeners of this instance are told in the process, other instances by a message each in
 * their session of the queue `push`, when they have a row that says that they listen to the tenant. Without a listener,
 * an instance holds neither session nor row.
 */
export function openPushOverBus(parts: {
  readonly bus: Pick<Bus, 'send' | 'ensureQueue' | 'openReplySession'>
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly instanceId: string
  readonly log: Logger
  readonly times?: Partial<PushTimes>
}): Push {
  const { clock, log, store, instanceId } = parts
  const times: PushTimes = { ...pushTimes, ...parts.times }
  const listeners = createListeners()
  const others = createOthersInterests({ store, clock, instanceId, memoryMs: times.memory })
  const telling = createTelling({
    ...parts,
    interestedIn: others.of,
    failed: (error) => log.warn('others not told of a change', { reason: reasonOf(error) }),
  })
  const session = createSession({
    ...parts,
    onGap: () => listeners.gap(),
    onBody(body) {
      const received = fromBody(body)
      if (received === undefined) return log.warn('push message not understood', { bytes: body.length })
      for (const [tenantId, bundle] of received.bundles) listeners.deliver(tenantId, bundle)
      if (received.gap) listeners.gap()
    },
  })
  const bursts = createBursts({
    clock,
    joinMs: times.join,
    flush(bundles) {
      for (const [tenantId, bundle] of bundles) listeners.deliver(tenantId, bundle)
      telling.tell(bundles)
    },
  })
  const keeper = createInterestKeeper({
    clock,
    log,
    times,
    session,
    rows: createOwnInterests(store, clock, instanceId),
    onKnown: listeners.gap,
  })

  return {
    publish: bursts.publish,
    listen(tenantId, listener) {
      const mine: PushListener = {
        onMessages: (messages) => listener.onMessages(messages),
        onGap: () => listener.onGap(),
      }
      listeners.add(tenantId, mine)
      return {
        ready: keeper.want(tenantId),
        close() {
          if (listeners.remove(tenantId, mine)) keeper.unwant(tenantId)
        },
      }
    },
    async close() {
      bursts.close()
      await within(CLOSE_MS, Promise.all([keeper.close(), telling.idle()])).catch(() => undefined)
    },
  }
}
