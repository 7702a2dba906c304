import { makeStyles, tokens } from '@fluentui/react-components'
import { type ReactNode, useEffect } from 'react'

const useStyles = makeStyles({
  root: {
    height: '100%',
    overflowY: 'auto',
    display: 'grid',
    placeItems: 'center',
    padding: tokens.spacingVerticalL,
    boxSizing: 'border-box',
  },
  card: {
    width: 'min(400px, 100%)',
    boxSizing: 'border-box',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingVerticalXXXL,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow8,
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase600, lineHeight: tokens.lineHeightBase600 },
})

/** The frame of a page for those who are not signed in. */
export function OpenPage({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles()
  useEffect(() => {
    document.title = `${title} – Steg`
  }, [title])
  return (
    <main className={styles.root}>
      <div className={styles.card}>
        <h1 className={styles.title}>{title}</h1>
        {children}
      </div>
    </main>
  )
}
