import { type Prints, pickPrints, withPrints } from './item.ts'
import type { Reason } from './reasons.ts'

/** What the sides last agreed on about one side's item. */
export interface Base {
  /** Of exactly the content that `prints` tell: what has it is unchanged, and may be written without reading it first. */
  readonly version?: string | undefined
  /** Of a content that was looked at and left as it is: what has it is not looked at again, but read before a write. */
  readonly seen?: string | undefined
  readonly prints: Prints
}

/** Why an item takes no part, though it is known. */
export type Exclusion =
  | 'existing'
  | 'private'
  | 'series'
  | 'ineligible'
  | 'deleted-inside'
  /** Its creation outside was taken back; the next change inside makes it again. */
  | 'undone'

/** Fields on their way: what they were on the side they come from, and what they will be on the other. */
export interface Transfer {
  readonly inside: Prints
  readonly outside: Prints
}

/**
 * Written down before anything is done to a side, so that whoever finds it after a cut run can tell what happened.
 * `stamp` is different for each; a side that can keep it beside the item tells for certain.
 */
export type Intent =
  | {
      readonly kind: 'create'
      readonly stamp: string
      readonly transfer: Transfer
      /** An earlier creation under this mark may still arrive, and it was sent other values. */
      readonly unsure: boolean
    }
  | {
      readonly kind: 'take'
      readonly stamp: string
      readonly outsideId: string
      readonly transfer: Transfer
      /** It was deleted inside and is made again. */
      readonly again: boolean
    }
  | {
      readonly kind: 'write'
      readonly stamp: string
      readonly toOutside?: Transfer
      readonly toInside?: Transfer
    }
  | { readonly kind: 'delete'; readonly stamp: string }

/** One item of the pair, kept between runs. */
export interface Link {
  /** The inside item's; for what exists outside only, the id it would get inside. */
  readonly id: string
  /** Rises when an item is made outside again: servers remember the names of what was deleted. */
  readonly generation: number
  readonly inside?: Base | undefined
  /** `gone`: it was deleted there, and that is known. */
  readonly outside?: (Base & { readonly id: string; readonly gone?: boolean }) | undefined
  /** "Sync active". */
  readonly active: boolean
  readonly deletedExternally: boolean
  readonly excluded?: Exclusion | undefined
  /** Refused for good; tried again when either side is no longer as it was then (fingerprints of the items). */
  readonly failed?: Failure | undefined
  /** Fields changed on both sides that somebody has to decide. */
  readonly conflict?: readonly string[] | undefined
  /** That decision; holds until the item has been planned with it. */
  readonly decision?: 'inside' | 'outside' | undefined
  readonly intent?: Intent | undefined
}

export interface Failure {
  readonly reason: Reason
  /** From the side: a code or the path of the field. */
  readonly detail?: string | undefined
  readonly inside: string
  readonly outside: string
}

export function newLink(id: string): Link {
  return { id, generation: 0, active: true, deletedExternally: false }
}

const NOTHING: Base = { prints: {} }

/** Both bases with the transferred fields agreed; which version that is has to be found out. */
export function agree(link: Link, { inside, outside }: Transfer, outsideId?: string): Link {
  const before = link.outside ?? NOTHING
  const id = outsideId ?? link.outside?.id
  return {
    ...link,
    inside: { prints: withPrints((link.inside ?? NOTHING).prints, inside) },
    ...(id === undefined ? {} : { outside: { id, prints: withPrints(before.prints, outside) } }),
  }
}

export function toTransfer(names: readonly string[], inside: Prints, outside: Prints): Transfer {
  return { inside: pickPrints(inside, names), outside: pickPrints(outside, names) }
}

/** The mark that an item made outside carries; a server's name for it is made from this. */
export function toMark(id: string, generation: number): string {
  return `${id}~${generation}`
}

export function parseMark(mark: string): { readonly id: string; readonly generation: number } | undefined {
  const match = /^(.+)~(\d+)$/s.exec(mark)
  return match?.[1] === undefined ? undefined : { id: match[1], generation: Number(match[2]) }
}
