import { type Applied, type Condition, effectOf, linkedEffects, unlinkedEffects } from './conditions.ts'
import { type Prints, printOf } from './item.ts'
import type { Link } from './link.ts'
import type { Direction, Winner } from './merge.ts'
import { type Cell, type Contest, contests, type Happened, type Mode, modes, overwrites } from './modes.ts'
import { type Reason, reasons } from './reasons.ts'

/** What an account has set. */
export interface Policy {
  readonly mode: Mode
  readonly conflict: 'leading' | 'newest' | 'ask'
  /** Switches of the directions: off, nothing is written outside, or nothing is taken in. */
  readonly export: boolean
  readonly import: boolean
  readonly series: 'sync' | 'exclude'
  /** Take in what lay outside before the account was set up. */
  readonly importExisting: boolean
  /** Fields that do not go both ways. */
  readonly fields: Readonly<Record<string, Direction>>
}

/** An item as it is now on one side. */
export interface Facts {
  readonly prints: Prints
  readonly conditions: readonly Condition[]
  /** Milliseconds since the epoch; absent when the side cannot tell. */
  readonly changedAt?: number | undefined
}

export type Presence<T extends Facts = Facts> =
  | { readonly kind: 'there'; readonly item: T }
  | { readonly kind: 'gone'; readonly at?: number | undefined }

/** `unread`: nothing was reported, so the item is as it was when both sides agreed. */
export type OutsidePresence<T extends Facts = Facts> = Presence<T> | { readonly kind: 'unread' }

export interface Known {
  readonly link: Link | undefined
  readonly inside: Presence
  readonly outside: OutsidePresence
  /** What is found outside now, and is not known, was there before the account was set up. */
  readonly initial: boolean
  /** Both items are as they were when the link failed. */
  readonly failedSame: boolean
}

export interface Decision {
  readonly reason: Reason
  readonly winner: Winner
  readonly direction: (name: string) => Direction
  /** The leading side's word for the whole item. */
  readonly overwrite: boolean
  /** The outside item no longer counts as the link's. */
  readonly outsideLost: boolean
}

/** Total: every combination leads to one reason, and that to one action. */
export function decide(policy: Policy, known: Known): Decision {
  const { link } = known
  const applied = applyConditions(policy, known)
  const direction = toDirection(policy, applied)
  const inside = insideHappened(known, direction)
  const outside = outsideHappened(policy, known, direction, applied)
  const winner = toWinner(policy, known)
  const reason = maskBySwitches(policy, applied, toReason(policy, known, applied, inside, outside, winner))
  return {
    reason,
    winner: applied.effect === 'inwards' ? 'outside' : winner,
    direction,
    overwrite: overwrites[policy.mode],
    outsideLost: link?.outside !== undefined && outside === 'deleted',
  }
}

function toReason(
  policy: Policy,
  known: Known,
  applied: Applied,
  inside: Happened,
  outside: Happened,
  winner: Winner,
): Reason {
  const { link, initial } = known
  const table = modes[policy.mode]
  const insideGone = inside === 'absent' || inside === 'deleted'
  const outsideGone = outside === 'absent' || outside === 'deleted'
  const returns =
    link !== undefined &&
    (link.deletedExternally || (link.excluded !== undefined && link.excluded !== 'existing'))

  if (returns && insideGone && outsideGone) return 'deleted-on-both'
  if (link?.deletedExternally === true && outsideGone) return 'flagged-before'
  if (link?.excluded === 'deleted-inside' && insideGone) return 'left-out'
  if (link?.excluded === 'undone' && outsideGone) return inside === 'unchanged' ? 'left-out' : 'made-again'
  if (returns && link.excluded !== undefined && link.excluded !== 'deleted-inside') {
    // Somebody has made it private, so it is theirs; what was only incomplete is deleted like any other.
    if (insideGone && link.excluded !== 'ineligible') return 'deleted-inside-only'
    // It took no part, so a change inside is none that was lost: the deletion is noted, and that is all.
    if (outside === 'deleted') return resolve(table.unchanged.deleted, winner)
    if (known.outside.kind === 'unread' && link.outside !== undefined) return 'left-out'
  }
  if (known.failedSame) return 'failed-before'
  if (known.inside.kind === 'there' && known.inside.item.conditions.includes('ineligible')) {
    return link?.active === false ? 'left-out' : 'ineligible'
  }
  const existed =
    initial && link === undefined && insideGone && policy.mode === 'full' && !policy.importExisting
  if (existed) return 'existed-before'
  switch (applied.effect) {
    case 'refuse':
      return insideGone && link?.inside !== undefined ? 'deleted-inside-only' : 'not-representable'
    case 'take-out':
      if (insideGone) return 'deleted-inside-only'
      return link?.active === false ? 'left-out' : toExclusionReason(applied.condition)
    case 'leave-out':
      return applied.condition === 'outside-window' ? 'outside-window' : 'left-out'
    case 'as-deleted':
    case 'inwards':
    case 'table':
  }
  const reason = resolve(table[inside][outside], winner)
  return returns && reasons[reason].action === 'nothing' ? 'takes-part-again' : reason
}

