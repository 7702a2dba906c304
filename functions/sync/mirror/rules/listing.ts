/** What a reading of a source's list brought, with the rows that could not be understood kept apart. */

/** Entries of one list that a run takes up: what it reads and compares lies in memory, about 1 KiB each. */
export const MAX_LISTED = 200_000

/** Why a row counts for nothing. `value` is a short form of what stands in the field; undefined is nothing. */
export type RowProblem =
  | { readonly kind: 'field'; readonly field: string; readonly value: string | undefined }
  /** Listed more than once, with the same contents: the first counts. */
  | { readonly kind: 'repeated' }
  /** Listed more than once, with different contents: none of them counts. */
  | { readonly kind: 'ambiguous' }

export interface LeftOut<Item> {
  /** What the source knows it by; undefined when that is what cannot be understood. */
  readonly key: string | undefined
  /** What is known of it, for people. */
  readonly about: string
  /** The fields that could be understood. */
  readonly known: Partial<Item>
  readonly problem: RowProblem
}

/** One row of a source, understood or not. */
export type Reading<Item> =
  | { readonly kind: 'understood'; readonly key: string; readonly about: string; readonly item: Item }
  | ({ readonly kind: 'left-out' } & LeftOut<Item>)

export interface Listing<Item> {
  /** By what the source knows them by, in its order. */
  readonly items: ReadonlyMap<string, Item>
  readonly leftOut: readonly LeftOut<Item>[]
  /** Rows that came. */
  readonly count: number
}

/**
 * Sorts out what came more than once: a source that says two different things of one item says nothing of it.
 * @param same whether two items say the same
 */
export function toListing<Item>(
  readings: readonly Reading<Item>[],
  same: (a: Item, b: Item) => boolean,
): Listing<Item> {
  const items = new Map<string, Item>()
  const leftOut: LeftOut<Item>[] = []
  const ambiguous = new Set<string>()
  for (const reading of readings) {
    if (reading.kind === 'left-out') {
      const { kind: _, ...row } = reading
      leftOut.push(row)
      continue
    }
    const { key, about, item } = reading
    const before = items.get(key)
    if (before === undefined && !ambiguous.has(key)) {
      items.set(key, item)
      continue
    }
    const repeated = before !== undefined && same(before, item)
    leftOut.push({ key, about, known: item, problem: { kind: repeated ? 'repeated' : 'ambiguous' } })
    if (before === undefined || repeated) continue
    // The first one was taken for right until now.
    leftOut.push({ key, about, known: before, problem: { kind: 'ambiguous' } })
    items.delete(key)
    ambiguous.add(key)
  }
  return { items, leftOut, count: readings.length }
}
