/** How long runs, their logs and their changes are kept. */
export const RETENTION_DAYS = 90

/** Runs that the end of one run of the same job deletes at most: more than come in, little enough not to be felt. */
export const PRUNED_AT_ONCE = 10

/** Runs that were queued before this time, in milliseconds since the epoch, are too old. */
export function retainedSince(now: number): number {
  return now - RETENTION_DAYS * 24 * 3_600_000
}
