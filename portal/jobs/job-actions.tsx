import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components'
import { Beaker20Regular } from '@fluentui/react-icons/svg/beaker'
import { MoreHorizontal20Regular } from '@fluentui/react-icons/svg/more-horizontal'
import { Play20Regular } from '@fluentui/react-icons/svg/play'
import { Stop20Regular } from '@fluentui/react-icons/svg/stop'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { useMay } from '../api/session.tsx'
import { useMessages } from '../ui/messages.tsx'
import { paramsOfRun } from './run-address.ts'
import { type Job, useJobWords } from './words.ts'

function useStartRun(token: string) {
  const { t } = useTranslation('jobs')
  const { done, problem } = useMessages()
  const readAgain = useReadAgain('/api/v1/jobs')
  return useMutation({
    mutationFn: (dryRun: boolean) =>
      answerOf(client.POST('/api/v1/jobs/{token}/runs', { params: { path: { token } }, body: { dryRun } })),
    onSuccess: () => done(t('started')),
    onError: problem,
    onSettled: readAgain,
  })
}

export function useStopRun(job: string, subject: string | null = null) {
  const { t } = useTranslation('jobs')
  const { done, problem } = useMessages()
  const readAgain = useReadAgain('/api/v1/jobs')
  return useMutation({
    mutationFn: (id: string) =>
      answerOf(
        client.POST('/api/v1/jobs/{token}/runs/{id}/stop', { params: paramsOfRun({ job, id, subject }) }),
      ),
    onSuccess: () => done(t('stopping')),
    onError: problem,
    onSettled: readAgain,
  })
}

/** Run, dry run and stop as buttons, for the page of one job. */
export function JobButtons({ job }: { readonly job: Job }) {
  const { t } = useTranslation('jobs')
  const start = useStartRun(job.token)
  const stop = useStopRun(job.token)
  const may = useMay()
  if (!may('jobs:run')) return null
  if (job.status !== 'idle' && job.lastRunId !== null) {
    const { lastRunId } = job
    return (
      <Button icon={<Stop20Regular />} disabled={stop.isPending} onClick={() => stop.mutate(lastRunId)}>
        {t('stop')}
      </Button>
    )
  }
  return (
    <>
      <Button
        appearance="primary"
        icon={<Play20Regular />}
        disabled={start.isPending}
        onClick={() => start.mutate(false)}
      >
        {t('run')}
      </Button>
      <Button icon={<Beaker20Regular />} disabled={start.isPending} onClick={() => start.mutate(true)}>
        {t('runDry')}
      </Button>
    </>
  )
}

/** The same as a menu, for a row of the list. */
export function JobMenu({ job }: { readonly job: Job }) {
  const { t } = useTranslation('jobs')
  const { nameOf } = useJobWords()
  const start = useStartRun(job.token)
  const stop = useStopRun(job.token)
  const may = useMay()
  if (!may('jobs:run')) return null
  const { lastRunId } = job
  const active = job.status !== 'idle' && lastRunId !== null
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<MoreHorizontal20Regular />}
          aria-label={t('actionsFor', { job: nameOf(job.token) })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {active ? (
            <MenuItem icon={<Stop20Regular />} onClick={() => stop.mutate(lastRunId)}>
              {t('stop')}
            </MenuItem>
          ) : (
            <>
              <MenuItem icon={<Play20Regular />} onClick={() => start.mutate(false)}>
                {t('run')}
              </MenuItem>
              <MenuItem icon={<Beaker20Regular />} onClick={() => start.mutate(true)}>
                {t('runDry')}
              </MenuItem>
            </>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
