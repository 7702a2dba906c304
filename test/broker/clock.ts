import type { Clock } from '../../shared/clock.ts'

/** Runs with real time, and can be moved ahead: whoever sleeps until a moment that has passed wakes up. */
export interface MovableClock extends Clock {
  advance(ms: number): void
}

export function createMovableClock(): MovableClock {
  let ahead = 0
  const sleepers = new Set<() => void>()
  const now = () => Date.now() + ahead
  return {
    now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const until = now() + ms
        let timer = setTimeout(check, ms)
        function check() {
          clearTimeout(timer)
          if (now() < until) {
            timer = setTimeout(check, until - now())
            return
          }
          finish()
          resolve()
        }
        function finish() {
          clearTimeout(timer)
          sleepers.delete(check)
          signal?.removeEventListener('abort', onAbort)
        }
        function onAbort() {
          finish()
          reject(signal?.reason)
        }
        sleepers.add(check)
        if (signal?.aborted) onAbort()
        else signal?.addEventListener('abort', onAbort)
      }),
    advance(ms) {
      ahead += ms
      for (const check of [...sleepers]) check()
    },
  }
}
