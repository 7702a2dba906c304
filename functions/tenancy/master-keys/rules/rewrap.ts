/**
 * For so long nothing may have been wrapped by another key before a pass over all tenants counts: longer than a write of
 * a new tenant can take, and than the clocks of two hubs differ.
 */
export const QUIET_MS = 10 * 60_000
/** How long a pass that could not re-wrap every tenant rests before the next one. */
export const REST_MS = 60 * 60_000

/** A master key that has wrapped something. Times are in milliseconds since the epoch. */
export interface UsedKey {
  readonly id: string
  readonly state: 'in-use' | 'retired'
  /** When it last wrapped, to the minute; 0 when that is not known, because it was before anybody kept it. */
  readonly lastUsedAt: number
}

/** One look at every tenant, in parts. */
export interface Pass {
  readonly startedAt: number
  /** The tenant to go on with; absent at the beginning and at the end. */
  readonly next?: string | undefined
  readonly looked: number
  readonly rewrapped: number
  readonly failed: number
  readonly finishedAt?: number | undefined
}

export type Step =
  /** Every data key is wrapped by the current master key. */
  | { readonly kind: 'settled' }
  /** Another key was in use a moment ago, or a pass that failed rests. */
  | { readonly kind: 'wait'; readonly until: number; readonly why: 'in-use' | 'failed' }
  | { readonly kind: 'look'; readonly pass: Pass }
  /** No tenant needs these keys any more. */
  | { readonly kind: 'retire'; readonly ids: readonly string[] }

/**
 * What to do next so that nothing is wrapped by any key but the current one. A pass that began after the last use of the
 * other keys has seen every tenant that they wrapped.
 */
export function nextStep(
  keys: readonly UsedKey[],
  current: string,
  pass: Pass | undefined,
  now: number,
): Step {
  const others = keys.filter(({ id, state }) => id !== current && state === 'in-use')
  if (others.length === 0) return { kind: 'settled' }
  const quietFrom = Math.max(...others.map(({ lastUsedAt }) => lastUsedAt + QUIET_MS))
  if (now < quietFrom) return { kind: 'wait', until: quietFrom, why: 'in-use' }
  if (pass === undefined || pass.startedAt < quietFrom) return { kind: 'look', pass: newPass(now) }
  if (pass.finishedAt === undefined) return { kind: 'look', pass }
  if (pass.failed === 0) return { kind: 'retire', ids: others.map(({ id }) => id) }
  const until = pass.finishedAt + REST_MS
  return now < until ? { kind: 'wait', until, why: 'failed' } : { kind: 'look', pass: newPass(now) }
}

function newPass(now: number): Pass {
  return { startedAt: now, looked: 0, rewrapped: 0, failed: 0 }
}
