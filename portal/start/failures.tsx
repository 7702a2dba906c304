import { makeStyles, tokens } from '@fluentui/react-components'
import { CheckmarkCircle20Filled } from '@fluentui/react-icons/svg/checkmark-circle'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { Section } from '../ui/layout.tsx'
import { Link } from '../ui/link.tsx'
import { formatNumber, Time } from '../ui/time.tsx'

type Lately = Answer<'/api/v1/setup'>['failures']

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: 'none', display: 'grid', gap: tokens.spacingVerticalM },
  entry: { display: 'grid', gap: tokens.spacingVerticalXXS },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  when: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  text: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  good: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  sign: { color: tokens.colorPaletteGreenForeground3, flexShrink: 0 },
})

/** Nothing has failed that is not mended. */
export function isQuiet({ runs, bookings, agents }: Lately): boolean {
  return runs.length + agents.length + bookings.count === 0
}

/** What failed lately and is not mended yet, each with the way to it. */
export function Failures({ failures }: { readonly failures: Lately }) {
  const { t } = useTranslation('start')
  const styles = useStyles()
  const { runs, bookings, agents } = failures
  return (
    <Section title={t('failures.title')}>
      {isQuiet(failures) ? (
        <div className={styles.good}>
          <CheckmarkCircle20Filled className={styles.sign} aria-hidden />
          {t('failures.none')}
        </div>
      ) : (
        <ul className={styles.list}>
          {agents.map(({ id, name, disconnectedSince }) => (
            <Entry
              key={id}
              to={`/connectors/${id}`}
              title={t('failures.agent', { name })}
              when={disconnectedSince}
            />
          ))}
          {runs.map(({ id, job, finishedAt, message }) => (
            <Entry
              key={id}
              to={`/jobs/${job}/runs/${id}`}
              title={t('failures.run', { job })}
              when={finishedAt}
            >
              {message}
            </Entry>
          ))}
          {bookings.count > 0 && (
            <Entry
              to="/bookings?state=failed"
              title={t(bookings.more ? 'failures.bookingsAtLeast' : 'failures.bookings', {
                count: bookings.count,
                number: formatNumber(bookings.count),
              })}
              when={null}
            />
          )}
        </ul>
      )}
    </Section>
  )
}

function Entry({
  to,
  title,
  when,
  children,
}: {
  readonly to: string
  readonly title: string
  readonly when: string | null
  readonly children?: ReactNode
}) {
  const styles = useStyles()
  return (
    <li className={styles.entry}>
      <div className={styles.head}>
        <Link to={to}>{title}</Link>
        {when !== null && (
          <span className={styles.when}>
            <Time iso={when} relative />
          </span>
        )}
      </div>
      {children !== undefined && <div className={styles.text}>{children}</div>}
    </li>
  )
}
