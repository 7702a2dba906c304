import type { Clock } from '../../../../shared/clock.ts'

/** One timer for all that is due in a queue. */
export interface Alarm {
  /** Rings at `time` (milliseconds since the epoch) or earlier; `Infinity` asks for nothing. */
  at(time: number): void
  /** When it will ring. */
  readonly time: number
  stop(): void
}

/** Timers cannot be set further ahead than 2^31 ms; an hour is far enough to look again. */
const LONGEST_SLEEP = 3_600_000

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let time = Number.POSITIVE_INFINITY
  let sleeping: AbortController | undefined

  async function sleep(abort: AbortController): Promise<void> {
    const ms = Math.min(Math.max(Math.ceil(time - clock.now()), 1), LONGEST_SLEEP)
    try {
      await clock.sleep(ms, abort.signal)
    } catch {
      return // Stopped, or set anew.
    }
    if (sleeping !== abort) return
    sleeping = undefined
    time = Number.POSITIVE_INFINITY
    ring()
  }

  return {
    get time() {
      return time
    },
    at(wanted) {
      if (wanted >= time) return
      time = wanted
      sleeping?.abort()
      sleeping = new AbortController()
      void sleep(sleeping)
    },
    stop() {
      time = Number.NEGATIVE_INFINITY
      sleeping?.abort()
      sleeping = undefined
    },
  }
}
