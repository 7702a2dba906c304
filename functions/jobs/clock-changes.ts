import { offsetAt } from '../../shared/wall-time.ts'
import { parseRecurrence, type Recurrence } from './recurrence.ts'
import type { CronSchedule } from './rows.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A little over a year, so that both changes of a year are in it. */
const AHEAD_DAYS = 370

/** What a change of clocks does to a schedule. */
export interface ClockChange {
  /**
   * `moved`: a time that is skipped comes at the first moment after; `left-out`: it does not come that day; `once`: a time
   * that there is twice comes the first time only; `twice`: it comes both times.
   */
  readonly kind: 'moved' | 'left-out' | 'once' | 'twice'
  /** Day and time on the clock, `YYYY-MM-DD` and `HH:mm`. */
  readonly day: string
  readonly time: string
  /** Time on the clock at which the run comes instead; for `moved`. */
  readonly instead: string | undefined
}

/**
 * What the changes of clocks within a year do to a schedule. One that runs in every hour goes on with the time that
 * really passes, so nothing is odd about it.
 * @throws StegError as `parseRecurrence`
 */
export function clockChangesOf(schedule: CronSchedule, after: number): readonly ClockChange[] {
  const recurrence = parseRecurrence(schedule)
  if (schedule.cron.trim().split(/\s+/)[1] === '*') return []
  // Read as if the clock on the wall were UTC: what the expression says, whatever the clocks do.
  const onTheWall = parseRecurrence({ cron: schedule.cron, timeZone: 'UTC' })
  return transitions((at) => offsetAt(at, schedule.timeZone), after).flatMap(
    ({ at, before, since }): readonly ClockChange[] => {
      const shift = Math.abs(since - before)
      const wall = at + Math.min(before, since)
      const told = onTheWall.next(wall - 1)
      if (told === undefined || told >= wall + shift) return []
      const change = { day: isoOf(told).slice(0, 10), time: isoOf(told).slice(11, 16) }
      if (since < before) {
        const twice = runsIn(recurrence, at, at + shift) > 0
        return [{ ...change, kind: twice ? 'twice' : 'once', instead: undefined }]
      }
      const moved = recurrence.next(at - 1) === at
      return moved
        ? [{ ...change, kind: 'moved', instead: isoOf(at + since).slice(11, 16) }]
        : [{ ...change, kind: 'left-out', instead: undefined }]
    },
  )
}

const isoOf = (wall: number) => new Date(wall).toISOString()

/** Whether anything runs in a span; no more than that is asked. */
function runsIn(recurrence: Recurrence, from: number, to: number): number {
  const next = recurrence.next(from - 1)
  return next !== undefined && next < to ? 1 : 0
}

/** Every change of the offset ahead, to the minute. */
function transitions(offset: (at: number) => number, after: number) {
  const found: { at: number; before: number; since: number }[] = []
  const start = Math.floor(after / MINUTE_MS) * MINUTE_MS
  for (let day = 0, before = offset(start); day < AHEAD_DAYS; day++) {
    let low = start + day * DAY_MS
    let high = low + DAY_MS
    const since = offset(high)
    if (since === before) continue
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS
      if (offset(middle) === before) low = middle
      else high = middle
    }
    found.push({ at: high, before, since })
    before = since
  }
  return found
}
