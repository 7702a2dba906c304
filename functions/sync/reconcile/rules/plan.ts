import { takePart } from './conclude.ts'
import { decide } from './decide.ts'
import { printOf, valueIn } from './item.ts'
import { fail, look, toKept, toRemembered, withoutIntent } from './keep.ts'
import { type Exclusion, type Link, newLink } from './link.ts'
import { planCreate, planTake, planWrite } from './plan-write.ts'
import { type Reason, reasons } from './reasons.ts'
import { isFailedSame, type Situation } from './situation.ts'
import type { Loser, Planned, Planning } from './step.ts'

/** @param stamp different for each call */
export function plan(planning: Planning, situation: Situation, stamp: string): Planned {
  const { policy, digest } = planning
  const decision = decide(policy, { ...situation, failedSame: isFailedSame(situation, digest) })
  const { reason } = decision
  const { action } = reasons[reason]
  const none = { situation, action, reason, fields: [], losers: [] }
  const keep = (link: Link | undefined): Planned => ({
    ...none,
    step: { kind: 'keep', link: link && withoutIntent(link) },
  })
  const { link, inside, outside } = situation
  switch (action) {
    case 'nothing':
      if (link === undefined || isEmpty(situation)) return keep(undefined)
      return keep(look(reason === 'nothing-changed' ? withoutConflict(link) : link, situation, decision))
    case 'fail':
      return fail(situation, reason, undefined, digest)
    case 'forget':
      return keep(undefined)
    case 'remember':
      return keep(outside.kind === 'there' ? toRemembered(situation, outside.item) : link)
    case 'keepOutside':
      return keep(link?.outside === undefined ? undefined : toKept(link))
    case 'deactivate':
      return keep(
        look(
          { ...takePart(link ?? newLink(situation.id), []), active: false, excluded: toExclusion(reason) },
          situation,
          decision,
        ),
      )
    case 'flagDeletedExternally':
      return keep({
        ...takePart(link ?? newLink(situation.id), []),
        active: false,
        deletedExternally: true,
        ...(link?.outside === undefined ? {} : { outside: { ...link.outside, gone: true } }),
      })
    case 'conflict':
      return keep(look({ ...(link ?? newLink(situation.id)), conflict: [] }, situation, decision))
    case 'createOutside':
      return inside.kind === 'there'
        ? planCreate(situation, inside.item, decision, stamp, digest)
        : keep(link)
    case 'takeIn':
      return outside.kind === 'there' ? planTake(situation, outside.item, decision, stamp) : keep(link)
    case 'deleteOutside': {
      const outsideId = outside.kind === 'there' ? outside.item.id : link?.outside?.id
      if (link === undefined || outsideId === undefined) return keep(undefined)
      return {
        ...none,
        losers: toDeletedLosers(situation, link),
        step: {
          kind: 'delete',
          link: { ...takePart(link, []), intent: { kind: 'delete', stamp } },
          outsideId,
        },
      }
    }
    case 'reactivate':
      // Where the leading side's word counts for the whole item, it goes out with its next change.
      if (decision.overwrite && link !== undefined) return keep(look(takePart(link, []), situation, decision))
      return inside.kind === 'there'
        ? planWrite(planning, situation, inside.item, decision, stamp)
        : keep(link)
    case 'updateOutside':
    case 'updateInside':
    case 'merge':
    case 'adopt':
      return inside.kind === 'there'
        ? planWrite(planning, situation, inside.item, decision, stamp)
        : keep(link)
  }
}

/** Neither there nor known on either side. */
function isEmpty({ link, inside, outside }: Situation): boolean {
  return (
    inside.kind === 'gone' &&
    outside.kind !== 'there' &&
    link?.inside === undefined &&
    link?.outside === undefined
  )
}

/** What was in conflict is as it was agreed again. */
function withoutConflict({ conflict: _conflict, decision: _decision, ...link }: Link): Link {
  return link
}

function toExclusion(reason: Reason): Exclusion {
  return reason === 'private' || reason === 'series' ? reason : 'ineligible'
}

function toDeletedLosers({ outside }: Situation, link: Link): readonly Loser[] {
  if (outside.kind !== 'there') return []
  const { prints, fields } = outside.item
  return Object.keys(prints)
    .filter((name) => printOf(prints, name) !== printOf(link.outside?.prints ?? {}, name))
    .map((name) => ({ side: 'outside', name, value: valueIn(fields, name) }))
}
