import type { Clock } from '../../../shared/clock.ts'
import { type Bundle, createOutbox } from './bundles.ts'
import type { PushMessage } from './port.ts'

/** Milliseconds in which what is published goes out together. */
export const JOIN_MS = 30

/** Makes one of everything that is published within a moment. */
export function createBursts(parts: {
  readonly clock: Clock
  readonly joinMs: number
  /** Never throws. */
  readonly flush: (bundles: ReadonlyMap<string, Bundle>) => void
}): { publish(tenantId: string, messages: readonly PushMessage[]): void; close(): void } {
  const outbox = createOutbox()
  const closing = new AbortController()
  let running = false

  async function run(): Promise<void> {
    running = true
    // What is left when the hub stops goes out at once.
    await parts.clock.sleep(parts.joinMs, closing.signal).catch(() => undefined)
    running = false
    if (!outbox.isEmpty()) parts.flush(outbox.take())
  }

  return {
    publish(tenantId, messages) {
      if (messages.length === 0 || closing.signal.aborted) return
      outbox.add(tenantId, { messages, gap: false })
      if (!running) void run()
    },
    close() {
      closing.abort(new Error('the hub is stopping'))
      if (!outbox.isEmpty()) parts.flush(outbox.take())
    },
  }
}
