import type { Clock } from '../../shared/clock.ts'

export interface ManualClock extends Clock {
  /** Lets time pass; everything that is due in between runs in order. */
  advance(ms: number): Promise<void>
  /** Number of sleeps under way. */
  sleeping(): number
}

export function createManualClock(start: number): ManualClock {
  let now = start
  const sleepers = new Set<{ due: number; wake: () => void }>()
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    now: () => now,
    sleeping: () => sleepers.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = {
          due: now + ms,
          wake() {
            sleepers.delete(sleeper)
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        const onAbort = () => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    async advance(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const [next] = [...sleepers].sort((a, b) => a.due - b.due)
        if (!next || next.due > end) break
        now = Math.max(now, next.due)
        next.wake()
        await settle()
      }
      now = end
      await settle()
    },
  }
}
