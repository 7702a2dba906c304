import type { Condition } from './conditions.ts'
import type { OutsidePresence, Presence } from './decide.ts'
import { type Digest, type Fields, type Prints, toItemPrint } from './item.ts'
import type { Link } from './link.ts'

/** The inside item as it is now, and how the outside would say it. */
export interface InsideView {
  readonly version: string
  readonly fields: Fields
  readonly prints: Prints
  readonly conditions: readonly Condition[]
  readonly changedAt?: number | undefined
  /** In the outside's words; empty when it has none. */
  readonly wanted: Fields
  readonly wantedPrints: Prints
  /** The path of the field that the outside cannot say. */
  readonly refused?: string | undefined
}

export interface OutsideView {
  readonly id: string
  readonly version: string
  readonly fields: Fields
  readonly prints: Prints
  readonly conditions: readonly Condition[]
  readonly changedAt?: number | undefined
}

/** All there is to know about one item before it is decided. */
export interface Situation {
  readonly id: string
  readonly link: Link | undefined
  readonly inside: Presence<InsideView>
  readonly outside: OutsidePresence<OutsideView>
  readonly initial: boolean
}

/** Fingerprints of both items, to tell whether anything is different from when the link failed. */
export function toFailurePrints(
  { link, inside, outside }: Situation,
  digest: Digest,
): { readonly inside: string; readonly outside: string } {
  return {
    inside: inside.kind === 'gone' ? '' : printItem(inside.item.prints, inside.item.conditions, digest),
    outside:
      outside.kind === 'there'
        ? printItem(outside.item.prints, outside.item.conditions, digest)
        : outside.kind === 'gone'
          ? ''
          : (link?.failed?.outside ?? printItem(link?.outside?.prints ?? {}, [], digest)),
  }
}

function printItem(prints: Prints, conditions: readonly Condition[], digest: Digest): string {
  return toItemPrint({ ...prints, '': [...conditions].sort().join(' ') }, digest)
}

export function isFailedSame(situation: Situation, digest: Digest): boolean {
  const failed = situation.link?.failed
  if (failed === undefined) return false
  const now = toFailurePrints(situation, digest)
  return now.inside === failed.inside && now.outside === failed.outside
}
