import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { useMay } from '../api/session.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useMessages } from '../ui/messages.tsx'
import { formatNumber } from '../ui/time.tsx'
import { pageOfRun, paramsOfRun } from './run-address.ts'
import type { Run } from './words.ts'

/** What the deactivation guard holds, and the two ways to decide (F4). */
export function HeldBar({ run }: { readonly run: Run }) {
  const { t } = useTranslation('jobs')
  const { done } = useMessages()
  const navigate = useNavigate()
  const readAgain = useReadAgain('/api/v1/jobs')
  const mayDecide = useMay()('jobs:write')
  const [asking, setAsking] = useState<'release' | 'reject'>()
  const { held } = run
  if (held === null) return null
  if (held.decision !== null) {
    return (
      <MessageBar intent="info">
        <MessageBarBody>
          {held.decision === 'released' ? t('held.wasReleased') : t('held.wasRejected')}
        </MessageBarBody>
      </MessageBar>
    )
  }
  const params = paramsOfRun(run)
  async function release(): Promise<void> {
    const started = await answerOf(client.POST('/api/v1/jobs/{token}/runs/{id}/release', { params }))
    done(t('held.released'))
    void readAgain()
    void navigate(pageOfRun(started))
  }
  async function reject(): Promise<void> {
    await answerOf(client.POST('/api/v1/jobs/{token}/runs/{id}/reject', { params }))
    done(t('held.rejected'))
    void readAgain()
  }
  const counts = {
    people: formatNumber(held.count),
    total: formatNumber(held.total),
    limit: formatNumber(held.limit),
  }
  return (
    <>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t('held.title')}</MessageBarTitle> {t('held.text', counts)}
        </MessageBarBody>
        {mayDecide && (
          <MessageBarActions>
            <Button onClick={() => setAsking('release')}>{t('held.release')}</Button>
            <Button onClick={() => setAsking('reject')}>{t('held.reject')}</Button>
          </MessageBarActions>
        )}
      </MessageBar>
      <ConfirmDialog
        open={asking === 'release'}
        onClose={() => setAsking(undefined)}
        title={t('held.releaseTitle')}
        confirm={t('held.releaseDo')}
        onConfirm={release}
      >
        {t('held.releaseText', counts)}
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'reject'}
        onClose={() => setAsking(undefined)}
        title={t('held.rejectTitle')}
        confirm={t('held.rejectDo')}
        onConfirm={reject}
      >
        {t('held.rejectText')}
      </ConfirmDialog>
    </>
  )
}
