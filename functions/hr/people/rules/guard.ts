import type { PeoplePlan } from './plan.ts'

/** Share of the active people that one run may deactivate without approval, and the number that is always allowed. */
const SHARE = 0.1
const ALWAYS = 3

/** Never all of them: a source that comes back empty is the most common way to lose everything. */
export function deactivationLimit(active: number): number {
  return Math.max(0, Math.min(Math.max(ALWAYS, Math.floor(active * SHARE)), active - 1))
}

export interface Held {
  readonly count: number
  readonly limit: number
  readonly total: number
  /** Who it is about. An approval is for exactly these. */
  readonly ids: readonly string[]
}

/**
 * Counts who would become inactive, whether Sage no longer lists the person or lists it as inactive; who was inactive
 * before does not count.
 * @returns undefined when the plan may be executed
 */
export function heldBy(plan: PeoplePlan, active: number): Held | undefined {
  const ids = plan.actions.filter((action) => action.kind !== 'create' && action.ends).map(({ id }) => id)
  const limit = deactivationLimit(active)
  return ids.length > limit ? { count: ids.length, limit, total: active, ids } : undefined
}
