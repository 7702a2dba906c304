/** Taking back what a run did to rows (F4), decided before anything is written. */

/** What a run recorded about one row. */
export interface RecordedChange<T> {
  readonly id: string
  /** Undefined: the run created it. */
  readonly before: T | undefined
  /** Fingerprint of the row as the run wrote it. */
  readonly after: string
}

export type UndoStep<T> =
  | { readonly kind: 'restore'; readonly id: string; readonly to: T }
  | { readonly kind: 'remove'; readonly id: string }
  /** Changed after the run. */
  | { readonly kind: 'keep'; readonly id: string }

export interface UndoPlan<T> {
  readonly steps: readonly UndoStep<T>[]
  /** Rows that are already as before the run. */
  readonly unchanged: number
}

/**
 * @param changes newest first. A row may occur several times: what a run records and then fails to write, or is
 * interrupted over, it records again.
 * @param print fingerprint of a row; undefined is no row.
 */
export function planUndo<T>(
  changes: readonly RecordedChange<T>[],
  current: (id: string) => T | undefined,
  print: (row: T | undefined) => string,
): UndoPlan<T> {
  const steps: UndoStep<T>[] = []
  let unchanged = 0
  for (const [id, own] of Map.groupBy(changes, (change) => change.id)) {
    let row = current(id)
    let reached: 'elsewhere' | 'before' | 'changed' = 'elsewhere'
    for (const { before, after } of own) {
      const now = print(row)
      if (now === after) {
        row = before
        reached = 'changed'
      } else if (now === print(before) && reached === 'elsewhere') reached = 'before'
    }
    if (reached === 'before') unchanged += 1
    else if (reached === 'elsewhere') steps.push({ kind: 'keep', id })
    else if (row === undefined) steps.push({ kind: 'remove', id })
    else steps.push({ kind: 'restore', id, to: row })
  }
  return { steps, unchanged }
}
