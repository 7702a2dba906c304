import type { Clock } from '../../../shared/clock.ts'
import { createBursts, JOIN_MS } from './bursts.ts'
import { createListeners } from './listeners.ts'
import type { Push, PushListener } from './port.ts'

/** Push where there is one hub instance only. */
export function createInProcessPush(clock: Clock, joinMs = JOIN_MS): Push {
  const listeners = createListeners()
  const bursts = createBursts({
    clock,
    joinMs,
    flush(bundles) {
      for (const [tenantId, bundle] of bundles) listeners.deliver(tenantId, bundle)
    },
  })
  return {
    publish: bursts.publish,
    listen(tenantId, listener) {
      // Everybody who listens is one of their own, also with an object that listens twice.
      const own: PushListener = {
        onMessages: (messages) => listener.onMessages(messages),
        onGap: () => listener.onGap(),
      }
      listeners.add(tenantId, own)
      return { ready: Promise.resolve(), close: () => void listeners.remove(tenantId, own) }
    },
    async close() {
      bursts.close()
    },
  }
}
