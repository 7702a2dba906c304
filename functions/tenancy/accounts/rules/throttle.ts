/**
 * How fast somebody may try passwords, and cause mails. Each counter is a bucket that leaks: an attempt adds one, time
 * takes away, and a right one takes back its own and nothing else, so that who knows one password helps no guesser.
 * - `known`: a browser in which this account has signed in before. Its own failures only.
 * - `account`: all other browsers together, for one account. Who attacks an account slows down only other strangers;
 *   its user comes in from every browser they have used, and from a new one through "forgotten password".
 * - `address`: all attempts of strangers from one address, whatever the account. Many people may share it, so it is wide.
 * - `operator`: attempts with the operator's token from one address, apart from what others do there.
 * - `mailbox`: mails to one address that its owner did not ask for: invitations and new addresses, of all tenants.
 * - `tenant`: the same mails, of one tenant to all addresses: 200 at once and 200 an hour.
 * - `reset`: mails about a forgotten password to one address, which anybody can ask for. Slower than their links expire,
 *   so that there is always one that is good; apart from `mailbox`, so that invitations cannot lock anybody out.
 */
const rules = {
  known: { free: 10, fadeMs: 15 * 60_000, wait: 'doubling' },
  account: { free: 5, fadeMs: 15 * 60_000, wait: 'doubling' },
  address: { free: 50, fadeMs: 5 * 60_000, wait: 'doubling' },
  operator: { free: 10, fadeMs: 15 * 60_000, wait: 'doubling' },
  mailbox: { free: 5, fadeMs: 30 * 60_000, wait: 'one-fades' },
  tenant: { free: 200, fadeMs: 18_000, wait: 'one-fades' },
  reset: { free: 5, fadeMs: 10 * 60_000, wait: 'one-fades' },
} as const satisfies Readonly<Record<string, Rule>>

interface Rule {
  /** So many at once. */
  readonly free: number
  /** One fewer counts after each of these. */
  readonly fadeMs: number
  /** Beyond: twice as long each time, or until one has faded. */
  readonly wait: 'doubling' | 'one-fades'
}

export type Counter = keyof typeof rules
export const counters = Object.keys(rules) as readonly Counter[]

export interface Attempts {
  /** Attempts that did not end in a sign-in, at `lastAt`; a fraction when some have faded. One under way counts. */
  readonly failures: number
  readonly lastAt: number
}

const FIRST_DELAY_MS = 1000
export const LONGEST_DELAY_MS = 15 * 60_000
/** More than these above the free ones wait no longer, so they are not counted. */
const MOST_DOUBLINGS = 10
/** A counter from further ahead than clocks differ was written by one that was wrong: nobody waits for that time. */
const CLOCKS_DIFFER_MS = 60_000

/** What is held against somebody now. */
export function levelAt(counter: Counter, attempts: Attempts | undefined, now: number): number {
  if (attempts === undefined) return 0
  const { free, fadeMs } = rules[counter]
  const counted = Math.min(attempts.failures, free + MOST_DOUBLINGS)
  return Math.max(0, counted - Math.max(0, now - attempts.lastAt) / fadeMs)
}

/** How long until the next attempt may be made, in milliseconds. */
export function waitMs(counter: Counter, attempts: Attempts | undefined, now: number): number {
  if (attempts === undefined || attempts.lastAt - now > CLOCKS_DIFFER_MS) return 0
  const rule: Rule = rules[counter]
  if (rule.wait === 'one-fades') {
    return Math.max(0, Math.ceil((levelAt(counter, attempts, now) + 1 - rule.free) * rule.fadeMs))
  }
  // Rounded up, because one that has hardly begun to fade still counts.
  const doublings = Math.min(Math.ceil(attempts.failures) - rule.free, MOST_DOUBLINGS)
  if (doublings < 0) return 0
  const delay = Math.min(FIRST_DELAY_MS * 2 ** doublings, LONGEST_DELAY_MS)
  return Math.max(0, attempts.lastAt + delay - now)
}

/** With one more attempt. */
export function withAttempt(counter: Counter, attempts: Attempts | undefined, now: number): Attempts {
  return { failures: levelAt(counter, attempts, now) + 1, lastAt: now }
}

/** Without one that was right, where others came after it. */
export function withoutAttempt({ failures, lastAt }: Attempts): Attempts {
  return { failures: Math.max(0, failures - 1), lastAt }
}

/** Longer than any counter takes to fade, so that those of a day count until the end of the next one at most. */
export const DAY_MS = 24 * 3_600_000

/** Days are counted from the epoch, in UTC. */
export function attemptDayOf(ms: number): number {
  return Math.floor(ms / DAY_MS)
}

/** The last day of whose counters none counts any more. */
export function lastForgottenDay(now: number): number {
  return attemptDayOf(now) - 2
}
