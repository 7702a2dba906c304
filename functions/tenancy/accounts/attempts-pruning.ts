import type { Clock } from '../../../shared/clock.ts'
import type { Store } from '../../platform/store/port.ts'
import { attemptShards, attemptsPartition } from './attempts.ts'
import { attemptsPrunedTable, attemptsTable, PRUNED } from './rows.ts'
import { lastForgottenDay } from './rules/throttle.ts'

/** Once an hour is enough to see that a day is over. */
const PRUNING_MINUTE = 17
/** Pages of 1,000 rows that one call deletes: a few seconds of work. */
const PAGES_AT_ONCE = 5

/**
 * Deletes counters of attempts that count no longer: whole partitions, in batches, without looking at any other row. A
 * day is done when all its partitions are empty, so that it may be killed anywhere and repeated.
 * @returns how many were deleted
 */
export function createAttemptsPruning(parts: {
  readonly store: Store
  readonly clock: Clock
}): () => Promise<number> {
  const { clock } = parts
  const attempts = attemptsTable.bind(parts.store)
  const pruned = attemptsPrunedTable.bind(parts.store)
  /** More than one call deletes: this instance goes on with the next one instead of waiting for the hour. */
  let behind = false

  /** @returns what was deleted; `done` when nothing is left. */
  async function emptyDay(day: number, pages: number) {
    const so = { deleted: 0, pages: 0 }
    for (const shard of attemptShards) {
      const partition = attemptsPartition(day, shard)
      let cursor: string | undefined
      do {
        if (so.pages === pages) return { ...so, done: false }
        const page = await attempts.query(partition, cursor === undefined ? {} : { cursor })
        cursor = page.cursor
        if (page.rows.length === 0) continue
        so.pages += 1
        so.deleted += page.rows.length
        await attempts.chunked(
          partition,
          page.rows.map(({ key }) => ({ kind: 'delete', key, condition: { kind: 'any' } })),
        )
      } while (cursor !== undefined)
    }
    return { ...so, done: true }
  }

  return async () => {
    const now = clock.now()
    // Called with a timer of every minute.
    if (!behind && new Date(now).getUTCMinutes() !== PRUNING_MINUTE) return 0
    const last = lastForgottenDay(now)
    const mark = await pruned.get(PRUNED, PRUNED)
    if (mark === undefined) {
      // Nothing was counted before the first start, which was in this hour or the one before.
      await pruned.put(PRUNED, PRUNED, { day: last }, { kind: 'any' })
      return 0
    }
    let deleted = 0
    let left = PAGES_AT_ONCE
    behind = false
    for (let day = mark.value.day + 1; day <= last; day++) {
      const emptied = await emptyDay(day, left)
      deleted += emptied.deleted
      left -= emptied.pages
      behind = !emptied.done
      if (behind) return deleted
      await pruned.put(PRUNED, PRUNED, { day }, { kind: 'any' })
    }
    return deleted
  }
}
