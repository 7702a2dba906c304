/** Run ids sort newest first: milliseconds counted down, then random characters that make them unique. */
const FAR_FUTURE_MS = 9_999_999_999_999

export function runId(now: number, unique: string): string {
  return `r${String(FAR_FUTURE_MS - now).padStart(13, '0')}${unique}`
}

export function runKey(job: string, id: string, subject?: string): string {
  return `${prefixOf(job, subject)}${id}`
}

/** Range of all runs of one job, or of one of its subjects. */
export function runRange(job: string, subject?: string): { from: string; to: string } {
  const prefix = prefixOf(job, subject)
  return { from: prefix, to: `${prefix}s` }
}

/** Subjects are set apart from the job by another character, so that no run of theirs is in the job's own range. */
function prefixOf(job: string, subject: string | undefined): string {
  return subject === undefined ? `${job}~` : `${job}!${subject}~`
}

/** From here on the number of an attempt has nine digits, so that keys that begin with it stay in order. */
const LONG_FROM = 10
const LONG = 900_000_000

/** The number that an attempt has in keys: as text, a later one sorts behind an earlier one, however many there are. */
export function attemptInKeys(attempt: number): number {
  return attempt < LONG_FROM ? attempt : LONG + attempt
}
