import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  ProgressBar,
} from '@fluentui/react-components'
import { ArrowSync20Regular } from '@fluentui/react-icons/svg/arrow-sync'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../../api/client.ts'
import { answerOf, client } from '../../api/client.ts'
import { type LiveState, useLiveRun, useLiveState } from '../../api/live.tsx'
import { read } from '../../api/read.ts'
import { useReadAgain } from '../../api/read-again.ts'
import { useMay } from '../../api/session.tsx'
import { Link } from '../../ui/link.tsx'
import { Loaded } from '../../ui/page.tsx'
import { ProblemBar } from '../../ui/problem-bar.tsx'

const JOB = 'SysSageSyncPersonen'
/** Milliseconds between two looks at the run while nothing comes by itself. */
const LOOK_MS = 3000

type Run = Answer<'/api/v1/jobs/{token}/runs/{id}'>

/** The run of the people's synchronisation that this page shows: started here, or by anybody else. */
export interface Sync {
  readonly run: string | undefined
  readonly active: boolean
  readonly starting: boolean
  readonly error: unknown
  readonly start: () => void
  readonly dismiss: () => void
}

export function useSync(): Sync {
  const may = useMay()
  const readAgain = useReadAgain('/api/v1/jobs')
  const [shown, setShown] = useState<string>()
  const [dismissed, setDismissed] = useState<string>()
  const { data: job } = useQuery({
    ...read('/api/v1/jobs/{token}', { params: { path: { token: JOB } } }),
    enabled: may('jobs:read'),
  })
  const start = useMutation({
    mutationFn: () =>
      answerOf(
        client.POST('/api/v1/jobs/{token}/runs', {
          params: { path: { token: JOB } },
          body: { dryRun: false },
        }),
      ),
    onSuccess: ({ id }) => setShown(id),
    onSettled: readAgain,
  })
  const active = job !== undefined && job.status !== 'idle'
  const current = active ? (job.lastRunId ?? undefined) : undefined
  // Stays to be seen when it has ended.
  if (current !== undefined && current !== shown && current !== dismissed) setShown(current)
  return {
    run: may('jobs:read') ? shown : undefined,
    active,
    starting: start.isPending,
    error: start.error,
    start: () => start.mutate(),
    dismiss() {
      setDismissed(shown)
      setShown(undefined)
    },
  }
}

export function SyncButton({ sync }: { readonly sync: Sync }) {
  const { t } = useTranslation('people')
  const may = useMay()
  if (!may('jobs:run')) return null
  return (
    <Button
      appearance="primary"
      icon={<ArrowSync20Regular />}
      disabled={sync.starting || sync.active}
      onClick={sync.start}
    >
      {t('sync.do')}
    </Button>
  )
}

/** How far it is, and what came of it. */
export function SyncProgress({ sync }: { readonly sync: Sync }) {
  const live = useLiveState()
  if (sync.error !== null) return <ProblemBar error={sync.error} onRetry={sync.start} />
  if (sync.run === undefined) return null
  return <Followed key={sync.run} id={sync.run} live={live} onDismiss={sync.dismiss} />
}

function Followed({
  id,
  live,
  onDismiss,
}: {
  readonly id: string
  readonly live: LiveState | undefined
  readonly onDismiss: () => void
}) {
  const queries = useQueryClient()
  const peopleAgain = useReadAgain('/api/v1/people')
  const jobsAgain = useReadAgain('/api/v1/jobs')
  const options = read('/api/v1/jobs/{token}/runs/{id}', { params: { path: { token: JOB, id } } })
  const run = useQuery({
    ...options,
    refetchInterval: ({ state: { data } }) =>
      live !== 'live' && data !== undefined && isActive(data) ? LOOK_MS : false,
  })
  useLiveRun(JOB, id, {
    begin: () => undefined,
    log: () => undefined,
    run(now) {
      queries.setQueryData(options.queryKey, now)
      if (isActive(now)) return
      void peopleAgain()
      void jobsAgain()
    },
  })
  return <Loaded query={run}>{(now) => <Bar run={now} onDismiss={onDismiss} />}</Loaded>
}

function Bar({ run, onDismiss }: { readonly run: Run; readonly onDismiss: () => void }) {
  const { t } = useTranslation('people')
  const active = isActive(run)
  return (
    <div role="status">
      <MessageBar intent={intents[run.state]} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t(`sync.state.${run.state}`)}</MessageBarTitle> {run.message}{' '}
          <Link to={`/jobs/${run.job}/runs/${run.id}`}>{t('sync.toRun')}</Link>
          {active && <ProgressBar aria-label={t('sync.bar')} />}
        </MessageBarBody>
        {!active && (
          <MessageBarActions>
            <Button size="small" onClick={onDismiss}>
              {t('sync.dismiss')}
            </Button>
          </MessageBarActions>
        )}
      </MessageBar>
    </div>
  )
}

const intents = {
  queued: 'info',
  running: 'info',
  succeeded: 'success',
  failed: 'error',
  stopped: 'warning',
} as const

function isActive({ state }: Run): boolean {
  return state === 'queued' || state === 'running'
}
