import { makeStyles, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { read } from '../api/read.ts'
import { Link } from '../ui/link.tsx'
import { formatNumber, Time } from '../ui/time.tsx'

const useStyles = makeStyles({
  root: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(220px, 1fr))',
    gap: tokens.spacingHorizontalL,
  },
  tile: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    padding: tokens.spacingVerticalL,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  figure: {
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
  },
  more: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
})

/** Everything is set up: the figures of a site that keeps itself up to date. */
export function Summary({ people }: { readonly people: number }) {
  const { t } = useTranslation('start')
  const styles = useStyles()
  const agents = useQuery(read('/api/v1/agents')).data?.items.filter(({ status }) => status !== 'revoked')
  const jobs = useQuery(read('/api/v1/jobs')).data?.items
  const sync = jobs?.find(({ token }) => token === 'SysSageSync')
  const connected = agents?.filter(({ status }) => status === 'connected').length ?? 0
  return (
    <div className={styles.root}>
      <Tile to="/people" title={t('summary.people')} figure={formatNumber(people)}>
        {t('summary.fromSage')}
      </Tile>
      <Tile
        to="/connectors"
        title={t('summary.agents')}
        figure={agents === undefined ? '–' : `${connected}/${agents.length}`}
      >
        {t('summary.connected')}
      </Tile>
      <Tile
        to="/jobs/SysSageSync"
        title={t('summary.sync')}
        figure={sync?.lastRun ? <Time iso={sync.lastRun} relative /> : '–'}
      >
        {sync?.nextRun && (
          <>
            {t('summary.next')} <Time iso={sync.nextRun} />
          </>
        )}
      </Tile>
    </div>
  )
}

function Tile({
  to,
  title,
  figure,
  children,
}: {
  readonly to: string
  readonly title: string
  readonly figure: ReactNode
  readonly children: ReactNode
}) {
  const styles = useStyles()
  return (
    <section className={styles.tile}>
      <Link to={to}>{title}</Link>
      <div className={styles.figure}>{figure}</div>
      <div className={styles.more}>{children}</div>
    </section>
  )
}
