import { Cron } from 'croner'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import type { CronSchedule, Schedule } from './rows.ts'
import { MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS, nextOfInterval, phaseOf } from './rules/interval.ts'
import { type JobKey, spreadOf } from './rules/job-key.ts'

/** When a schedule is due. Times in milliseconds since the epoch. */
export interface Recurrence {
  /** The first time after `after`, or undefined when there is none. */
  next(after: number): number | undefined
}

const FIELDS = 5
const MAX_LENGTH = 200
/** What croner understands beyond the five classic fields and depends on the moment of reading, such as `?`, is left out. */
const fieldText = /^[0-9A-Za-z*,/#-]+$/

/**
 * When a job or a subject is due.
 * @throws StegError `cron-invalid`, `time-zone-unknown`, `schedule-never-due`, `interval-invalid`
 */
export function recurrenceOf(schedule: Schedule, key: JobKey): Recurrence {
  if ('cron' in schedule) return parseRecurrence(schedule)
  const { everySeconds } = schedule
  const possible = everySeconds >= MIN_INTERVAL_SECONDS && everySeconds <= MAX_INTERVAL_SECONDS
  if (!possible || !Number.isInteger(everySeconds)) {
    throw new StegError('interval-invalid', {
      seconds: everySeconds,
      least: MIN_INTERVAL_SECONDS,
      most: MAX_INTERVAL_SECONDS,
    })
  }
  const everyMs = everySeconds * 1_000
  const phase = phaseOf(spreadOf(key), everyMs)
  return { next: (after) => nextOfInterval(everyMs, phase, after) }
}

/**
 * Reads a cron expression of five fields (minute, hour, day, month, day of week), so once a minute is the most that can
 * be asked for. Fixed times that a change of clocks skips come at the first moment after it, and those that come
 * twice count once; expressions with `*` or a step in minute or hour follow the time that really passes.
 * @throws StegError `cron-invalid`, `time-zone-unknown`, `schedule-never-due`
 */
export function parseRecurrence({ cron, timeZone }: CronSchedule): Recurrence {
  checkTimeZone(timeZone)
  const parsed = parse(cron, timeZone)
  const next = (after: number) => parsed.nextRun(new Date(after))?.getTime()
  if (next(0) === undefined) throw new StegError('schedule-never-due', { cron })
  return { next }
}

function parse(cron: string, timeZone: string): Cron {
  if (cron.length > MAX_LENGTH)
    throw invalid(cron.slice(0, MAX_LENGTH), `longer than ${MAX_LENGTH} characters`)
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== FIELDS) {
    throw invalid(cron, `${fields.length} instead of ${FIELDS} fields`)
  }
  const odd = fields.find((field) => !fieldText.test(field))
  if (odd !== undefined) throw invalid(cron, `"${odd}" is not understood`)
  try {
    return new Cron(fields.join(' '), {
      mode: '5-part',
      timezone: timeZone,
      fixedTimeRule: 'no-wildcard',
      paused: true,
    })
  } catch (error) {
    throw invalid(cron, reasonOf(error).replace(/^CronPattern: /, ''), error)
  }
}

function invalid(cron: string, problem: string, cause?: unknown): StegError {
  return new StegError('cron-invalid', { cron, problem }, cause === undefined ? {} : { cause })
}

/** Names only: an offset such as +01:00 would be accepted by Intl, but knows no summer time. */
function checkTimeZone(timeZone: string): void {
  try {
    if (!/^[A-Za-z]/.test(timeZone)) throw new RangeError('not a name')
    new Intl.DateTimeFormat('en', { timeZone })
  } catch (error) {
    throw new StegError('time-zone-unknown', { timeZone: timeZone.slice(0, 100) }, { cause: error })
  }
}

/** The next times after `after`, as RFC 3339 with the zone's offset at that moment. @throws as `parseRecurrence` */
export function previewTimes(schedule: CronSchedule, after: number, count: number): readonly string[] {
  const recurrence = parseRecurrence(schedule)
  const times: string[] = []
  let time = recurrence.next(after)
  while (time !== undefined && times.length < count) {
    times.push(withOffset(time, schedule.timeZone))
    time = recurrence.next(time)
  }
  return times
}

function withOffset(time: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(time)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  const offset = name === 'GMT' ? '+00:00' : name.replace('GMT', '').slice(0, 6)
  const minutes =
    (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))) * (offset[0] === '-' ? -1 : 1)
  return `${new Date(time + minutes * 60_000).toISOString().slice(0, 19)}${offset}`
}
