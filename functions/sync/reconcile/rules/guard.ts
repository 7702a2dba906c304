/**
 * A synchronisation that would make many items disappear is held until somebody has looked at it: an empty or shrunken
 * source is the most common way to lose everything.
 */
import { findExceeded, type Proportion } from '../../rules/guard.ts'
import type { Digest } from './item.ts'
import type { SideName } from './merge.ts'

/** Of the items that both sides know, in one run and direction. */
export type GuardPolicy = Pick<Proportion, 'share' | 'always'>

export const defaultGuard: GuardPolicy = { share: 0.1, always: 3 }

/** From 20 items on, more than half is always held, whatever the account allows. */
export function toProportion(policy: GuardPolicy): Proportion {
  return { ...policy, fewMayBeAll: true, ceiling: { from: 20, share: 0.5 } }
}

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
export function holdDisappearances(
  policy: GuardPolicy,
  { side, ids }: Disappearances,
  total: number,
  digest: Digest,
): Extract<Hold, { kind: 'disappearances' }> | undefined {
  const found = findExceeded([...new Set(ids)].sort(), total, toProportion(policy))
  if (found === undefined) return undefined
  return { kind: 'disappearances', side, ...found, digest: digest(JSON.stringify([side, found.ids])) }
}

export function holdIdentity(
  before: string | undefined,
  now: string,
  digest: Digest,
): Extract<Hold, { kind: 'identity' }> | undefined {
  if (before === undefined || before === now) return undefined
  return { kind: 'identity', before, now, digest: digest(JSON.stringify(['identity', before, now])) }
}
