import type { Clock } from '../../shared/clock.ts'
import type { Logger } from '../../shared/log.ts'
import type { DueStore } from './due-store.ts'
import { SKEW_MS } from './rules/plausible.ts'
import { shards } from './rules/shard.ts'
import type { Schedules } from './schedules.ts'

/**
 * Brings back schedules that a clock which was ahead has put too far into the future. Looks once after the start and
 * whenever the clock was set back: a page for 1,000 schedules. Otherwise it costs nothing. Repeatable.
 * @returns how many it looked at.
 */
export function createClockRepair(parts: {
  readonly index: DueStore
  readonly schedules: Pick<Schedules, 'skip'>
  readonly clock: Clock
  readonly log: Logger
}): () => Promise<number> {
  const { index, clock } = parts
  let seen = Number.POSITIVE_INFINITY

  return async () => {
    const now = clock.now()
    if (now >= seen - SKEW_MS) {
      seen = Math.max(seen, now)
      return 0
    }
    let looked = 0
    for (const shard of shards) {
      for await (const { tenantId, job, subject } of index.writtenAhead(shard, now, now + SKEW_MS)) {
        await parts.schedules.skip({ tenantId, job, subject })
        looked += 1
      }
    }
    // Only now: what was broken off is looked for again.
    seen = now
    if (looked > 0) parts.log.warn('the clock was set back: schedules were worked out anew', { looked })
    return looked
  }
}
