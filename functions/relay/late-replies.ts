import type { Logger } from '../../shared/log.ts'

/** More than this in one second is no accident: each costs this process about as much as one that is waited for. */
const MOST_PER_SECOND = 2000
const SECOND_MS = 1000
const SAY_EVERY_MS = 60_000

/** Counts replies that nobody waits for, and says so once a minute at most. `now` in milliseconds. */
export function createLateReplies(log: Pick<Logger, 'info'>): {
  /** @returns whether there are too many of them at the moment */
  count(now: number): boolean
} {
  let total = 0
  let inSecond = 0
  let second = 0
  let saidAt = Number.NEGATIVE_INFINITY

  return {
    count(now) {
      total += 1
      if (Math.abs(now - saidAt) >= SAY_EVERY_MS) {
        saidAt = now
        log.info('late replies dropped', { total })
      }
      const present = Math.floor(now / SECOND_MS)
      if (present !== second) {
        second = present
        inSecond = 0
      }
      inSecond += 1
      return inSecond > MOST_PER_SECOND
    },
  }
}
