/** What a column asks for, in CSS pixels with its padding. */
export interface ColumnSpace {
  readonly id: string
  /** The least in which it can be read; a column of fixed width says just that. */
  readonly min: number
  /** Order of importance: the greatest goes first. Columns without one stay whatever the width. */
  readonly rank?: number | undefined
}

/**
 * The columns that do not fit beside the others into `width`; what they say is shown below the main column of a row.
 * Columns go in order of importance, so that a wider table never shows less.
 */
export function columnsToFold(columns: readonly ColumnSpace[], width: number): ReadonlySet<string> {
  const folded = new Set<string>()
  let needed = columns.reduce((sum, { min }) => sum + min, 0)
  const going = columns.filter(({ rank }) => rank !== undefined).sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0))
  for (const { id, min } of going) {
    if (needed <= width) break
    folded.add(id)
    needed -= min
  }
  return folded
}
