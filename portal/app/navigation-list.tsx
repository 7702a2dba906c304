import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import { useSession } from '../api/session.tsx'
import type { Entry } from '../ui/area.ts'
import { navigationFor } from './navigation.tsx'

const useStyles = makeStyles({
  root: { padding: tokens.spacingVerticalS },
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  title: {
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalMNudge} ${tokens.spacingVerticalXS}`,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground3,
  },
  rule: {
    height: '1px',
    margin: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalS}`,
    backgroundColor: tokens.colorNeutralStroke2,
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    height: '36px',
    boxSizing: 'border-box',
    padding: `0 ${tokens.spacingHorizontalMNudge}`,
    marginBottom: '2px',
    position: 'relative',
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase300,
    textDecorationLine: 'none',
    whiteSpace: 'nowrap',
    overflow: 'hidden',
    ':hover': { backgroundColor: tokens.colorNeutralBackground3Hover, color: tokens.colorNeutralForeground1 },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
    '& > svg': { flexShrink: 0 },
  },
  here: {
    backgroundColor: tokens.colorNeutralBackground3Selected,
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    '& > svg': { color: tokens.colorBrandForeground1 },
    '::before': {
      content: '""',
      position: 'absolute',
      left: 0,
      top: '8px',
      bottom: '8px',
      width: '3px',
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandStroke,
    },
  },
})

/** The areas of the portal as links, each only for those who may go there. */
export function NavigationList({
  narrow = false,
  onGo,
}: {
  readonly narrow?: boolean
  readonly onGo?: () => void
}) {
  const { t } = useTranslation('shell')
  const styles = useStyles()
  const sections = navigationFor(useSession())
  return (
    <div className={styles.root}>
      {sections.map(({ title, entries }) => (
        <div key={title ?? ''}>
          {title !== undefined &&
            (narrow ? <div className={styles.rule} /> : <div className={styles.title}>{t(title)}</div>)}
          <ul className={styles.list} aria-label={title === undefined ? undefined : t(title)}>
            {entries.map((entry) => (
              <li key={entry.to}>
                <EntryLink entry={entry} narrow={narrow} onGo={onGo} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

function EntryLink({
  entry: { to, text, icon: Icon, external },
  narrow,
  onGo,
}: {
  readonly entry: Entry
  readonly narrow: boolean
  readonly onGo: (() => void) | undefined
}) {
  const { t } = useTranslation('shell')
  const styles = useStyles()
  const content = narrow ? (
    <Icon />
  ) : (
    <>
      <Icon />
      <span>{t(text)}</span>
    </>
  )
  const named = narrow ? { title: t(text), 'aria-label': t(text) } : {}
  if (external) {
    return (
      <a className={styles.link} href={to} target="_blank" rel="noreferrer" {...named}>
        {content}
      </a>
    )
  }
  return (
    <NavLink
      to={to}
      end={to === '/'}
      className={({ isActive }) => mergeClasses(styles.link, isActive && styles.here)}
      onClick={onGo}
      {...named}
    >
      {content}
    </NavLink>
  )
}
