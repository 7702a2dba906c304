import type { Clock } from '../../../../shared/clock.ts'

/** So many messages may come at once after a pause: as many as come in this many seconds otherwise. */
const BURST_SECONDS = 5

/** What one sender may still send. */
export interface Quota {
  /** @returns whether so many messages may pass now; then they count */
  take(messages: number): boolean
}

export const noQuota: Quota = { take: () => true }

/**
 * Lets through so many messages a second on average. One batch is let through whenever nothing is owed, however large:
 * what it exceeds is paid for by waiting.
 */
export function createQuota(perSecond: number, clock: Pick<Clock, 'now'>): Quota {
  const most = perSecond * BURST_SECONDS
  let left = most
  let at = clock.now()
  return {
    take(messages) {
      const now = clock.now()
      left = Math.min(most, left + (Math.max(0, now - at) / 1000) * perSecond)
      at = now
      if (left <= 0) return false
      left -= messages
      return true
    },
  }
}
