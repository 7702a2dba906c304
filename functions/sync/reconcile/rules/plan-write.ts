/** What is written to a side, with the intent that is kept before. */
import { takePart } from './conclude.ts'
import type { Decision } from './decide.ts'
import { type Digest, pickFields, printOf, samePrints, valueIn, withFields } from './item.ts'
import { fail, noteNow, withoutIntent } from './keep.ts'
import { agree, newLink, type Transfer, toMark, toTransfer } from './link.ts'
import { type Merge, mergeFields, overwriteFields } from './merge.ts'
import { type Action, type Reason, reasons } from './reasons.ts'
import type { InsideView, OutsideView, Situation } from './situation.ts'
import type { Planned, Planning } from './step.ts'

export function planCreate(
  situation: Situation,
  item: InsideView,
  decision: Decision,
  stamp: string,
  digest: Digest,
): Planned {
  if (item.refused !== undefined) return fail(situation, 'not-representable', item.refused, digest)
  const before = situation.link ?? newLink(situation.id)
  const names = Object.keys({ ...item.prints, ...item.wantedPrints }).filter((name) => {
    const direction = decision.direction(name)
    return direction === 'both' || direction === 'out'
  })
  const transfer = toTransfer(names, item.prints, item.wantedPrints)
  // A creation that may still be under way goes on under its mark; after a deletion outside the item gets another one.
  const generation = before.generation + (before.outside === undefined ? 0 : 1)
  const { outside: _outside, inside: _inside, ...rest } = takePart(before, [])
  const earlier = before.intent?.kind === 'create' && before.outside === undefined ? before.intent : undefined
  const unsure =
    earlier !== undefined && (earlier.unsure || !samePrints(earlier.transfer.outside, transfer.outside))
  return {
    situation,
    action: 'createOutside',
    reason: decision.reason,
    fields: names,
    losers: [],
    step: {
      kind: 'create',
      link: { ...rest, generation, intent: { kind: 'create', stamp, transfer, unsure } },
      mark: toMark(before.id, generation),
      fields: withFields({}, pickFields(item.wanted, names)),
      transfer,
    },
  }
}

export function planTake(
  situation: Situation,
  item: OutsideView,
  decision: Decision,
  stamp: string,
): Planned {
  const { inside: base, ...rest } = takePart(situation.link ?? newLink(situation.id), [])
  // Also those that were there when something was agreed, and are not any more.
  const known = { ...item.prints, ...base?.prints, ...rest.outside?.prints }
  const names = Object.keys(known).filter((name) => {
    const direction = decision.direction(name)
    return direction === 'both' || direction === 'in'
  })
  const transfer = toTransfer(names, item.prints, item.prints)
  const again = base !== undefined
  return {
    situation,
    action: 'takeIn',
    reason: decision.reason,
    fields: names,
    losers: [],
    step: {
      kind: 'take',
      link: {
        ...rest,
        ...(again ? { inside: base } : {}),
        intent: { kind: 'take', stamp, outsideId: item.id, transfer, again },
      },
      fields: withFields({}, pickFields(item.fields, names)),
      outsideId: item.id,
      transfer,
      again,
    },
  }
}

const EMPTY = { inside: {}, outside: {} }

export function planWrite(
  { digest, keepReplaced }: Planning,
  situation: Situation,
  item: InsideView,
  decision: Decision,
  stamp: string,
): Planned {
  if (item.refused !== undefined) return fail(situation, 'not-representable', item.refused, digest)
  const { link: before, outside } = situation
  const known = before ?? newLink(situation.id)
  // Only where both were agreed there is something to compare with.
  const base =
    known.inside === undefined || known.outside === undefined
      ? EMPTY
      : { inside: known.inside.prints, outside: known.outside.prints }
  const there = outside.kind === 'there' ? outside.item : undefined
  const outsidePrints = there?.prints ?? base.outside
  const input = {
    base,
    inside: item.prints,
    wanted: item.wantedPrints,
    outside: outsidePrints,
    direction: decision.direction,
  }
  const merge = decision.overwrite
    ? overwriteFields(input)
    : mergeFields({ ...input, winner: decision.winner })
  const replaced = keepReplaced ? merge.toInside.filter((name) => printOf(item.prints, name) !== '') : []
  const linked = base === EMPTY ? { ...known, inside: { prints: {} }, outside: undefined } : known
  const outsideId = there?.id ?? known.outside?.id
  const settled = takePart(
    agree(linked, toTransfer(merge.settled, item.prints, outsidePrints), outsideId),
    merge.conflicts,
  )
  const reason = refine(decision.reason, merge)
  const common = {
    situation,
    action: toWriteAction(decision.reason, merge),
    reason,
    fields: [...merge.toOutside, ...merge.toInside, ...merge.conflicts],
    losers: [
      ...merge.losers.map(({ name, side }) => ({
        side,
        name,
        value: valueIn(side === 'inside' ? item.fields : (there?.fields ?? {}), name),
      })),
      ...replaced.map((name) => ({ side: 'inside' as const, name, value: valueIn(item.fields, name) })),
    ],
  }
  if (merge.toOutside.length === 0 && merge.toInside.length === 0) {
    return { ...common, step: { kind: 'keep', link: withoutIntent(noteNow(settled, situation)) } }
  }
  const toOutside =
    merge.toOutside.length === 0
      ? undefined
      : {
          ...toTransfer(merge.toOutside, item.prints, item.wantedPrints),
          set: pickFields(item.wanted, merge.toOutside),
        }
  const toInside =
    merge.toInside.length === 0
      ? undefined
      : {
          ...toTransfer(merge.toInside, outsidePrints, outsidePrints),
          set: pickFields(there?.fields ?? {}, merge.toInside),
        }
  return {
    ...common,
    step: {
      kind: 'write',
      link: { ...settled, intent: { kind: 'write', stamp, ...toIntents(toOutside, toInside) } },
      toOutside,
      toInside,
    },
  }
}

function toIntents(toOutside: Transfer | undefined, toInside: Transfer | undefined) {
  const pick = ({ inside, outside }: Transfer): Transfer => ({ inside, outside })
  return {
    ...(toOutside === undefined ? {} : { toOutside: pick(toOutside) }),
    ...(toInside === undefined ? {} : { toInside: pick(toInside) }),
  }
}

function refine(reason: Reason, merge: Merge): Reason {
  if (merge.toOutside.length > 0 || merge.toInside.length > 0) return reason
  if (merge.conflicts.length > 0) return 'undecided'
  const { action } = reasons[reason]
  return action === 'adopt' || action === 'reactivate' ? reason : 'nothing-changed'
}

function toWriteAction(reason: Reason, merge: Merge): Action {
  const { action } = reasons[reason]
  if (action === 'adopt' || action === 'reactivate') return action
  if (merge.toOutside.length > 0) return merge.toInside.length > 0 ? 'merge' : 'updateOutside'
  if (merge.toInside.length > 0) return 'updateInside'
  return merge.conflicts.length > 0 ? 'conflict' : 'nothing'
}
