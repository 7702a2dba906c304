/**
 * A synchronisation that would make many items disappear is held until somebody has looked at it: an empty or shrunken
 * source is the most common way to lose everything.
 */
import type { Digest } from './item.ts'
import type { SideName } from './merge.ts'

export interface GuardPolicy {
  /** Share of the known items, 0 to 1, that may disappear in one run and direction. */
  readonly share: number
  /** So many may always disappear. */
  readonly always: number
}

export const defaultGuard: GuardPolicy = { share: 0.1, always: 3 }

/** From this number on, more than half is always held, whatever the account allows. */
const MANY = 20

export interface Disappearances {
  /** Where the items are no longer there. */
  readonly side: SideName
  readonly ids: readonly string[]
}

export type Hold =
  | {
      readonly kind: 'disappearances'
      readonly side: SideName
      readonly count: number
      readonly limit: number
      readonly total: number
      /** Of exactly these items; a release or a rejection names it. */
      readonly digest: string
      readonly ids: readonly string[]
    }
  /** The outside is another folder or mailbox than before. */
  | { readonly kind: 'identity'; readonly before: string; readonly now: string; readonly digest: string }

/** @param total items that both sides know and that take part */
export function disappearanceLimit(policy: GuardPolicy, total: number): number {
  const allowed = Math.max(policy.always, Math.floor(total * policy.share))
  const notAll = total > policy.always ? Math.min(allowed, total - 1) : allowed
  return total >= MANY ? Math.min(notAll, Math.floor(total / 2)) : notAll
}

export function holdDisappearances(
  policy: GuardPolicy,
  disappearances: Disappearances,
  total: number,
  digest: Digest,
): Extract<Hold, { kind: 'disappearances' }> | undefined {
  const { side } = disappearances
  const ids = [...new Set(disappearances.ids)].sort()
  const limit = disappearanceLimit(policy, total)
  if (ids.length <= limit) return undefined
  return {
    kind: 'disappearances',
    side,
    count: ids.length,
    limit,
    total,
    digest: digest(JSON.stringify([side, ids])),
    ids,
  }
}

export function holdIdentity(
  before: string | undefined,
  now: string,
  digest: Digest,
): Extract<Hold, { kind: 'identity' }> | undefined {
  if (before === undefined || before === now) return undefined
  return { kind: 'identity', before, now, digest: digest(JSON.stringify(['identity', before, now])) }
}
