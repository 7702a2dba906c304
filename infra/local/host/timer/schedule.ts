import { Cron } from 'croner'

export interface Schedule {
  /** The first occurrence after `after`; both in milliseconds since the epoch. Undefined when there is none. */
  next(after: number): number | undefined
}

const name = '[A-Za-z]{3,9}'
const atom = `(?:\\*|(?:\\d{1,2}|${name})(?:-(?:\\d{1,2}|${name}))?)(?:/\\d{1,2})?`
const field = new RegExp(`^${atom}(?:,${atom})*$`)

/**
 * Reads an NCRONTAB expression: {second} {minute} {hour} {day} {month} {day of week}, or five fields without
 * seconds. Day and day of week must both fit. Source: Microsoft Learn, "Timer trigger: NCRONTAB expressions".
 * `timeZone` is an IANA name. Throws when the expression or the zone is not valid.
 */
export function parseSchedule(expression: string, timeZone: string): Schedule {
  const fields = expression.trim().split(/\s+/)
  if (fields.length === 1) {
    throw new Error(
      `"${expression}" is no NCRONTAB expression; time spans are not supported by the local host.`,
    )
  }
  if ((fields.length !== 5 && fields.length !== 6) || !fields.every((text) => field.test(text))) {
    throw new Error(`"${expression}" is no NCRONTAB expression of five or six fields.`)
  }
  const pattern = fields.length === 5 ? ['0', ...fields].join(' ') : fields.join(' ')
  let cron: Cron
  try {
    cron = new Cron(pattern, {
      mode: '6-part',
      timezone: timeZone,
      domAndDow: true,
      sloppyRanges: true,
      paused: true,
    })
  } catch (error) {
    throw new Error(
      `"${expression}" is no NCRONTAB expression: ${error instanceof Error ? error.message : error}`,
    )
  }
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() }
}
