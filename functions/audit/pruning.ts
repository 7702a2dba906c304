import type { Clock } from '../../shared/clock.ts'
import { limits, type Store } from '../platform/store/port.ts'
import { auditDaysTable, auditTable, MARK } from './rows.ts'
import { DAY_MS, dayOf, daysBetween, recordRange, startOfDay } from './rules/keys.ts'

/** Days, and tenants of a day, that one call takes up; the next one goes on. */
const DAYS_AT_ONCE = 31
const TENANTS_AT_ONCE = 50
const PRUNING_MINUTE = 7

/**
 * Deletes the records of days that are older than the retention. A day is done when no tenant is noted for it; a tenant
 * is taken off only when its records of that day are gone, so that it may be killed anywhere and repeated.
 * @returns how many records were deleted
 */
export function createPruning(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly retentionDays: number
}): () => Promise<number> {
  const records = auditTable.bind(parts.store)
  const days = auditDaysTable.bind(parts.store)

  async function emptyUntil(tenantId: string, end: number): Promise<number> {
    let deleted = 0
    for (;;) {
      const range = { ...recordRange(0, end), limit: limits.batchWrites }
      const { rows } = await records.query(tenantId, range)
      if (rows.length === 0) return deleted
      await records.batch(
        tenantId,
        rows.map(({ key }) => ({ kind: 'delete', key, condition: { kind: 'any' } })),
      )
      deleted += rows.length
    }
  }

  return async () => {
    // Called with a timer of every minute; once an hour is enough.
    if (new Date(parts.clock.now()).getUTCMinutes() !== PRUNING_MINUTE) return 0
    const last = dayOf(parts.clock.now() - (parts.retentionDays + 1) * DAY_MS)
    const mark = await days.get(MARK, MARK)
    if (mark === undefined) {
      // Nothing was recorded before the first start, which was in this hour or the one before.
      await days.put(MARK, MARK, { day: dayOf(parts.clock.now() - 2 * DAY_MS) }, { kind: 'any' })
      return 0
    }
    let deleted = 0
    for (const day of daysBetween(mark.value.day, last, DAYS_AT_ONCE)) {
      const { rows } = await days.query(day, { limit: TENANTS_AT_ONCE })
      for (const { key: tenantId } of rows) {
        deleted += await emptyUntil(tenantId, startOfDay(day) + DAY_MS)
        await days.delete(day, tenantId, { kind: 'any' })
      }
      if (rows.length === TENANTS_AT_ONCE) return deleted
      await days.put(MARK, MARK, { day }, { kind: 'any' })
    }
    return deleted
  }
}
