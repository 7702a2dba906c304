/** Schedules that come every so many seconds, each subject at its own phase. Pure: all times in milliseconds since the epoch. */

/** A tick comes once a minute, so nothing can be due more often. */
export const MIN_INTERVAL_SECONDS = 60
/** Rarer than once a week is better said as a time of day. */
export const MAX_INTERVAL_SECONDS = 7 * 86_400

const HASHES = 2 ** 32

/** The phase of a subject within its interval: subjects in the order of their hashes are in the order of their phases. */
export function phaseOf(hash: number, everyMs: number): number {
  return Math.floor((hash / HASHES) * everyMs)
}

/**
 * The first time after `after` that lies at the phase. It depends on nothing that was before: a clock that was set forward
 * or back by years makes up for nothing and waits for no more than an interval.
 */
export function nextOfInterval(everyMs: number, phase: number, after: number): number {
  const passed = (((after - phase) % everyMs) + everyMs) % everyMs
  return after - passed + everyMs
}
