import { noteVersions, takePart } from './conclude.ts'
import { type Decision, decide, type Policy } from './decide.ts'
import { type Digest, type Fields, type Json, pickFields, printOf, samePrints } from './item.ts'
import { agree, type Exclusion, type Link, newLink, type Transfer, toMark, toTransfer } from './link.ts'
import { type Merge, mergeFields, overwriteFields, type SideName } from './merge.ts'
import { type Action, type Reason, reasons } from './reasons.ts'
import {
  type InsideView,
  isFailedSame,
  type OutsideView,
  type Situation,
  toFailurePrints,
} from './situation.ts'

export interface Loser {
  readonly side: SideName
  readonly name: string
  readonly value: Json
}

/** What is to be done, decided before anything is written. `link` is what is kept before the side is touched. */
export type Step =
  /** `link` undefined: it is forgotten. */
  | { readonly kind: 'keep'; readonly link: Link | undefined }
  | {
      readonly kind: 'create'
      readonly link: Link
      readonly mark: string
      readonly fields: Fields
      readonly transfer: Transfer
    }
  | {
      readonly kind: 'take'
      readonly link: Link
      readonly fields: Fields
      readonly outsideId: string
      readonly transfer: Transfer
      readonly again: boolean
    }
  | {
      readonly kind: 'write'
      readonly link: Link
      readonly conflicts: readonly string[]
      readonly toOutside: (Transfer & { readonly set: Fields }) | undefined
      readonly toInside: (Transfer & { readonly set: Fields }) | undefined
    }
  | { readonly kind: 'delete'; readonly link: Link; readonly outsideId: string }

export interface Planned {
  readonly situation: Situation
  readonly action: Action
  readonly reason: Reason
  /** Of a failure: a code or the path of a field. */
  readonly detail?: string | undefined
  /** Names of the fields that are written, or wait for a decision. */
  readonly fields: readonly string[]
  readonly losers: readonly Loser[]
  readonly step: Step
}

export interface Planning {
  readonly policy: Policy
  readonly digest: Digest
  /**
   * The server may store other values than it was sent and not say so, so a change there may be its own doing: what is
   * replaced inside is always kept in the history.
   */
  readonly keepReplaced: boolean
}

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
      return keep(isEmpty(situation) ? undefined : link && look(link, situation, decision))
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
    case 'deleteOutside':
      return link?.outside === undefined
        ? keep(undefined)
        : {
            ...none,
            losers: toDeletedLosers(situation, link),
            step: {
              kind: 'delete',
              link: { ...takePart(link, []), intent: { kind: 'delete', stamp } },
              outsideId: link.outside.id,
            },
          }
    case 'updateOutside':
    case 'updateInside':
    case 'merge':
    case 'adopt':
    case 'reactivate':
      return inside.kind === 'there'
        ? planWrite(planning, situation, inside.item, decision, stamp)
        : keep(link)
  }
}

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

function noteNow(link: Link, { inside, outside }: Situation): Link {
  return noteVersions(
    link,
    inside.kind === 'there' ? inside.item : undefined,
    outside.kind === 'there' ? outside.item : undefined,
  )
}

/** A creation that may still arrive is found by its mark then. */
function withoutIntent({ intent: _, ...link }: Link): Link {
  return link
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

/** Nothing is done, but what was looked at is noted, so that it is not looked at again. */
function look(link: Link, situation: Situation, { outsideLost }: Decision): Link {
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

function toRemembered(situation: Situation, item: OutsideView): Link {
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

function toExclusion(reason: Reason): Exclusion {
  return reason === 'private' || reason === 'series' ? reason : 'ineligible'
}

function toDeletedLosers({ outside }: Situation, link: Link): readonly Loser[] {
  if (outside.kind !== 'there') return []
  const { prints, fields } = outside.item
  return Object.keys(prints)
    .filter((name) => printOf(prints, name) !== printOf(link.outside?.prints ?? {}, name))
    .map((name) => ({ side: 'outside', name, value: toValue(fields, name) }))
}

function planCreate(
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
      fields: pickFields(item.wanted, names),
      transfer,
    },
  }
}

function planTake(situation: Situation, item: OutsideView, decision: Decision, stamp: string): Planned {
  const { inside: base, ...rest } = takePart(situation.link ?? newLink(situation.id), [])
  const names = Object.keys(item.prints).filter((name) => {
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
      fields: pickFields(item.fields, names),
      outsideId: item.id,
      transfer,
      again,
    },
  }
}

const EMPTY = { inside: {}, outside: {} }

function planWrite(
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
        value: toValue(side === 'inside' ? item.fields : (there?.fields ?? {}), name),
      })),
      ...replaced.map((name) => ({ side: 'inside' as const, name, value: toValue(item.fields, name) })),
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
      conflicts: merge.conflicts,
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

function toValue(fields: Fields, name: string): Json {
  return Object.hasOwn(fields, name) ? (fields[name] ?? null) : null
}
