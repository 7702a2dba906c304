/**
 * What a clock that once was wrong has left behind: times in a future in which they cannot be meant. They count as over,
 * so that nothing waits for them once the clock is right.
 */

/**
 * How long a worker owns a run without renewing. Shorter than the lock of the queue (30 s), so that a message that
 * comes again after its worker died finds the run free.
 */
export const LEASE_MS = 20_000
/** How far the clocks of hubs may be apart. */
export const SKEW_MS = 10_000

export interface Lease {
  readonly owner: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** Whether somebody holds it. A lease that ends later than any that is given now was given by a clock that was wrong. */
export function isLeased<L extends Lease>(lease: L | undefined, now: number): lease is L {
  return lease !== undefined && lease.until > now && lease.until <= now + LEASE_MS + SKEW_MS
}

/** Whether something that happened `at` is `ms` or longer ago, or cannot have happened yet. */
export function isPast(at: number, ms: number, now: number): boolean {
  return now - at >= ms || at > now + SKEW_MS
}

/**
 * The time that a schedule is due, when its row says `nextRun`: a time later than the first that comes from now on was
 * worked out by a clock that was ahead.
 * @param next the first time of the schedule after a time; undefined when there is none.
 */
export function plausibleNext(
  nextRun: number,
  next: (after: number) => number | undefined,
  now: number,
): number | undefined {
  // What was due a moment ahead may have been started already, and what is named is then the time after it.
  const latest = next(now + SKEW_MS)
  return latest !== undefined && nextRun > latest ? next(now) : nextRun
}
