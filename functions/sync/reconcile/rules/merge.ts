import { type Prints, printOf } from './item.ts'

/** Which way a field goes: a reminder only `out`, what an admin leaves out `none`. */
export type Direction = 'both' | 'out' | 'in' | 'none'

/** Who is right when both sides changed one field. */
export type Winner = 'inside' | 'outside' | 'ask'

export type SideName = 'inside' | 'outside'

export interface MergeInput {
  /** What the sides last agreed on, as each of them says it; nothing when they never did. */
  readonly base: { readonly inside: Prints; readonly outside: Prints }
  readonly inside: Prints
  /** What the inside item is when said in the outside's words: a server may know fewer values. */
  readonly wanted: Prints
  readonly outside: Prints
  readonly direction: (name: string) => Direction
  readonly winner: Winner
}

/** Names of fields. What is in none of the lists stays as it is on each side: unchanged, or not allowed to go that way. */
export interface Merge {
  readonly toOutside: readonly string[]
  readonly toInside: readonly string[]
  /** Changed on both sides to different values, with nobody to decide. */
  readonly conflicts: readonly string[]
  /** Values that are replaced although the other side has never had them: they go to the history. */
  readonly losers: readonly { readonly name: string; readonly side: SideName }[]
  /** Changed, and equal by themselves: agreed as they are now. */
  readonly settled: readonly string[]
}

/**
 * Field by field, three-way: a change on one side goes to the other, equal changes are no conflict, different changes
 * of one field are. Where the sides never agreed a field that only one of them has is a change there, so nothing that
 * is there is lost.
 */
export function mergeFields({ base, inside, wanted, outside, direction, winner }: MergeInput): Merge {
  const toOutside: string[] = []
  const toInside: string[] = []
  const conflicts: string[] = []
  const losers: { name: string; side: SideName }[] = []
  const settled: string[] = []
  const send = (name: string, replaced: boolean) => {
    toOutside.push(name)
    if (replaced && printOf(outside, name) !== '') losers.push({ name, side: 'outside' })
  }
  const take = (name: string, replaced: boolean) => {
    toInside.push(name)
    if (replaced && printOf(inside, name) !== '') losers.push({ name, side: 'inside' })
  }
  for (const name of Object.keys({ ...inside, ...wanted, ...outside, ...base.inside, ...base.outside })) {
    const insideNow = printOf(inside, name)
    const outsideNow = printOf(outside, name)
    const changedInside = insideNow !== printOf(base.inside, name)
    const changedOutside = outsideNow !== printOf(base.outside, name)
    if (!changedInside && !changedOutside) continue
    if (printOf(wanted, name) === outsideNow) {
      settled.push(name)
      continue
    }
    switch (direction(name)) {
      case 'none':
        break
      case 'out':
        if (changedInside) send(name, changedOutside)
        break
      case 'in':
        if (changedOutside) take(name, changedInside)
        break
      case 'both':
        if (!changedOutside) send(name, false)
        else if (!changedInside) take(name, false)
        else if (winner === 'inside') send(name, true)
        else if (winner === 'outside') take(name, true)
        else conflicts.push(name)
    }
  }
  return { toOutside, toInside, conflicts, losers, settled }
}

/** The leading side's word for the whole item: what differs outside is written over, whoever changed it. */
export function overwriteFields({
  base,
  inside,
  wanted,
  outside,
  direction,
}: Omit<MergeInput, 'winner'>): Merge {
  const toOutside: string[] = []
  const losers: { name: string; side: SideName }[] = []
  const settled: string[] = []
  for (const name of Object.keys({ ...inside, ...wanted, ...outside, ...base.inside, ...base.outside })) {
    const changedInside = printOf(inside, name) !== printOf(base.inside, name)
    const outsideNow = printOf(outside, name)
    const changedOutside = outsideNow !== printOf(base.outside, name)
    if (!changedInside && !changedOutside) continue
    if (printOf(wanted, name) === outsideNow) {
      settled.push(name)
      continue
    }
    const way = direction(name)
    if (way === 'none' || way === 'in') continue
    toOutside.push(name)
    if (changedOutside && outsideNow !== '') losers.push({ name, side: 'outside' })
  }
  return { toOutside, toInside: [], conflicts: [], losers, settled }
}
