import type { Clock } from '../../shared/clock.ts'
import type { Logger } from '../../shared/log.ts'

/** Milliseconds between two lines in the log. */
const SAY_EVERY_MS = 60_000

/**
 * Counts what agents have sent and what is not proven or cannot be read. It is told once a minute at most, however much
 * there is of it: whoever sends it must not fill the log.
 */
export function createRefusals(clock: Pick<Clock, 'now'>, log: Pick<Logger, 'warn'>) {
  let total = 0
  let told = 0
  let saidAt = Number.NEGATIVE_INFINITY

  return {
    count(by: number): void {
      if (by === 0) return
      total += by
      const now = clock.now()
      if (now - saidAt < SAY_EVERY_MS && now >= saidAt) return
      log.warn('reports of nobody known were dropped', { count: total - told, total })
      told = total
      saidAt = now
    },
    total: () => total,
  }
}

export type Refusals = ReturnType<typeof createRefusals>
