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
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { columnsToFold } from './fit-columns.ts'

export interface Column<T> {
  readonly id: string
  readonly title: string
  readonly cell: (row: T) => ReactNode
  /** Fixed width in CSS pixels; columns without one share what is left. */
  readonly width?: number
  /** For a column without fixed width: the least in which it can be read. */
  readonly min?: number
  /** Where there is no room for all columns, the one of greatest rank is folded first; without a rank it stays. */
  readonly rank?: number
  /** Folded columns are shown below this one; the first with a title when none says so. */
  readonly main?: true
  /** For the column of buttons: its title is only read out. */
  readonly titleHidden?: boolean
  /** Shown in the head instead of the title. */
  readonly head?: ReactNode
}

/** Room for a long word of German. */
const MIN_WIDTH = 160

const useStyles = makeStyles({
  frame: {
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    overflowX: 'auto',
    '& th:first-child, & td:first-child': { paddingLeft: tokens.spacingHorizontalL },
    '& th:last-child, & td:last-child': { paddingRight: tokens.spacingHorizontalL },
  },
  head: {
    boxSizing: 'border-box',
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
  },
  cell: {
    paddingTop: tokens.spacingVerticalSNudge,
    paddingBottom: tokens.spacingVerticalSNudge,
    overflowWrap: 'anywhere',
  },
  hidden: { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' },
  last: { borderBottomStyle: 'none' },
  facts: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalM}`,
    margin: `${tokens.spacingVerticalXXS} 0 0`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    '& > div': {
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'baseline',
      columnGap: tokens.spacingHorizontalXS,
      maxWidth: '100%',
    },
    '& dt': { color: tokens.colorNeutralForeground3 },
    '& dd': { margin: 0, minWidth: 0 },
    // What stands below in a column stands beside here.
    '& dd > span': { display: 'inline', marginLeft: tokens.spacingHorizontalXS },
  },
})

/** Rows and columns, as a table that screen readers know as one. Whatever the width, nothing is left out. */
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
  const [frame, width] = useWidth()
  const spaces = columns.map(({ id, width, min = MIN_WIDTH, rank }) => ({ id, min: width ?? min, rank }))
  const foldedIds = columnsToFold(spaces, width)
  const shown = columns.filter(({ id }) => !foldedIds.has(id))
  const folded = columns.filter(({ id }) => foldedIds.has(id))
  const main =
    shown.find((column) => column.main) ?? shown.find(({ titleHidden, head }) => !titleHidden && !head)
  return (
    <div className={styles.frame} ref={frame}>
      <Table aria-label={label}>
        <TableHeader>
          <TableRow>
            {shown.map(({ id, title, width, titleHidden, head }) => (
              <TableHeaderCell
                key={id}
                className={styles.head}
                style={width === undefined ? {} : { width: `${width}px` }}
              >
                {head ?? <span className={titleHidden ? styles.hidden : undefined}>{title}</span>}
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row, index) => (
            <TableRow key={keyOf(row)} className={index === rows.length - 1 ? styles.last : undefined}>
              {shown.map((column) => (
                <TableCell key={column.id} className={styles.cell}>
                  {column.cell(row)}
                  {column === main && <Facts columns={folded} row={row} />}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  )
}

/** What the columns say for which there is no room. */
function Facts<T>({ columns, row }: { readonly columns: readonly Column<T>[]; readonly row: T }) {
  const styles = useStyles()
  const facts = columns
    .map(({ id, title, titleHidden = false, cell }) => ({ id, title, titleHidden, content: cell(row) }))
    .filter(({ content }) => !isEmpty(content))
  if (facts.length === 0) return null
  return (
    <dl className={styles.facts}>
      {facts.map(({ id, title, titleHidden, content }) => (
        <div key={id}>
          <dt className={mergeClasses(titleHidden && styles.hidden)}>{title}:</dt>
          <dd>{content}</dd>
        </div>
      ))}
    </dl>
  )
}

const isEmpty = (content: ReactNode) => content === null || content === false || content === ''

/** The width that an element has, before it is painted and whenever it changes; endless as long as it has none. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return
    const measure = () => setWidth(current.clientWidth || Number.POSITIVE_INFINITY)
    const observer = new ResizeObserver(measure)
    measure()
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return [element, width] as const
}
