/** What is only kept: links as they are after nothing was done to a side, and why. */
import { noteVersions, takePart } from './conclude.ts'
import type { Decision } from './decide.ts'
import type { Digest } from './item.ts'
import { type Link, newLink } from './link.ts'
import type { Reason } from './reasons.ts'
import { type OutsideView, type Situation, toFailurePrints } from './situation.ts'
import type { Planned } from './step.ts'

export function fail(
  situation: Situation,
  reason: Reason,
  detail: string | undefined,
  digest: Digest,
): Planned {
  const { outside } = situation
  const { intent: _, ...link } = situation.link ?? newLink(situation.id)
  const prints = toFailurePrints(situation, digest)
  // What is only outside is known from now on, so that the same content is not tried again.
  const known: Link =
    link.outside === undefined && link.inside === undefined && outside.kind === 'there'
      ? { ...link, outside: { id: outside.item.id, prints: outside.item.prints } }
      : link
  const failed: Link = {
    ...known,
    failed: { reason, ...(detail === undefined ? {} : { detail }), ...prints },
  }
  return {
    situation,
    action: 'fail',
    reason,
    detail,
    fields: [],
    losers: [],
    step: { kind: 'keep', link: noteNow(failed, situation) },
  }
}

export function noteNow(link: Link, { inside, outside }: Situation): Link {
  return noteVersions(
    link,
    inside.kind === 'there' ? inside.item : undefined,
    outside.kind === 'there' ? outside.item : undefined,
  )
}

/** A creation that may still arrive is found by its mark then. */
export function withoutIntent({ intent: _, ...link }: Link): Link {
  return link
}

/** Nothing is done, but what was looked at is noted, so that it is not looked at again. */
export function look(link: Link, situation: Situation, { outsideLost }: Decision): Link {
  const { outside } = situation
  // The link's own item, which arrived late: known from now on, though nothing was ever agreed.
  const found =
    link.outside === undefined && outside.kind === 'there'
      ? { ...link, outside: { id: outside.item.id, prints: {} } }
      : link
  const noted = noteNow(found, situation)
  return outsideLost && noted.outside !== undefined
    ? { ...noted, outside: { ...noted.outside, gone: true } }
    : noted
}

export function toRemembered(situation: Situation, item: OutsideView): Link {
  return noteNow(
    {
      ...newLink(situation.id),
      active: false,
      excluded: 'existing',
      outside: { id: item.id, prints: item.prints },
    },
    situation,
  )
}

export function toKept(link: Link): Link {
  const { inside: _, ...rest } = takePart(link, [])
  return { ...rest, active: false, excluded: 'deleted-inside' }
}
