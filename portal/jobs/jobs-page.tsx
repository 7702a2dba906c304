import { Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { read } from '../api/read.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Link } from '../ui/link.tsx'
import { LongText } from '../ui/long-text.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { Search } from '../ui/search.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { JobMenu } from './job-actions.tsx'
import { NextRun } from './next-run.tsx'
import { type Job, stateTones, statusTones, useJobWords } from './words.ts'

const useStyles = makeStyles({
  search: { maxWidth: '320px' },
  small: { display: 'block', color: tokens.colorNeutralForeground3 },
})

function useColumns(): readonly Column<Job>[] {
  const { t } = useTranslation('jobs')
  const { nameOf, categoryOf } = useJobWords()
  const styles = useStyles()
  return [
    {
      id: 'job',
      title: t('column.job'),
      min: 230,
      cell: (job) => (
        <>
          <Link to={`/jobs/${job.token}`}>{nameOf(job.token)}</Link>
          <Caption1 className={styles.small}>{job.token}</Caption1>
        </>
      ),
    },
    {
      id: 'category',
      title: t('column.category'),
      width: 120,
      rank: 5,
      cell: (job) => categoryOf(job.category),
    },
    {
      id: 'state',
      title: t('column.state'),
      width: 120,
      rank: 2,
      cell: (job) => <StateBadge tone={statusTones[job.status]}>{t(`status.${job.status}`)}</StateBadge>,
    },
    {
      id: 'lastRun',
      title: t('column.lastRun'),
      width: 140,
      rank: 3,
      cell: (job) =>
        job.lastRun === null || job.lastRunId === null ? (
          t('never')
        ) : (
          <Link to={`/jobs/${job.token}/runs/${job.lastRunId}`}>
            <Time iso={job.lastRun} relative />
          </Link>
        ),
    },
    {
      id: 'nextRun',
      title: t('column.nextRun'),
      width: 140,
      rank: 4,
      cell: (job) => <NextRun job={job} />,
    },
    {
      id: 'result',
      title: t('column.result'),
      min: 230,
      rank: 1,
      cell: (job) =>
        job.lastResult !== null && (
          <>
            <StateBadge tone={stateTones[job.lastResult]}>{t(`state.${job.lastResult}`)}</StateBadge>
            {job.lastMessage !== null && <LongText>{job.lastMessage}</LongText>}
          </>
        ),
    },
    {
      id: 'actions',
      title: t('column.actions'),
      titleHidden: true,
      width: 64,
      cell: (job) => <JobMenu job={job} />,
    },
  ]
}

export function Component() {
  const { t } = useTranslation('jobs')
  const { nameOf } = useJobWords()
  const styles = useStyles()
  const jobs = useQuery(read('/api/v1/jobs'))
  const columns = useColumns()
  const [search, setSearch] = useState('')
  const wanted = search.toLowerCase()
  const matches = (job: Job) =>
    [job.token, nameOf(job.token), job.lastMessage ?? ''].some((text) => text.toLowerCase().includes(wanted))
  return (
    <Page title={t('title')} lead={t('lead')}>
      <div className={styles.search}>
        <Search label={t('search')} value={search} onSearch={setSearch} />
      </div>
      <Loaded query={jobs}>
        {({ items }) => {
          const rows = items.filter(matches)
          if (rows.length === 0) return <EmptyState text={t('none')} />
          return <DataTable label={t('list')} columns={columns} rows={rows} keyOf={({ token }) => token} />
        }}
      </Loaded>
    </Page>
  )
}
