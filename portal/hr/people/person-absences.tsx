import { Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../../api/client.ts'
import { read, readPages } from '../../api/read.ts'
import { useMay } from '../../api/session.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Section } from '../../ui/layout.tsx'
import { LongText } from '../../ui/long-text.tsx'
import { Pages } from '../../ui/paging.tsx'
import { StateBadge, type Tone } from '../../ui/state-badge.tsx'
import { formatDay, Time } from '../../ui/time.tsx'

type Absence = Answer<'/api/v1/absences/{id}'>

const SHOWN = 10
/** Sage has a few dozen. */
const REASONS = 500

const tones: Readonly<Record<Absence['state'], Tone>> = {
  pending: 'busy',
  requested: 'busy',
  approved: 'good',
  rejected: 'bad',
  refused: 'bad',
  removed: 'neutral',
}

const useStyles = makeStyles({
  small: { display: 'block', color: tokens.colorNeutralForeground3 },
  problem: {
    display: 'block',
    marginTop: tokens.spacingVerticalXXS,
    color: tokens.colorNeutralForeground2,
    overflowWrap: 'anywhere',
  },
})

/** What a person has asked for, the newest first, and what became of it. */
export function PersonAbsences({ token }: { readonly token: string }) {
  const { t } = useTranslation('people')
  const styles = useStyles()
  const reasonOf = useReasons()
  const absences = useInfiniteQuery(
    readPages('/api/v1/absences', { params: { query: { person: token, limit: SHOWN } } }),
  )
  return (
    <Section title={t('absences.title')}>
      <Pages query={absences} empty={<EmptyState text={t('absences.none')} />}>
        {(rows) => (
          <DataTable
            label={t('absences.title')}
            columns={[
              {
                id: 'days',
                title: t('absences.column.days'),
                min: 150,
                cell: ({ from, to, halfDay }) => (
                  <>
                    {from === to
                      ? formatDay(from)
                      : t('absences.span', { from: formatDay(from), to: formatDay(to) })}
                    {halfDay && <Caption1 className={styles.small}>{t('absences.halfDay')}</Caption1>}
                  </>
                ),
              },
              {
                id: 'reason',
                title: t('absences.column.reason'),
                min: 150,
                rank: 2,
                cell: ({ reasonId, comment }) => (
                  <>
                    {reasonOf(reasonId)}
                    {comment !== '' && <Caption1 className={styles.small}>{comment}</Caption1>}
                  </>
                ),
              },
              {
                id: 'state',
                title: t('absences.column.state'),
                min: 150,
                rank: 1,
                cell: ({ state, error }) => (
                  <>
                    <StateBadge tone={tones[state]}>{t(`absences.state.${state}`)}</StateBadge>
                    {error !== null && <LongText>{error.message}</LongText>}
                  </>
                ),
              },
              {
                id: 'receivedAt',
                title: t('absences.column.receivedAt'),
                width: 160,
                rank: 3,
                cell: ({ receivedAt }) => <Time iso={receivedAt} />,
              },
            ]}
            rows={rows}
            keyOf={({ id }) => id}
          />
        )}
      </Pages>
    </Section>
  )
}

/** What Sage calls a reason; its number for those who may not read the list, or while it is not there. */
function useReasons(): (id: number) => string {
  const { t } = useTranslation('people')
  const reasons = useQuery({
    ...read('/api/v1/absence-reasons', { params: { query: { limit: REASONS } } }),
    enabled: useMay()('masterdata:read'),
  })
  return (id) =>
    reasons.data?.items.find((reason) => reason.id === id)?.name ?? t('absences.reasonNumber', { number: id })
}
