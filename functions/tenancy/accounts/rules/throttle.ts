/**
 * How fast somebody may try passwords. Three counters, each for attempts of its own kind:
 * - `known`: a browser in which this account has signed in before. Its own failures only.
 * - `account`: all other browsers together, for one account. Who attacks an account slows down only other strangers;
 *   its user comes in from every browser they have used, and from a new one through "forgotten password".
 * - `address`: all attempts of strangers from one address, whatever the account. Many people may share it, so it is wide.
 */
export type Counter = 'known' | 'account' | 'address'

export interface Attempts {
  /** Attempts that did not end in a sign-in. One under way counts. */
  readonly failures: number
  readonly lastAt: number
}

const free: Readonly<Record<Counter, number>> = { known: 10, account: 5, address: 50 }
const FIRST_DELAY_MS = 1000
export const LONGEST_DELAY_MS = 15 * 60_000
/** After a day without an attempt nothing is held against anybody. */
export const FORGET_MS = 24 * 3_600_000

/** When the next attempt may be made; in the past when there is nothing to wait for. */
export function nextAttemptAt(counter: Counter, attempts: Attempts | undefined): number {
  if (attempts === undefined || attempts.failures < free[counter]) return 0
  const doublings = Math.min(attempts.failures - free[counter], 30)
  return attempts.lastAt + Math.min(FIRST_DELAY_MS * 2 ** doublings, LONGEST_DELAY_MS)
}

/** With one more attempt. */
export function withAttempt(attempts: Attempts | undefined, now: number): Attempts {
  const remembered = attempts !== undefined && now - attempts.lastAt < FORGET_MS ? attempts.failures : 0
  return { failures: remembered + 1, lastAt: now }
}

/** Days are counted from the epoch, in UTC. A counter of a day may count until the end of the next one. */
export function attemptDayOf(ms: number): number {
  return Math.floor(ms / FORGET_MS)
}

/** The last day of whose counters none counts any more. */
export function lastForgottenDay(now: number): number {
  return attemptDayOf(now) - 2
}
