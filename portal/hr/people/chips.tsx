import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  chip: {
    display: 'flex',
    alignItems: 'center',
    minHeight: '28px',
    paddingLeft: tokens.spacingHorizontalM,
    paddingRight: tokens.spacingHorizontalXS,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    overflowWrap: 'anywhere',
  },
  none: { margin: 0, color: tokens.colorNeutralForeground3 },
})

/** Short values, each with a button to take it out. */
export function Chips({
  label,
  none,
  items,
  removal,
}: {
  readonly label: string
  /** Said where there are none. */
  readonly none: string
  readonly items: readonly { readonly id: string; readonly text: string }[]
  readonly removal?: { readonly nameOf: (text: string) => string; readonly remove: (id: string) => void }
}) {
  const styles = useStyles()
  if (items.length === 0) return <p className={styles.none}>{none}</p>
  return (
    <ul className={styles.list} aria-label={label}>
      {items.map(({ id, text }) => (
        <li key={id} className={styles.chip}>
          {text}
          {removal !== undefined && (
            <Button
              appearance="subtle"
              size="small"
              icon={<Dismiss16Regular />}
              aria-label={removal.nameOf(text)}
              onClick={() => removal.remove(id)}
            />
          )}
        </li>
      ))}
    </ul>
  )
}
