import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { readPages } from '../api/read.ts'
import { currentLanguage } from '../i18n/language.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Row } from '../ui/layout.tsx'
import { Link } from '../ui/link.tsx'
import { LongText } from '../ui/long-text.tsx'
import { Pages } from '../ui/paging.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { formatDuration } from './duration.ts'
import { pageOfRun } from './run-address.ts'
import { type Run, stateTones } from './words.ts'

const PAGE = 20

function useColumns(): readonly Column<Run>[] {
  const { t } = useTranslation('jobs')
  return [
    {
      id: 'started',
      title: t('column.started'),
      min: 160,
      cell: (run) => (
        <Link to={pageOfRun(run)}>
          <Time iso={run.startedAt ?? run.queuedAt} />
        </Link>
      ),
    },
    {
      id: 'state',
      title: t('column.state'),
      width: 190,
      rank: 1,
      cell: (run) => (
        <Row>
          <StateBadge tone={stateTones[run.state]}>{t(`state.${run.state}`)}</StateBadge>
          {run.dryRun && <StateBadge tone="neutral">{t('dryRun')}</StateBadge>}
        </Row>
      ),
    },
    {
      id: 'message',
      title: t('column.message'),
      min: 220,
      rank: 2,
      cell: (run) =>
        run.held !== null && run.held.decision === null ? (
          <Link to={pageOfRun(run)}>{t('held.look')}</Link>
        ) : (
          run.message !== null && <LongText>{run.message}</LongText>
        ),
    },
    {
      id: 'trigger',
      title: t('column.trigger'),
      width: 150,
      rank: 3,
      cell: (run) => t(`trigger.${run.trigger}`),
    },
    {
      id: 'duration',
      title: t('column.duration'),
      width: 110,
      rank: 4,
      cell: (run) =>
        run.startedAt !== null &&
        run.finishedAt !== null &&
        formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt), currentLanguage()),
    },
  ]
}

/** The runs of a job, newest first. */
export function History({ token }: { readonly token: string }) {
  const { t } = useTranslation('jobs')
  const runs = useInfiniteQuery(
    readPages('/api/v1/jobs/{token}/runs', { params: { path: { token }, query: { limit: PAGE } } }),
  )
  const columns = useColumns()
  return (
    <Pages query={runs} empty={<EmptyState text={t('noRuns')} />}>
      {(rows) => <DataTable label={t('allRuns')} columns={columns} rows={rows} keyOf={({ id }) => id} />}
    </Pages>
  )
}
