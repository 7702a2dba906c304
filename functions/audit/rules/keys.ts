/** Keys of records: the time counted down, so that the newest sorts first. */

const LAST = 99_999_999_999_999
const DIGITS = 14
export const DAY_MS = 86_400_000

const countedDown = (at: number) => String(LAST - at).padStart(DIGITS, '0')

export function recordKey(at: number, unique: string): string {
  return `${countedDown(at)}-${unique}`
}

/** Records from `from` on (inclusive) and before `to`, in milliseconds. */
export function recordRange(from: number, to: number): { from: string; to: string } {
  // The tilde sorts behind all that follows a time in a key.
  return { from: countedDown(to - 1), to: `${countedDown(from)}~` }
}

export const END_OF_TIME = LAST

/** The day in UTC, `YYYY-MM-DD`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`)
}

/** Days after `done` up to and including `last`, the earliest first, at most so many. */
export function daysBetween(done: string, last: string, most: number): readonly string[] {
  const days: string[] = []
  for (let at = startOfDay(done) + DAY_MS; at <= startOfDay(last) && days.length < most; at += DAY_MS) {
    days.push(dayOf(at))
  }
  return days
}
