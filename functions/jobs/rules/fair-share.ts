/**
 * Who may take a place when places are few. A place that hangs is no less taken, so what one tenant may have shrinks with
 * what is left: with the first place each tenant gets one, with more it may have as many as half of what is free then.
 * So of n tenants that take all they get none has more than its share, and some places stay free: 5 of 16 for five
 * tenants, 3 for ten.
 */

/** Sessions of one queue that an instance works on at the same time: `maxConcurrentSessions` in host.json. */
export const SESSIONS = 16

/** @param own places of the tenant. @param taken places of all, with its own. */
export function mayTake(own: number, taken: number, places = SESSIONS): boolean {
  return own === 0 || own + 1 <= (places - taken) / 2
}
