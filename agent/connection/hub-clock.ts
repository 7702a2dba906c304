import type { Clock } from '../../shared/clock.ts'

/** The hub's time as far as the agent knows it, so that a wrong clock of the machine does not matter. */
export interface HubClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** The hub's time was `hubMs` when the machine's clock showed `localMs`. */
  learn(hubMs: number, localMs: number): void
}

export function createHubClock(clock: Clock): HubClock {
  let ahead = 0
  return {
    now: () => clock.now() + ahead,
    learn(hubMs, localMs) {
      ahead = hubMs - localMs
    },
  }
}

/** Differences below this come from slow timers, not from a clock that was set or a machine that slept. */
const JUMP_MS = 5000

/**
 * Tells when the machine's clock no longer runs evenly: it was set, or the machine was asleep. What was learned about
 * the hub's time is wrong from then on. `monotonic` in milliseconds from any start.
 */
export function createJumpDetector(clock: Clock, monotonic: () => number): () => boolean {
  let difference = clock.now() - monotonic()
  return () => {
    const before = difference
    difference = clock.now() - monotonic()
    return Math.abs(difference - before) > JUMP_MS
  }
}