function resolve(cell: Cell, winner: Winner): Reason {
  return isContest(cell) ? contests[cell][winner] : cell
}

function isContest(cell: Cell): cell is Contest {
  return Object.hasOwn(contests, cell)
}

function toExclusionReason(condition: Condition | undefined): Reason {
  return condition === 'private' || condition === 'series' ? condition : 'ineligible'
}

/** A link may only remember that something is there outside. */
function isLinked({ link, inside }: Known): boolean {
  return inside.kind === 'there' || link?.inside !== undefined || link?.excluded === 'deleted-inside'
}

function applyConditions(policy: Policy, known: Known): Applied {
  if (known.outside.kind !== 'there') return { effect: 'table', condition: undefined }
  const conditions = known.outside.item.conditions.filter(
    (condition) => condition !== 'series' || policy.series === 'exclude',
  )
  return effectOf(isLinked(known) ? linkedEffects : unlinkedEffects, policy.mode, conditions)
}

const narrowed: Readonly<Record<'out' | 'in', Readonly<Record<Direction, Direction>>>> = {
  out: { both: 'out', out: 'out', in: 'none', none: 'none' },
  in: { both: 'in', out: 'none', in: 'in', none: 'none' },
}

function toDirection(policy: Policy, applied: Applied): (name: string) => Direction {
  const limits: ('out' | 'in')[] = []
  if (overwrites[policy.mode] || !policy.import) limits.push('out')
  if (!policy.export || applied.effect === 'inwards') limits.push('in')
  return (name) =>
    limits.reduce<Direction>(
      (direction, limit) => narrowed[limit][direction],
      Object.hasOwn(policy.fields, name) ? (policy.fields[name] ?? 'both') : 'both',
    )
}

function differs(now: Prints, then: Prints, counts: (name: string) => boolean): boolean {
  return (
    Object.keys(now).some((name) => now[name] !== printOf(then, name) && counts(name)) ||
    Object.keys(then).some((name) => printOf(now, name) === '' && counts(name))
  )
}

function insideHappened({ link, inside }: Known, direction: (name: string) => Direction): Happened {
  const base = link?.inside
  if (base === undefined) return inside.kind === 'there' ? 'created' : 'absent'
  if (inside.kind === 'gone') return 'deleted'
  const goesOut = (name: string) => direction(name) === 'both' || direction(name) === 'out'
  return differs(inside.item.prints, base.prints, goesOut) ? 'changed' : 'unchanged'
}

function outsideHappened(
  policy: Policy,
  { link, outside }: Known,
  direction: (name: string) => Direction,
  applied: Applied,
): Happened {
  const base = link?.outside
  if (base === undefined) {
    return outside.kind === 'there' && applied.effect !== 'as-deleted' ? 'created' : 'absent'
  }
  if (outside.kind === 'gone' || applied.effect === 'as-deleted') return 'deleted'
  if (outside.kind === 'unread') return base.gone === true ? 'deleted' : 'unchanged'
  // Where the leading side writes over everything, whatever differs counts as changed, though it does not come in.
  const comesIn = (name: string) =>
    direction(name) === 'both' || direction(name) === 'in' || overwrites[policy.mode]
  return differs(outside.item.prints, base.prints, comesIn) ? 'changed' : 'unchanged'
}

function toWinner(policy: Policy, { link, inside, outside }: Known): Winner {
  if (link?.decision !== undefined) return link.decision
  if (policy.conflict === 'ask') return 'ask'
  if (policy.conflict === 'leading') return 'inside'
  // Outside, nobody says when something was deleted: it was noticed just now, later than any change inside.
  if (outside.kind === 'gone') return 'outside'
  const insideAt = inside.kind === 'there' ? inside.item.changedAt : inside.at
  const outsideAt = outside.kind === 'there' ? outside.item.changedAt : undefined
  return insideAt !== undefined && outsideAt !== undefined && outsideAt > insideAt ? 'outside' : 'inside'
}

function maskBySwitches(policy: Policy, applied: Applied, reason: Reason): Reason {
  switch (reasons[reason].action) {
    case 'createOutside':
      return policy.export ? reason : 'export-off'
    case 'updateOutside':
      return applied.effect === 'inwards' ? 'meeting' : policy.export ? reason : 'export-off'
    case 'deleteOutside':
      if (applied.effect === 'inwards') return 'deleted-inside-only'
      return policy.export ? reason : 'deleted-inside-only'
    case 'takeIn':
    case 'updateInside':
    case 'flagDeletedExternally':
      return policy.import || policy.mode === 'contacts' ? reason : 'import-off'
    default:
      return reason
  }
}
