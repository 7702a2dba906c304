import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXL} 0`,
    color: tokens.colorNeutralForeground2,
  },
  text: { margin: 0, maxWidth: '64ch' },
})

/** Nothing there: why, and what to do about it. */
export function EmptyState({ text, action }: { readonly text: string; readonly action?: ReactNode }) {
  const styles = useStyles()
  return (
    <div className={styles.root}>
      <p className={styles.text}>{text}</p>
      {action}
    </div>
  )
}
