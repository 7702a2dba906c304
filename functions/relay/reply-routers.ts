import type { Clock } from '../../shared/clock.ts'
import type { Logger } from '../../shared/log.ts'
import type { Bus } from '../platform/bus/port.ts'
import { createReplyRouter, type ReplyRouter } from './reply-router.ts'

/** So long nobody may wait before a tenant's session is given back. Longer than the pauses between the calls of a run. */
const IDLE_MS = 120_000

/**
 * The routers of this hub instance, one for the reply queue of each tenant that it calls at the moment: what a tenant's
 * agents send reaches the calls of that tenant alone, and costs nothing while there are none.
 */
export interface ReplyRouters {
  of(queue: string): ReplyRouter
  close(): Promise<void>
}

export function createReplyRouters(parts: {
  readonly bus: Pick<Bus, 'openReplySession'>
  readonly clock: Clock
  readonly instanceId: string
  readonly log: Logger
  /** A reply came that nobody waits for any more. */
  readonly onLate: (id: string) => void
}): ReplyRouters {
  const { clock, log } = parts
  const routers = new Map<string, ReplyRouter>()
  const closing = new AbortController()
  let looking = false

  /** Routers used since the last look stay, and those that somebody waits for. */
  async function closeIdle(): Promise<void> {
    if (looking) return
    looking = true
    while (!closing.signal.aborted && routers.size > 0) {
      await clock.sleep(IDLE_MS, closing.signal).catch(() => undefined)
      for (const [queue, router] of routers) {
        if (closing.signal.aborted || !router.isIdle(clock.now() - IDLE_MS)) continue
        routers.delete(queue)
        await router.close().catch((error) => log.info('a reply session could not be given back', { error }))
      }
    }
    looking = false
  }

  return {
    of(queue) {
      const known = routers.get(queue)
      if (known !== undefined) return known
      const router = createReplyRouter({ ...parts, queue })
      routers.set(queue, router)
      void closeIdle()
      return router
    },
    async close() {
      closing.abort()
      await Promise.all([...routers.values()].map((router) => router.close()))
    },
  }
}
