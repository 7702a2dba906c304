import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Navigation20Regular } from '@fluentui/react-icons/svg/navigation'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useSession } from '../api/session.tsx'
import { LiveIndicator } from './live-indicator.tsx'
import { UserButton, useUserName } from './user-button.tsx'

const UserMenu = lazy(async () => ({ default: (await import('./user-menu.tsx')).UserMenu }))

const useStyles = makeStyles({
  root: {
    gridArea: 'header',
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
        <Bridge />
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

/** The product's sign, in the colour of the text around it. */
function Bridge() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
      <g fill="none" stroke={tokens.colorBrandForeground1} strokeLinecap="round">
        <path d="M3 21C7.5 12 24.5 12 29 21" strokeWidth="3" />
        <path d="M3 24h26M10 17v7M16 15v9M22 17v7" strokeWidth="2.2" />
      </g>
    </svg>
  )
}
