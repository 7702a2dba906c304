import { Button } from '@fluentui/react-components'
import { ArrowUndo20Regular } from '@fluentui/react-icons/svg/arrow-undo'
import { Stop20Regular } from '@fluentui/react-icons/svg/stop'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { answerOf, client } from '../api/client.ts'
import { read } from '../api/read.ts'
import { useMay } from '../api/session.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useStopRun } from './job-actions.tsx'
import { pageOfRun, paramsOfRun } from './run-address.ts'
import { isActive, type Run } from './words.ts'

export function StopButton({ run }: { readonly run: Run }) {
  const { t } = useTranslation('jobs')
  const may = useMay()
  const stop = useStopRun(run.job, run.subject)
  if (!isActive(run) || !may('jobs:run')) return null
  return (
    <Button icon={<Stop20Regular />} disabled={stop.isPending} onClick={() => stop.mutate(run.id)}>
      {t('stop')}
    </Button>
  )
}

export function UndoButton({ run }: { readonly run: Run }) {
  const { t } = useTranslation('jobs')
  const may = useMay()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const wrote = !isActive(run) && !run.dryRun && run.undoes === null && run.held === null
  const wanted = wrote && may('jobs:write')
  const job = useQuery({
    ...read('/api/v1/jobs/{token}', { params: { path: { token: run.job } } }),
    enabled: wanted,
  })
  if (!wanted || job.data?.undoable !== true) return null
  async function undo(): Promise<void> {
    const started = await answerOf(
      client.POST('/api/v1/jobs/{token}/runs/{id}/undo', { params: paramsOfRun(run) }),
    )
    void navigate(pageOfRun(started))
  }
  return (
    <>
      <Button icon={<ArrowUndo20Regular />} onClick={() => setAsking(true)}>
        {t('undo.do')}
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('undo.title')}
        confirm={t('undo.confirm')}
        onConfirm={undo}
      >
        {t('undo.text')}
      </ConfirmDialog>
    </>
  )
}
