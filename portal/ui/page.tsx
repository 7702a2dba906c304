import { makeStyles, Spinner, tokens } from '@fluentui/react-components'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { Link } from './link.tsx'
import { ProblemBar } from './problem-bar.tsx'

const useStyles = makeStyles({
  root: {
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXXL} ${tokens.spacingVerticalXXXL}`,
    maxWidth: '1320px',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    '@media (max-width: 767px)': { padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalL}` },
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: tokens.spacingHorizontalL },
  words: { flex: '1 1 320px', minWidth: 0 },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    outlineStyle: 'none',
    overflowWrap: 'anywhere',
  },
  lead: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
    color: tokens.colorNeutralForeground2,
    maxWidth: '72ch',
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
})

/** The frame of a page: its title in heading and tab, the way back, a sentence about it, what can be done, its content. */
export function Page({
  title,
  back,
  lead,
  actions,
  children,
}: {
  readonly title: string
  /** The page above this one. */
  readonly back?: { readonly to: string; readonly text: string }
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  const { t } = useTranslation('common')
  const styles = useStyles()
  const heading = useRef<HTMLHeadingElement>(null)
  const { key } = useLocation()
  useEffect(() => {
    document.title = `${title} – Steg`
  }, [title])
  useEffect(() => {
    // Whoever came here by a link hears or sees where they are; the first page leaves the focus to the browser.
    if (key !== 'default') heading.current?.focus()
  }, [key])
  return (
    <div className={styles.root}>
      <div className={styles.head}>
        <div className={styles.words}>
          {back !== undefined && (
            <nav aria-label={t('back')}>
              <Link to={back.to}>{back.text}</Link>
            </nav>
          )}
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            {title}
          </h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  )
}

interface Loadable<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly refetch: () => unknown
}

/** What was read, as soon as it is there; before that a spinner, instead of it what went wrong. */
export function Loaded<T>({
  query,
  children,
}: {
  readonly query: Loadable<T>
  readonly children: (data: T) => ReactNode
}) {
  const { t } = useTranslation('common')
  if (query.data !== undefined) {
    return (
      <>
        {query.error !== null && <ProblemBar error={query.error} onRetry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    )
  }
  if (query.error !== null) return <ProblemBar error={query.error} onRetry={() => void query.refetch()} />
  return <Spinner label={t('loading')} delay={300} />
}
