import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { currentLanguage } from '../i18n/language.ts'
import { Facts } from '../ui/facts.tsx'
import { Link } from '../ui/link.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { formatNumber, Time } from '../ui/time.tsx'
import { formatDuration } from './duration.ts'
import { HeldBar } from './held-bar.tsx'
import { pageOfRun, readRun } from './run-address.ts'
import { StopButton, UndoButton } from './run-buttons.tsx'
import { RunLog } from './run-log.tsx'
import { isActive, type Run, stateTones, useJobWords } from './words.ts'

/** Milliseconds after which a run that is under way is asked for again, should live news not arrive. */
const LOOK_AGAIN_MS = 5000

export function Component() {
  const { token = '', id = '' } = useParams()
  const subject = useSearchParams()[0].get('subject')
  const { t } = useTranslation('jobs')
  const { nameOf } = useJobWords()
  const run = useQuery({
    ...readRun({ job: token, id, subject }),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isActive(data) ? LOOK_AGAIN_MS : false),
  })
  const job = nameOf(token)
  return (
    <Page
      title={t('one.title', { job })}
      lead={<Link to={`/jobs/${token}`}>{t('one.toJob', { job })}</Link>}
      actions={
        run.data && (
          <>
            <StopButton run={run.data} />
            <UndoButton run={run.data} />
          </>
        )
      }
    >
      <Loaded query={run}>
        {(data) => (
          <>
            <RunOutcome run={data} />
            <HeldBar run={data} />
            <RunFacts run={data} />
            <RunLog key={data.id} run={data} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function RunOutcome({ run }: { readonly run: Run }) {
  if (run.message === null || run.message === '') return null
  return (
    <MessageBar
      intent={run.state === 'failed' ? 'error' : run.state === 'stopped' ? 'warning' : 'success'}
      layout="multiline"
    >
      <MessageBarBody>{run.message}</MessageBarBody>
    </MessageBar>
  )
}

function RunFacts({ run }: { readonly run: Run }) {
  const { t } = useTranslation('jobs')
  const { startedAt, finishedAt, progress } = run
  const progressInWords = ({ done, total }: NonNullable<Run['progress']>) =>
    total === null
      ? formatNumber(done)
      : t('one.progressOf', { done: formatNumber(done), total: formatNumber(total) })
  return (
    <Facts
      facts={[
        [
          t('column.state'),
          <StateBadge key="state" tone={stateTones[run.state]}>
            {t(`state.${run.state}`)}
          </StateBadge>,
        ],
        [
          t('column.trigger'),
          <span key="trigger">
            {t(`trigger.${run.trigger}`)}
            {run.dryRun && `, ${t('dryRun')}`}
            {run.undoes !== null && (
              <>
                {': '}
                <Link to={pageOfRun({ ...run, id: run.undoes })}>{t('undo.original')}</Link>
              </>
            )}
          </span>,
        ],
        [t('one.queuedAt'), <Time key="queued" iso={run.queuedAt} />],
        [t('one.startedAt'), startedAt !== null && <Time key="started" iso={startedAt} />],
        [t('one.finishedAt'), finishedAt !== null && <Time key="finished" iso={finishedAt} />],
        [
          t('column.duration'),
          startedAt !== null &&
            finishedAt !== null &&
            formatDuration(Date.parse(finishedAt) - Date.parse(startedAt), currentLanguage()),
        ],
        [t('one.attempts'), run.attempts],
        ...(run.subject === null ? [] : [[t('one.subject'), run.subject] as const]),
        ...(progress === null ? [] : [[t('one.progress'), progressInWords(progress)] as const]),
      ]}
    />
  )
}
