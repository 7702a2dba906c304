import type { Clock } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Condition, Store } from '../platform/store/port.ts'
import type { DueIndex } from './due-index.ts'
import { parseRecurrence } from './recurrence.ts'
import { type JobRow, jobsTable, type Schedule } from './rows.ts'

export interface Schedules {
  /**
   * Changes a job's row; a schedule in it counts from now on. Returning undefined changes nothing. Without `ifMatch` it
   * is repeated when somebody else writes at the same moment. @throws StegError `store-conflict`
   */
  change(
    tenantId: string,
    job: string,
    edit: (row: JobRow) => JobRow | undefined,
    ifMatch?: string,
  ): Promise<void>
  /** Gives these jobs their defaults if they never had a schedule (A7). Repeatable; what the admin has set or taken away stays. */
  applyDefaults(tenantId: string, defaults: ReadonlyMap<string, Schedule>): Promise<void>
  /** Passes over what became due until now. */
  skip(tenantId: string, job: string): Promise<void>
}

export function createSchedules(parts: {
  readonly store: Store
  readonly index: DueIndex
  readonly clock: Clock
}): Schedules {
  const { index, clock } = parts
  const jobs = jobsTable.bind(parts.store)

  /** The row with the time that its schedule now asks for. A time that lies ahead and still fits stays. */
  function scheduled(before: JobRow, edited: JobRow): JobRow {
    const { nextRun: _, ...row } = edited
    if (row.schedule === undefined || row.schedule === null) return row
    const now = clock.now()
    const kept = before.nextRun !== undefined && same(before.schedule, row.schedule) && before.nextRun > now
    const nextRun = kept ? before.nextRun : parseRecurrence(row.schedule).next(now)
    return nextRun === undefined ? row : { ...row, nextRun }
  }

  async function change(
    tenantId: string,
    job: string,
    edit: (row: JobRow) => JobRow | undefined,
    ifMatch?: string,
    reschedule = false,
  ): Promise<void> {
    for (;;) {
      const row = await jobs.get(tenantId, job)
      if (ifMatch !== undefined && ifMatch !== row?.etag) throw new StegError('store-conflict', { key: job })
      const before = row?.value ?? {}
      const edited = edit(before)
      if (edited === undefined) return
      const moves = reschedule || !same(before.schedule, edited.schedule)
      const after = moves ? scheduled(before, edited) : edited
      const old =
        before.nextRun === undefined || before.nextRun === after.nextRun
          ? undefined
          : await index.find({ tenantId, job, due: before.nextRun })
      if (moves && after.nextRun !== undefined) await index.put([{ tenantId, job, due: after.nextRun }])
      const unchanged: Condition = row === undefined ? { kind: 'absent' } : { kind: 'match', etag: row.etag }
      try {
        await jobs.put(tenantId, job, after, unchanged)
      } catch (error) {
        if (ifMatch !== undefined || !isStegError(error, 'store-conflict')) throw error
        continue
      }
      if (old !== undefined) await index.remove([old])
      return
    }
  }

  return {
    change: (tenantId, job, edit, ifMatch) => change(tenantId, job, edit, ifMatch),

    async applyDefaults(tenantId, defaults) {
      for (const [job, schedule] of defaults) {
        await change(tenantId, job, (row) =>
          row.schedule === undefined ? { ...row, schedule: { ...schedule } } : undefined,
        )
      }
    },

    skip: (tenantId, job) => change(tenantId, job, (row) => row, undefined, true),
  }
}

function same(a: Schedule | null | undefined, b: Schedule | null | undefined): boolean {
  return a?.cron === b?.cron && a?.timeZone === b?.timeZone
}
