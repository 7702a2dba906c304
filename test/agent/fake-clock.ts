import type { Clock } from '../../shared/clock.ts'

export interface FakeClock extends Clock {
  /** Lets time pass, waking sleepers in their order. */
  advance(ms: number): Promise<void>
  /** What is being slept for at the moment, in milliseconds from now. */
  sleeping(): number[]
  /** Sets the clock without letting time pass. */
  set(now: number): void
}

interface Sleeper {
  readonly at: number
  wake(): void
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export function fakeClock(start = Date.UTC(2026, 0, 5, 8)): FakeClock {
  let wall = start
  let elapsed = 0
  const sleepers = new Set<Sleeper>()

  return {
    now: () => wall,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const onAbort = () => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        const sleeper: Sleeper = {
          at: elapsed + ms,
          wake() {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    async advance(ms) {
      const end = elapsed + ms
      await settle()
      for (;;) {
        const next = [...sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        wall += next.at - elapsed
        elapsed = next.at
        sleepers.delete(next)
        next.wake()
        await settle()
      }
      wall += end - elapsed
      elapsed = end
      await settle()
    },
    sleeping: () => [...sleepers].map(({ at }) => at - elapsed).sort((a, b) => a - b),
    set(now) {
      wall = now
    },
  }
}
