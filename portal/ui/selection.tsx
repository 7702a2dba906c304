import { Checkbox } from '@fluentui/react-components'
import type { Column } from './data-table.tsx'

/** A column to choose rows by, with one box for all of them in its head. */
export function selectionColumn<T>({
  rows,
  keyOf,
  nameOf,
  selected,
  onSelect,
  all,
  canSelect = () => true,
}: {
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  /** What the box of a row is called. */
  readonly nameOf: (row: T) => string
  readonly selected: ReadonlySet<string>
  readonly onSelect: (selected: ReadonlySet<string>) => void
  /** What the box in the head is called. */
  readonly all: string
  /** Rows that nothing can be done with have no box. */
  readonly canSelect?: (row: T) => boolean
}): Column<T> {
  const offered = rows.filter(canSelect).map(keyOf)
  const chosen = offered.filter((key) => selected.has(key)).length
  const some = chosen > 0 && chosen < offered.length
  function toggle(keys: readonly string[], wanted: boolean): void {
    const next = new Set(selected)
    for (const key of keys) {
      if (wanted) next.add(key)
      else next.delete(key)
    }
    onSelect(next)
  }
  return {
    id: 'selection',
    title: all,
    width: 52,
    head: (
      <Checkbox
        aria-label={all}
        disabled={offered.length === 0}
        checked={some ? 'mixed' : chosen > 0}
        onChange={() => toggle(offered, chosen < offered.length)}
      />
    ),
    cell: (row) =>
      canSelect(row) && (
        <Checkbox
          aria-label={nameOf(row)}
          checked={selected.has(keyOf(row))}
          onChange={(_, { checked }) => toggle([keyOf(row)], checked === true)}
        />
      ),
  }
}
