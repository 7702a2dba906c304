/**
 * What a run that was cut, or a call without an answer, has left: an intent says what was about to be done, the sides
 * say what is there now. What was done is agreed as it was sent, not as it is found: a difference between the two is
 * somebody's newer change.
 */
import { type Prints, printOf } from './item.ts'
import { agree, type Intent, type Link } from './link.ts'

export interface Found {
  readonly prints: Prints
  /** The last write's stamp, from a side that keeps it. */
  readonly stamp?: string | undefined
}

export interface Findings {
  /** `deleted`: it was there once. */
  readonly inside: Found | 'deleted' | 'never'
  /** By the link's id, or by its mark for a creation. */
  readonly outside: (Found & { readonly id: string }) | 'gone'
}

/**
 * The link without its intent; a creation that is not found keeps it, because it may still arrive. Where it is not
 * certain which of several creations did, nothing is agreed, and the two items are joined as strangers.
 */
export function settle(link: Link, intent: Intent, { inside, outside }: Findings): Link {
  const { intent: _, ...rest } = link
  switch (intent.kind) {
    case 'create':
      if (outside === 'gone') return link
      return intent.unsure && outside.stamp !== intent.stamp ? rest : agree(rest, intent.transfer, outside.id)
    case 'take':
      // What is deleted now was made by this intent and deleted since, unless it had been deleted before.
      if (inside === 'never' || (inside === 'deleted' && intent.again)) return rest
      return agree(rest, intent.transfer, intent.outsideId)
    case 'delete':
      return rest
    case 'write': {
      let settled: Link = rest
      const { toOutside, toInside } = intent
      if (toOutside !== undefined && outside !== 'gone' && link.outside !== undefined) {
        const before = link.outside.prints
        if (wasWritten(before, toOutside.outside, outside, intent.stamp)) settled = agree(settled, toOutside)
      }
      if (toInside !== undefined && typeof inside !== 'string') {
        const before = link.inside?.prints ?? {}
        if (wasWritten(before, toInside.inside, inside, intent.stamp)) settled = agree(settled, toInside)
      }
      return settled
    }
  }
}

/**
 * A write is done whole or not at all, so one field that is now as it was sent, and was not before, tells. Where
 * every sent field has been changed again since, only a stamp can; without one the change counts as a conflict.
 */
function wasWritten(before: Prints, sent: Prints, found: Found, stamp: string): boolean {
  if (found.stamp === stamp) return true
  return Object.keys(sent).some((name) => {
    const print = printOf(sent, name)
    return printOf(found.prints, name) === print && printOf(before, name) !== print
  })
}
