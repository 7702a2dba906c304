import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Navigation20Regular } from '@fluentui/react-icons/svg/navigation'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useSession } from '../api/session.tsx'
import { Brand } from '../ui/brand.tsx'
import { LiveIndicator } from './live-indicator.tsx'
import { UserButton, useUserName } from './user-button.tsx'

const UserMenu = lazy(async () => ({ default: (await import('./user-menu.tsx')).UserMenu }))

const useStyles = makeStyles({
  root: {
    gridArea: 'header',
    // The user menu opens over the page.
    position: 'relative',
    zIndex: 2,
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `0 ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  brand: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    fontSize: tokens.fontSizeBase400,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXS}`,
    borderRadius: tokens.borderRadiusMedium,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  tenant: {
    color: tokens.colorNeutralForeground2,
    paddingLeft: tokens.spacingHorizontalS,
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  space: { flexGrow: 1 },
})

export function Header({
  onToggleNavigation,
  isNarrow,
}: {
  readonly onToggleNavigation: () => void
  readonly isNarrow: boolean
}) {
  const { t } = useTranslation('shell')
  const styles = useStyles()
  const { kind, tenant } = useSession()
  const userName = useUserName()
  const [menuWanted, setMenuWanted] = useState(false)
  return (
    <header className={styles.root}>
      <Button
        appearance="subtle"
        icon={<Navigation20Regular />}
        aria-label={t('toggleNavigation')}
        aria-expanded={!isNarrow}
        onClick={onToggleNavigation}
      />
      <Link to="/" className={styles.brand}>
        <Brand size={24} />
        Steg
      </Link>
      <span className={styles.tenant}>{kind === 'operator' ? t('operator') : tenant?.name}</span>
      <span className={styles.space} />
      <LiveIndicator />
      {menuWanted ? (
        <Suspense fallback={<UserButton name={userName} />}>
          <UserMenu />
        </Suspense>
      ) : (
        <UserButton name={userName} aria-haspopup="menu" onClick={() => setMenuWanted(true)} />
      )}
    </header>
  )
}
