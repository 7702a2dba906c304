import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../shared/clock.ts'

/** A clock that a test moves: sleeping takes no time but moves it on. */
export function instantClock(
  start = 1_800_000_000_000,
): Clock & { advance(ms: number): void; slept: number[] } {
  let now = start
  const slept: number[] = []
  return {
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
      // Others get their turn: what sleeps in a loop beside the work would never let it come to an end.
      await setImmediate()
      signal?.throwIfAborted()
    },
    advance(ms) {
      now += ms
    },
    slept,
  }
}
