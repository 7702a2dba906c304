import type { Clock } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { DueStore } from './due-store.ts'
import { type JobStore, unchangedSince } from './job-store.ts'
import { recurrenceOf } from './recurrence.ts'
import type { JobRow, Schedule } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { plausibleNext } from './rules/plausible.ts'

export interface Schedules {
  /**
   * Changes a job's row; a schedule in it counts from now on. Returning undefined changes nothing. Without `ifMatch` it
   * is repeated when somebody else writes at the same moment. @throws StegError `store-conflict`
   */
  change(key: JobKey, edit: (row: JobRow) => JobRow | undefined, ifMatch?: string): Promise<void>
  /** Gives these jobs their defaults if they never had a schedule (A7). Repeatable; what the admin has set or taken away stays. */
  applyDefaults(tenantId: string, defaults: ReadonlyMap<string, Schedule>): Promise<void>
  /** Passes over what became due until now, and comes back from a time that only a wrong clock can have meant. */
  skip(key: JobKey): Promise<void>
  /** Takes a subject out, with its schedule. What its run has written stays. @returns the run that is active. */
  remove(key: JobKey): Promise<string | undefined>
}

export function createSchedules(parts: {
  readonly jobs: JobStore
  readonly index: DueStore
  readonly clock: Clock
}): Schedules {
  const { jobs, index, clock } = parts

  /** The row with the time that its schedule now asks for. A time that lies ahead and still fits stays. */
  function scheduled(key: JobKey, before: JobRow, edited: JobRow): JobRow {
    const { nextRun: _, ...row } = edited
    if (row.schedule === undefined || row.schedule === null) return row
    const now = clock.now()
    const { next } = recurrenceOf(row.schedule, key)
    const fits = before.nextRun !== undefined && same(before.schedule, row.schedule) && before.nextRun > now
    const nextRun =
      fits && before.nextRun !== undefined ? plausibleNext(before.nextRun, next, now) : next(now)
    return nextRun === undefined ? row : { ...row, nextRun }
  }

  async function change(
    key: JobKey,
    edit: (row: JobRow) => JobRow | undefined,
    ifMatch?: string,
    reschedule = false,
  ): Promise<void> {
    for (;;) {
      const row = await jobs.get(key)
      if (ifMatch !== undefined && ifMatch !== row?.etag)
        throw new StegError('store-conflict', { key: key.job })
      // What was taken out does not come back by its schedule.
      if (reschedule && row === undefined) return
      const before = row?.value ?? {}
      const edited = edit(before)
      if (edited === undefined) return
      const moves = reschedule || !same(before.schedule, edited.schedule)
      const after = moves ? scheduled(key, before, edited) : edited
      const old =
        before.nextRun === undefined || before.nextRun === after.nextRun
          ? undefined
          : await index.find({ ...key, due: before.nextRun })
      if (moves && after.nextRun !== undefined) await index.put([{ ...key, due: after.nextRun }])
      try {
        await jobs.put(key, after, unchangedSince(row))
      } catch (error) {
        if (ifMatch !== undefined || !isStegError(error, 'store-conflict')) throw error
        continue
      }
      if (old !== undefined) await index.remove([old])
      return
    }
  }

  return {
    change: (key, edit, ifMatch) => change(key, edit, ifMatch),

    async applyDefaults(tenantId, defaults) {
      for (const [job, schedule] of defaults) {
        await change({ tenantId, job }, (row) =>
          row.schedule === undefined ? { ...row, schedule: { ...schedule } } : undefined,
        )
      }
    },

    skip: (key) => change(key, (row) => row, undefined, true),

    async remove(key) {
      for (;;) {
        const row = await jobs.get(key)
        if (row === undefined) return undefined
        const { nextRun, activeRun } = row.value
        const entry = nextRun === undefined ? undefined : await index.find({ ...key, due: nextRun })
        if (!(await jobs.delete(key, row))) continue
        if (entry !== undefined) await index.remove([entry])
        return activeRun
      }
    },
  }
}

function same(a: Schedule | null | undefined, b: Schedule | null | undefined): boolean {
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? null) === (b ?? null)
  if ('cron' in a) return 'cron' in b && a.cron === b.cron && a.timeZone === b.timeZone
  return 'everySeconds' in b && a.everySeconds === b.everySeconds
}
