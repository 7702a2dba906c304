import type { Clock } from '../../shared/clock.ts'

/** What is remembered of leases that others hold; a lease more than that is seen as if for the first time. */
const REMEMBERED = 10_000

/**
 * Whether somebody else's lease has ended. A lease has no end that a clock tells: the clocks of two hubs differ. It has
 * ended when this process has seen it unchanged for longer than its holder may keep it.
 */
export function createLeaseWatch(clock: Clock, lastsMs: number) {
  const seen = new Map<string, { readonly id: string; readonly at: number }>()

  return {
    hasEnded(place: string, id: string): boolean {
      const now = clock.now()
      const first = seen.get(place)
      if (first?.id === id && now >= first.at) return now - first.at > lastsMs
      const oldest = seen.keys().next()
      if (seen.size >= REMEMBERED && !oldest.done) seen.delete(oldest.value)
      seen.set(place, { id, at: now })
      return false
    },
  }
}
