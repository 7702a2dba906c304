import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  column: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL, minWidth: 0 },
  padded: { padding: tokens.spacingVerticalXXL },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  end: { justifyContent: 'flex-end' },
  section: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingVerticalL,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    minWidth: 0,
  },
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(260px, 100%), 1fr))',
    alignItems: 'start',
    gap: tokens.spacingHorizontalL,
    maxWidth: '720px',
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
})

/** One below the other. */
export function Column({ children, padded }: { readonly children: ReactNode; readonly padded?: boolean }) {
  const styles = useStyles()
  return <div className={mergeClasses(styles.column, padded && styles.padded)}>{children}</div>
}

/** Side by side, wrapping where there is no room. */
export function Row({ children, end }: { readonly children: ReactNode; readonly end?: boolean }) {
  const styles = useStyles()
  return <div className={mergeClasses(styles.row, end && styles.end)}>{children}</div>
}

/** The fields of a form, side by side where there is room. */
export function Fields({ children }: { readonly children: ReactNode }) {
  const styles = useStyles()
  return <div className={styles.fields}>{children}</div>
}

/** A part of a page with a frame and a heading of its own. */
export function Section({
  title,
  actions,
  children,
}: {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  const styles = useStyles()
  return (
    <section className={styles.section} aria-label={title}>
      <div className={styles.row}>
        <h2 className={styles.title} style={{ flexGrow: 1 }}>
          {title}
        </h2>
        {actions}
      </div>
      {children}
    </section>
  )
}
