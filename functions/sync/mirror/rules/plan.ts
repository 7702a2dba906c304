import type { LeftOut, Listing } from './listing.ts'

/**
 * What a synchronisation of a list does, decided before anything is written: the source leads its own fields; what it no
 * longer lists is deactivated, never deleted.
 */

/** When more rows than this cannot be told apart, each could be anything: comparing all with all would take too long. */
const COMPARED_NAMELESS = 100

/** How items of the source and rows of the hub compare; pure. */
export interface MirrorRules<Item, Row> {
  /** Key of the row from what the source knows the item by; undefined when no row can have it. */
  keyOf(sourceKey: string): string | undefined
  /** Names of the source's fields in which they differ, as the log shows them. */
  changed(item: Item, row: Row): readonly string[]
  /** Whether the row says that the source no longer lists it. */
  isGone(row: Row): boolean
  /** How the log names that an item came back. */
  readonly goneField: string
  /** Whether the row counts as active, and whether it would with what the item says. */
  isActive(row: Row): boolean
  becomesActive(item: Item): boolean
  /** Whether a row whose key cannot be understood could be this one, by what is known of it. When in doubt, yes. */
  couldBe(known: Partial<Item>, row: Row): boolean
}

/** `ends`: something active becomes inactive; this is what a guard counts. */
export type MirrorAction<Item> =
  | { readonly kind: 'create'; readonly key: string; readonly item: Item }
  | {
      /** `reactivate`: the source lists it again. */
      readonly kind: 'update' | 'reactivate'
      readonly key: string
      readonly item: Item
      readonly changed: readonly string[]
      readonly ends: boolean
    }
  | { readonly kind: 'deactivate'; readonly key: string; readonly ends: boolean }

export interface MirrorPlan<Item> {
  readonly actions: readonly MirrorAction<Item>[]
  readonly unchanged: number
  /** Rows that are missing in the source, or are one of those that cannot be told apart: left alone. */
  readonly putOff: number
}

export function planMirror<Item, Row>(
  listing: Listing<Item>,
  known: ReadonlyMap<string, Row>,
  rules: MirrorRules<Item, Row>,
): MirrorPlan<Item> {
  const actions: MirrorAction<Item>[] = []
  let unchanged = 0
  let putOff = 0
  const present = presentIn(listing, rules)
  for (const [key, item] of present.items) {
    const action = actionFor(key, item, known.get(key), rules)
    if (action === undefined) unchanged += 1
    else actions.push(action)
  }
  for (const [key, row] of known) {
    if (present.shows(key)) continue
    const action = actionForMissing(key, row, rules)
    if (action === undefined) unchanged += 1
    else if (present.couldBe(row)) putOff += 1
    else actions.push(action)
  }
  return { actions, unchanged, putOff }
}

/** What an item means for its row; undefined when the row says all of it. */
function actionFor<Item, Row>(
  key: string,
  item: Item,
  row: Row | undefined,
  rules: MirrorRules<Item, Row>,
): MirrorAction<Item> | undefined {
  if (row === undefined) return { kind: 'create', key, item }
  const changed = rules.changed(item, row)
  const ends = rules.isActive(row) && !rules.becomesActive(item)
  if (rules.isGone(row)) {
    return { kind: 'reactivate', key, item, changed: [...changed, rules.goneField], ends }
  }
  return changed.length === 0 ? undefined : { kind: 'update', key, item, changed, ends }
}

/** What it means for a row that the source does not list it. */
function actionForMissing<Item, Row>(
  key: string,
  row: Row,
  rules: MirrorRules<Item, Row>,
): MirrorAction<Item> | undefined {
  return rules.isGone(row) ? undefined : { kind: 'deactivate', key, ends: rules.isActive(row) }
}

/** The same action for what the row is now, when somebody else has changed it meanwhile. */
export function replan<Item, Row>(
  action: MirrorAction<Item>,
  row: Row | undefined,
  rules: MirrorRules<Item, Row>,
): MirrorAction<Item> | undefined {
  if (action.kind !== 'deactivate') return actionFor(action.key, action.item, row, rules)
  return row === undefined ? undefined : actionForMissing(action.key, row, rules)
}

/**
 * A row is taken for gone only when a second reading does not show it either: the answer of a server under load is not a
 * reason to lock people out.
 * @param emptyProves whether a second reading without any row says that everything is gone
 */
export function confirmGone<Item, Row>(
  plan: MirrorPlan<Item>,
  second: Listing<Item>,
  known: ReadonlyMap<string, Row>,
  rules: MirrorRules<Item, Row>,
  emptyProves: boolean,
): MirrorPlan<Item> {
  const present = presentIn(second, rules)
  let { unchanged, putOff } = plan
  const actions = plan.actions.filter((action) => {
    if (action.kind !== 'deactivate') return true
    const row = known.get(action.key)
    if (row !== undefined && present.couldBe(row)) {
      putOff += 1
      return false
    }
    const gone = !present.shows(action.key) && (second.count > 0 || emptyProves)
    if (!gone) unchanged += 1
    return gone
  })
  return { actions, unchanged, putOff }
}

/** Counts as a run reports them: what came back was changed. */
export function countsOf<Item>({ actions, unchanged }: MirrorPlan<Item>) {
  const counts = { create: 0, update: 0, deactivate: 0, unchanged }
  for (const { kind } of actions) counts[kind === 'reactivate' ? 'update' : kind] += 1
  return counts
}

/** What a reading shows in any form, also rows that were left out. Items are by the keys of their rows. */
function presentIn<Item, Row>({ items, leftOut }: Listing<Item>, rules: MirrorRules<Item, Row>) {
  const byKey = new Map<string, Item>()
  for (const [sourceKey, item] of items) {
    const key = rules.keyOf(sourceKey)
    if (key !== undefined) byKey.set(key, item)
  }
  const spared = new Set<string>()
  const nameless: LeftOut<Item>[] = []
  for (const row of leftOut) {
    const key = row.key === undefined ? undefined : rules.keyOf(row.key)
    if (row.key === undefined) nameless.push(row)
    else if (key !== undefined) spared.add(key)
  }
  return {
    items: byKey,
    shows: (key: string) => byKey.has(key) || spared.has(key),
    couldBe: (row: Row) =>
      nameless.length > COMPARED_NAMELESS || nameless.some(({ known }) => rules.couldBe(known, row)),
  }
}
