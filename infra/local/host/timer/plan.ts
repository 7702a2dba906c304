import type { Schedule } from './schedule.ts'
import type { TimerStatus } from './status.ts'

export interface TimerStart {
  readonly status: TimerStatus
  /** True when an occurrence was missed since the last run. */
  readonly pastDue: boolean
  /** True when `status` differs from what was stored. */
  readonly changed: boolean
}

/**
 * What a timer begins with after a start, from what was stored at the end of the last one: the rules of
 * ScheduleMonitor.CheckPastDueAsync in the WebJobs extensions. A schedule that was changed meanwhile counts from now.
 * Returns undefined when the schedule has no occurrence any more.
 */
export function planStart(
  stored: TimerStatus | undefined,
  schedule: Schedule,
  now: number,
): TimerStart | undefined {
  const base = stored?.last ?? stored?.updated ?? now
  let next = schedule.next(base)
  if (stored && next === stored.next) return { status: stored, pastDue: now > next, changed: false }
  let updated = base
  if (next === undefined || now > next) {
    next = schedule.next(now)
    updated = now
  }
  return next === undefined
    ? undefined
    : { status: { last: undefined, next, updated }, pastDue: false, changed: true }
}

/** Status after a run that began at `began`. A regular run that began early counts as begun on time. */
export function planNext(
  { next }: TimerStatus,
  schedule: Schedule,
  began: number,
  regular: boolean,
): TimerStatus | undefined {
  const last = regular ? Math.max(next, began) : began
  const following = schedule.next(last)
  return following === undefined ? undefined : { last, next: following, updated: last }
}

/**
 * The data of one run as the host hands it to the library. Like the real host's, `ScheduleStatus` is null for
 * schedules that are not monitored.
 */
export function timerData(status: TimerStatus | undefined, isPastDue: boolean): string {
  const iso = (ms: number | undefined) =>
    ms === undefined ? '0001-01-01T00:00:00' : new Date(ms).toISOString()
  return JSON.stringify({
    Schedule: { AdjustForDST: true },
    ScheduleStatus: status
      ? { Last: iso(status.last), Next: iso(status.next), LastUpdated: iso(status.updated) }
      : null,
    IsPastDue: isPastDue,
  })
}
