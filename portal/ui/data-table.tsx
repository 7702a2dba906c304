import {
  makeStyles,
  mergeClasses,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components'
import type { ReactNode } from 'react'

export interface Column<T> {
  readonly id: string
  readonly title: string
  readonly cell: (row: T) => ReactNode
  /** CSS width; columns without one share what is left. */
  readonly width?: string
  /** Left out on a phone. */
  readonly wideOnly?: boolean
  /** For the column of buttons: its title is only read out. */
  readonly titleHidden?: boolean
  /** Shown in the head instead of the title. */
  readonly head?: ReactNode
}

const useStyles = makeStyles({
  frame: {
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    overflowX: 'auto',
    '& th:first-child, & td:first-child': { paddingLeft: tokens.spacingHorizontalL },
    '& th:last-child, & td:last-child': { paddingRight: tokens.spacingHorizontalL },
  },
  head: { fontWeight: tokens.fontWeightSemibold, color: tokens.colorNeutralForeground2 },
  cell: {
    paddingTop: tokens.spacingVerticalSNudge,
    paddingBottom: tokens.spacingVerticalSNudge,
    overflowWrap: 'anywhere',
  },
  wideOnly: { '@media (max-width: 767px)': { display: 'none' } },
  hidden: { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' },
  last: { borderBottomStyle: 'none' },
})

/** Rows and columns, as a table that screen readers know as one. */
export function DataTable<T>({
  label,
  columns,
  rows,
  keyOf,
}: {
  /** What the table is a list of. */
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
}) {
  const styles = useStyles()
  return (
    <div className={styles.frame}>
      <Table aria-label={label}>
        <TableHeader>
          <TableRow>
            {columns.map(({ id, title, width, wideOnly, titleHidden, head }) => (
              <TableHeaderCell
                key={id}
                className={mergeClasses(styles.head, wideOnly && styles.wideOnly)}
                style={width === undefined ? {} : { width }}
              >
                {head ?? <span className={titleHidden ? styles.hidden : undefined}>{title}</span>}
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row, index) => (
            <TableRow key={keyOf(row)} className={index === rows.length - 1 ? styles.last : undefined}>
              {columns.map(({ id, cell, wideOnly }) => (
                <TableCell key={id} className={mergeClasses(styles.cell, wideOnly && styles.wideOnly)}>
                  {cell(row)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  )
}
