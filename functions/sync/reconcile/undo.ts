import { toBatches } from './load.ts'
import type { Sides } from './perform.ts'
import type { InsideItem, LinkStore, OutsideItem } from './port.ts'
import { type Fields, pickFields, toPrints } from './rules/item.ts'
import { type Link, toMark } from './rules/link.ts'
import { type ItemChange, planSideUndo, type SideChange, type SideUndo, toUndoneLink } from './rules/undo.ts'

export interface UndoCounts {
  readonly restored: number
  readonly removed: number
  /** Changed since, or the side cannot take it back. */
  readonly kept: number
  readonly unchanged: number
}

export interface UndoInput {
  readonly sides: Sides
  readonly links: LinkStore
  readonly newStamp: () => string
  readonly dryRun: boolean
  readonly signal?: AbortSignal
  readonly report: (report: { readonly id: string; readonly result: keyof UndoCounts }) => void
}

const BATCH = 50

/**
 * Makes both sides as they were before a run, except what was changed since and meetings. Safe to repeat: what is
 * undone is found unchanged.
 * @param changes of the run, oldest first
 */
export async function undoRun(input: UndoInput, changes: readonly ItemChange[]): Promise<UndoCounts> {
  const counts = { restored: 0, removed: 0, kept: 0, unchanged: 0 }
  const items = [...Map.groupBy(changes, ({ id }) => id)]
  for (const batch of toBatches(items, BATCH)) {
    const ids = batch.map(([id]) => id)
    const stored = new Map((await input.links.get(ids)).map((row) => [row.link.id, row]))
    const inside = new Map<string, InsideItem>()
    for (const item of await input.sides.inside.get(ids)) if (!('deleted' in item)) inside.set(item.id, item)
    const outside = await readOutside(
      input.sides,
      [...stored.values()].map(({ link }) => link),
    )
    for (const [id, own] of batch) {
      input.signal?.throwIfAborted()
      const row = stored.get(id)
      const result = await undoItem(input, {
        id,
        changes: own.flatMap((each) => each.changes),
        link: row?.link,
        etag: row?.etag,
        inside: inside.get(id),
        outside: outside.get(row?.link.outside?.id ?? ''),
      })
      counts[result] += 1
      input.report({ id, result })
    }
  }
  return counts
}

async function readOutside(sides: Sides, links: readonly Link[]): Promise<Map<string, OutsideItem>> {
  const ids = links.flatMap(({ outside }) => outside?.id ?? [])
  const items = new Map<string, OutsideItem>()
  for (const batch of toBatches(ids, sides.outside.capabilities.batch)) {
    for (const item of await sides.outside.get(batch)) items.set(item.id, item)
  }
  return items
}

interface Item {
  readonly id: string
  readonly changes: readonly SideChange[]
  readonly link: Link | undefined
  readonly etag: string | undefined
  readonly inside: InsideItem | undefined
  readonly outside: OutsideItem | undefined
}

async function undoItem(input: UndoInput, item: Item): Promise<keyof UndoCounts> {
  const { sides, links, dryRun } = input
  const { id, inside, outside, link, etag } = item
  const plan = (side: 'inside' | 'outside', now: Fields | undefined) =>
    planSideUndo(
      item.changes.filter((change) => change.side === side),
      now,
      sides.digest,
    )
  const inwards = plan('inside', inside?.fields)
  const outwards = plan('outside', outside?.fields)
  const result = toResult(inwards, outwards)
  const meeting = outside?.conditions.includes('meeting') === true && outwards.kind !== 'none'
  const unable = inwards.kind === 'remove' && sides.inside.remove === undefined
  if (result === 'kept' || meeting || unable) return 'kept'
  if (result === 'unchanged' || dryRun) return result
  const insideThen = toThen(inwards, inside?.fields)
  const outsideThen = toThen(outwards, outside?.fields)
  const undone = toUndoneLink(
    id,
    link,
    insideThen,
    outsideThen && { id: outside?.id, fields: outsideThen },
    sides.digest,
  )
  // Kept first: a run that comes after an interruption here finds a change, and no difference to carry on with.
  const [kept] =
    undone === undefined && etag === undefined ? [] : await links.save([{ id, link: undone, etag }], [])
  const made = await writeOutside(input, item, outwards, undone)
  const done = made !== undefined && (await writeInside(input, item, inwards))
  if (!done) {
    await links.save([{ id, link, etag: kept }], [])
    return 'kept'
  }
  if (undone !== undefined && made !== outside?.id && outsideThen !== undefined) {
    const base = { id: made, prints: toPrints(outsideThen, sides.digest) }
    await links.save([{ id, link: { ...undone, outside: base }, etag: kept }], [])
  }
  return result
}

function toResult(inside: SideUndo, outside: SideUndo): keyof UndoCounts {
  const kinds = [inside.kind, outside.kind]
  if (kinds.includes('keep')) return 'kept'
  if (kinds.includes('restore')) return 'restored'
  return kinds.includes('remove') ? 'removed' : 'unchanged'
}

function toThen(undo: SideUndo, now: Fields | undefined): Fields | undefined {
  if (undo.kind === 'remove') return undefined
  return undo.kind === 'restore' ? undo.fields : now
}

/** @returns the outside id then, empty when there is none; undefined when somebody was faster or it was refused */
async function writeOutside(
  { sides, newStamp }: UndoInput,
  { id, outside }: Item,
  undo: SideUndo,
  link: Link | undefined,
): Promise<string | undefined> {
  if (undo.kind === 'remove' && outside !== undefined) {
    const { kind } = await sides.outside.delete(outside.id, outside.version)
    return kind === 'done' ? '' : undefined
  }
  if (undo.kind !== 'restore') return outside?.id ?? ''
  if (outside === undefined) {
    const mark = toMark(id, link?.generation ?? 0)
    const outcome = await sides.outside.create(mark, undo.fields, newStamp())
    return outcome.kind === 'created' ? outcome.id : undefined
  }
  const set = toSet(outside.fields, undo.fields)
  const { kind } = await sides.outside.put(outside.id, { set, version: outside.version, stamp: newStamp() })
  return kind === 'written' ? outside.id : undefined
}

async function writeInside(
  { sides, newStamp }: UndoInput,
  { id, inside }: Item,
  undo: SideUndo,
): Promise<boolean> {
  if (inside === undefined || undo.kind === 'none' || undo.kind === 'keep') return true
  if (undo.kind === 'remove') {
    const outcome = await sides.inside.remove?.(id, inside.version)
    return outcome?.kind === 'done'
  }
  const set = toSet(inside.fields, undo.fields)
  const { kind } = await sides.inside.put(id, { set, version: inside.version, stamp: newStamp() })
  return kind === 'written'
}

function toSet(now: Fields, then: Fields): Fields {
  return pickFields(then, Object.keys({ ...now, ...then }))
}
