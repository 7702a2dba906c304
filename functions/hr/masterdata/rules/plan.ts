/**
 * What a synchronisation of a keyed list does, decided before anything is written: Sage leads; what disappeared is
 * deactivated, never deleted, so that records that name it stay readable.
 */

export type FieldValue = string | number | boolean
export type Fields = Readonly<Record<string, FieldValue>>

export interface ListEntry {
  /** The number that Sage knows it by. */
  readonly id: number
  readonly fields: Fields
}

export interface KnownEntry extends ListEntry {
  /** Set while Sage does not list it. */
  readonly gone: boolean
}

export type ListAction =
  | { readonly kind: 'create'; readonly id: number; readonly fields: Fields }
  | {
      readonly kind: 'update'
      readonly id: number
      readonly fields: Fields
      /** Names of the fields that differ, in order; `gone` when it came back. */
      readonly changed: readonly string[]
    }
  | { readonly kind: 'deactivate'; readonly id: number; readonly fields: Fields }

export interface ListPlan {
  readonly actions: readonly ListAction[]
  readonly unchanged: number
}

export function planList(listed: readonly ListEntry[], known: readonly KnownEntry[]): ListPlan {
  const knownById = new Map(known.map((entry) => [entry.id, entry]))
  const actions: ListAction[] = []
  let unchanged = 0
  for (const { id, fields } of listed) {
    const before = knownById.get(id)
    knownById.delete(id)
    if (before === undefined) {
      actions.push({ kind: 'create', id, fields })
      continue
    }
    const changed = changedFields(before, fields)
    if (changed.length === 0) unchanged += 1
    else actions.push({ kind: 'update', id, fields, changed })
  }
  for (const { id, fields, gone } of knownById.values()) {
    if (gone) unchanged += 1
    else actions.push({ kind: 'deactivate', id, fields })
  }
  return { actions, unchanged }
}

/** Only what a second reading does not show either is taken for gone; an empty one proves nothing at all. */
export function confirmGone(plan: ListPlan, second: readonly ListEntry[]): ListPlan {
  const present = new Set(second.map(({ id }) => id))
  const actions = plan.actions.filter(
    (action) => action.kind !== 'deactivate' || (present.size > 0 && !present.has(action.id)),
  )
  return { actions, unchanged: plan.unchanged + plan.actions.length - actions.length }
}

export function countsOf(plan: ListPlan) {
  const counts = { create: 0, update: 0, deactivate: 0, unchanged: plan.unchanged }
  for (const action of plan.actions) counts[action.kind] += 1
  return counts
}

function changedFields(before: KnownEntry, fields: Fields): readonly string[] {
  const names = new Set([...Object.keys(before.fields), ...Object.keys(fields)])
  const changed = [...names].filter((name) => before.fields[name] !== fields[name]).sort()
  return before.gone ? [...changed, 'gone'] : changed
}
