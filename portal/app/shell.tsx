import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, Outlet, useLocation, useNavigation } from 'react-router'
import { LiveProvider } from '../api/live.tsx'
import { useSessionState } from '../api/session.tsx'
import { Column } from '../ui/layout.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'
import { Header } from './header.tsx'
import { NavigationList } from './navigation-list.tsx'
import { topics } from './products.ts'
import { Splash } from './splash.tsx'

const KEPT_AS = 'steg.navigation'
const PHONE = '@media (max-width: 767px)'

/** Only phones need it. */
const NavigationDrawer = lazy(async () => ({
  default: (await import('./navigation-drawer.tsx')).NavigationDrawer,
}))

/** Dialogs and menus need it, the first page does not. */
const FocusGuard = lazy(async () => ({ default: (await import('./focus-guard.tsx')).FocusGuard }))

const useStyles = makeStyles({
  root: {
    height: '100%',
    display: 'grid',
    gridTemplateRows: '48px minmax(0, 1fr)',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    gridTemplateAreas: '"header header" "navigation main"',
  },
  skip: {
    position: 'absolute',
    left: tokens.spacingHorizontalM,
    top: '-60px',
    zIndex: 1000,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForegroundLink,
    borderRadius: tokens.borderRadiusMedium,
    boxShadow: tokens.shadow16,
    ':focus': { top: tokens.spacingVerticalXS },
  },
  navigation: {
    gridArea: 'navigation',
    overflowY: 'auto',
    width: '232px',
    boxSizing: 'border-box',
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground3,
    [PHONE]: { display: 'none' },
  },
  narrow: { width: '56px' },
  main: { gridArea: 'main', overflowY: 'auto', position: 'relative', outlineStyle: 'none' },
  loading: {
    position: 'sticky',
    top: 0,
    height: '2px',
    marginBottom: '-2px',
    zIndex: 1,
    backgroundColor: tokens.colorBrandBackground,
    animationName: { from: { transform: 'scaleX(0)' }, to: { transform: 'scaleX(1)' } },
    animationDuration: '2s',
    animationTimingFunction: 'ease-out',
    transformOrigin: 'left',
  },
})

/** Header, navigation and the place for a page; only for who is signed in. */
export function Shell() {
  const { session, problem, again } = useSessionState()
  const { pathname, search } = useLocation()
  if (session === undefined && problem !== null) {
    return (
      <Column padded>
        <ProblemBar error={problem} onRetry={again} />
      </Column>
    )
  }
  if (session === undefined) return <Splash />
  if (!session.signedIn) {
    const to = `${pathname}${search}`
    return <Navigate to={to === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`} replace />
  }
  return (
    <LiveProvider topics={topics}>
      <Frame />
      <Suspense>
        <FocusGuard />
      </Suspense>
    </LiveProvider>
  )
}

function Frame() {
  const { t } = useTranslation('shell')
  const styles = useStyles()
  const [narrow, setNarrow] = useState(() => localStorage.getItem(KEPT_AS) === 'narrow')
  const [drawer, setDrawer] = useState<'unused' | 'open' | 'closed'>('unused')
  const isLoading = useNavigation().state === 'loading'

  function toggle(): void {
    if (window.matchMedia('(max-width: 767px)').matches) {
      setDrawer('open')
    } else {
      localStorage.setItem(KEPT_AS, narrow ? 'wide' : 'narrow')
      setNarrow(!narrow)
    }
  }

  return (
    <div className={styles.root}>
      <a className={styles.skip} href="#main">
        {t('skip')}
      </a>
      <Header onToggleNavigation={toggle} isNarrow={narrow} />
      <nav className={mergeClasses(styles.navigation, narrow && styles.narrow)} aria-label={t('navigation')}>
        <NavigationList narrow={narrow} />
      </nav>
      {drawer !== 'unused' && (
        <Suspense>
          <NavigationDrawer open={drawer === 'open'} onClose={() => setDrawer('closed')} />
        </Suspense>
      )}
      <main id="main" tabIndex={-1} className={styles.main}>
        {isLoading && <div className={styles.loading} />}
        <Outlet />
      </main>
    </div>
  )
}
