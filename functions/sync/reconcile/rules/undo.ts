/**
 * Taking back what a run did to one item, decided before anything is written. What somebody has changed since stays.
 * Afterwards both sides are agreed as they are then: a run does not do again what was taken back, until a side changes.
 */
import { type Digest, type Fields, type Prints, samePrints, toPrints, withPrints } from './item.ts'
import { type Base, type Link, newLink } from './link.ts'
import type { SideName } from './merge.ts'
import type { Planned } from './step.ts'

/** What a run did to an item on one side; null: it was, or is then, not there. */
export interface SideChange {
  readonly side: SideName
  readonly before: Fields | null
  readonly after: Prints | null
}

/** Kept before the sides are touched; an item that was planned anew in one run has several, in their order. */
export interface ItemChange {
  readonly id: string
  readonly changes: readonly SideChange[]
}

export function toItemChange({ situation, step }: Planned): ItemChange | undefined {
  const { id, inside, outside } = situation
  const outsideNow = outside.kind === 'there' ? outside.item : undefined
  switch (step.kind) {
    case 'keep':
      return undefined
    case 'create':
      return {
        id,
        changes: [{ side: 'outside', before: null, after: withPrints({}, step.transfer.outside) }],
      }
    case 'take':
      return { id, changes: [{ side: 'inside', before: null, after: withPrints({}, step.transfer.inside) }] }
    case 'delete':
      return { id, changes: [{ side: 'outside', before: outsideNow?.fields ?? null, after: null }] }
    case 'write': {
      const changes: SideChange[] = []
      if (step.toOutside !== undefined && outsideNow !== undefined) {
        const after = withPrints(outsideNow.prints, step.toOutside.outside)
        changes.push({ side: 'outside', before: outsideNow.fields, after })
      }
      if (step.toInside !== undefined && inside.kind === 'there') {
        const after = withPrints(inside.item.prints, step.toInside.inside)
        changes.push({ side: 'inside', before: inside.item.fields, after })
      }
      return { id, changes }
    }
  }
}

export type SideUndo =
  | { readonly kind: 'none' }
  /** Changed since, or nothing was done there. */
  | { readonly kind: 'keep' }
  | { readonly kind: 'restore'; readonly fields: Fields }
  | { readonly kind: 'remove' }

/** @param now undefined: not there */
export function planSideUndo(
  changes: readonly SideChange[],
  now: Fields | undefined,
  digest: Digest,
): SideUndo {
  if (changes.length === 0) return { kind: 'none' }
  const print = (fields: Fields | null | undefined) => (fields ? toPrints(fields, digest) : null)
  let reached = print(now)
  let target: Fields | null | undefined
  for (const { before, after } of changes.toReversed()) {
    if (!sameState(reached, after)) continue
    target = before
    reached = print(before)
  }
  if (target === undefined) {
    // What was written down and then not done is as before already.
    return changes.some(({ before }) => sameState(reached, print(before)))
      ? { kind: 'none' }
      : { kind: 'keep' }
  }
  if (target === null) return now === undefined ? { kind: 'none' } : { kind: 'remove' }
  return { kind: 'restore', fields: target }
}

function sameState(a: Prints | null, b: Prints | null): boolean {
  return a === null || b === null ? a === b : samePrints(a, b)
}

/** The link as it is when both sides are as they will be then. */
export function toUndoneLink(
  id: string,
  link: Link | undefined,
  inside: Fields | undefined,
  outside: { readonly id: string | undefined; readonly fields: Fields } | undefined,
  digest: Digest,
): Link | undefined {
  if (inside === undefined && outside === undefined) return undefined
  const generation = link?.generation ?? 0
  const base = (fields: Fields): Base => ({ prints: toPrints(fields, digest) })
  if (outside === undefined) {
    return {
      ...newLink(id),
      generation,
      active: false,
      excluded: 'undone',
      ...(inside === undefined ? {} : { inside: base(inside) }),
      // Its id stays, so that it is found again when this was interrupted before it was removed.
      ...(link?.outside === undefined ? {} : { outside: { ...link.outside, gone: true } }),
    }
  }
  const known = outside.id === undefined ? {} : { outside: { id: outside.id, ...base(outside.fields) } }
  if (inside === undefined) {
    // Taken in before: it lies outside as if it had been there always. Deleted outside before: it stays there again.
    const excluded = link?.inside === undefined ? 'deleted-inside' : 'existing'
    const next = outside.id === undefined ? generation + 1 : generation
    return { ...newLink(id), generation: next, active: false, excluded, ...known }
  }
  return { ...newLink(id), generation, inside: base(inside), ...known }
}
