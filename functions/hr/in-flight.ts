import { inLanes } from '../sync/lanes.ts'

/** Calls to one Sage server at the same time: enough to hide the way there and back, few enough for its web server. */
export const SAGE_CALLS_IN_FLIGHT = 8

/** Works on all items, at most `width` at a time; see `inLanes`. */
export function inFlight<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  return inLanes(items, { width }, work)
}
