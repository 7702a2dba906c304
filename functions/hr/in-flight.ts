export { inFlight } from '../sync/lanes.ts'

/** Calls to one Sage server at the same time: enough to hide the way there and back, few enough for its web server. */
export const SAGE_CALLS_IN_FLIGHT = 8
