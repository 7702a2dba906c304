import { Caption1, Field, makeStyles, Select, tokens } from '@fluentui/react-components'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readPages } from '../api/read.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Row, Section } from '../ui/layout.tsx'
import { Pages } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { StateBadge, type Tone } from '../ui/state-badge.tsx'
import { formatDateTime, formatNumber } from '../ui/time.tsx'
import { useLiveLog } from './live-log.ts'
import { paramsOfRun } from './run-address.ts'
import { isActive, type LogEntry, type Run } from './words.ts'

const PAGE = 200
/** Milliseconds after which the log of a run that is not told live is asked for again. */
const LOOK_AGAIN_MS = 5000
const levels = ['error', 'warning', 'info', 'debug'] as const
const tones: Readonly<Record<LogEntry['level'], Tone>> = {
  error: 'bad',
  warning: 'warning',
  info: 'neutral',
  debug: 'neutral',
}

const useStyles = makeStyles({
  search: { flex: '1 1 220px', maxWidth: '320px' },
  time: { whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' },
  note: { color: tokens.colorNeutralForeground3 },
})

/** What a run did to which item and why: as it happens while it works, page by page afterwards. */
export function RunLog({ run }: { readonly run: Run }) {
  const { t } = useTranslation('jobs')
  const styles = useStyles()
  const [level, setLevel] = useState<LogEntry['level']>('debug')
  const [search, setSearch] = useState('')
  const filter: Filter = { level, search: search.toLowerCase() }
  return (
    <Section title={t('log.title')}>
      <Row>
        <div className={styles.search}>
          <Search label={t('log.search')} value={search} onSearch={setSearch} />
        </div>
        <Field label={t('log.level')} orientation="horizontal">
          <Select value={level} onChange={(_, { value }) => setLevel(value as LogEntry['level'])}>
            {levels.map((one) => (
              <option key={one} value={one}>
                {t(`log.levelName.${one}`)}
              </option>
            ))}
          </Select>
        </Field>
      </Row>
      {isActive(run) && run.subject === null ? (
        <LiveLines run={run} filter={filter} />
      ) : (
        <WrittenLines run={run} filter={filter} />
      )}
    </Section>
  )
}

interface Filter {
  readonly level: LogEntry['level']
  readonly search: string
}

function LiveLines({ run, filter }: { readonly run: Run; readonly filter: Filter }) {
  const { t } = useTranslation('jobs')
  const styles = useStyles()
  const lines = useLiveLog(run)
  return (
    <>
      <Caption1 className={styles.note}>{t('log.live')}</Caption1>
      {lines.length === 0 ? <EmptyState text={t('log.empty')} /> : <Lines lines={lines} filter={filter} />}
    </>
  )
}

function WrittenLines({ run, filter }: { readonly run: Run; readonly filter: Filter }) {
  const { t } = useTranslation('jobs')
  const { path, query } = paramsOfRun(run)
  const log = useInfiniteQuery({
    ...readPages('/api/v1/jobs/{token}/runs/{id}/log', {
      params: { path, query: { ...query, limit: PAGE } },
    }),
    refetchInterval: isActive(run) ? LOOK_AGAIN_MS : false,
  })
  return (
    <Pages query={log} empty={<EmptyState text={t('log.empty')} />}>
      {(lines) => <Lines lines={lines} filter={filter} />}
    </Pages>
  )
}

function Lines({ lines, filter }: { readonly lines: readonly LogEntry[]; readonly filter: Filter }) {
  const { t } = useTranslation('jobs')
  const styles = useStyles()
  const most = levels.indexOf(filter.level)
  const shown = lines
    .map((line, index) => ({ ...line, index }))
    .filter(
      ({ level, message }) => levels.indexOf(level) <= most && message.toLowerCase().includes(filter.search),
    )
  const columns: readonly Column<(typeof shown)[number]>[] = [
    {
      id: 'at',
      title: t('log.column.at'),
      width: 180,
      rank: 1,
      cell: ({ at }) => (
        <time className={styles.time} dateTime={at}>
          {formatDateTime(at, { seconds: true })}
        </time>
      ),
    },
    {
      id: 'level',
      title: t('log.column.level'),
      width: 120,
      rank: 2,
      cell: ({ level }) => <StateBadge tone={tones[level]}>{t(`log.levelName.${level}`)}</StateBadge>,
    },
    { id: 'message', title: t('log.column.message'), min: 240, main: true, cell: ({ message }) => message },
  ]
  return (
    <>
      {shown.length === 0 ? (
        <EmptyState text={t('log.noMatch')} />
      ) : (
        <DataTable
          label={t('log.title')}
          columns={columns}
          rows={shown}
          keyOf={({ index }) => String(index)}
        />
      )}
      <Caption1 className={styles.note}>
        {t('log.lines', {
          count: lines.length,
          shown: formatNumber(shown.length),
          number: formatNumber(lines.length),
        })}
      </Caption1>
    </>
  )
}
