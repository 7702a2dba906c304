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
    },
    advance(ms) {
      now += ms
    },
    slept,
  }
}
