import { Button, Field, Input, Select, SpinButton, Textarea } from '@fluentui/react-components'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { read } from '../api/read.ts'
import { useReadAgain } from '../api/read-again.ts'
import { useMay } from '../api/session.tsx'
import { Row, Section } from '../ui/layout.tsx'
import { useMessages } from '../ui/messages.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'
import type { Job } from './words.ts'

const levels = ['error', 'warning', 'info', 'debug'] as const
const MOST_POSITION = 1000

interface Draft {
  readonly agentId: string | null
  readonly logLevel: Job['logLevel']
  readonly position: number
  readonly warningMessage: string
}

function draftOf(job: Job): Draft {
  return {
    agentId: job.agentId,
    logLevel: job.logLevel,
    position: job.position,
    warningMessage: job.warningMessage ?? '',
  }
}

/** Place of execution, log level, position and warning of a job. Only what was changed is sent. */
export function SettingsSection({ job }: { readonly job: Job }) {
  const { t } = useTranslation('jobs')
  const { done } = useMessages()
  const readAgain = useReadAgain('/api/v1/jobs')
  const mayEdit = useMay()('jobs:write')
  const agents = useQuery({ ...read('/api/v1/agents'), enabled: useMay()('agents:read') })
  const [changes, setChanges] = useState<Partial<Draft>>({})
  const draft = { ...draftOf(job), ...changes }
  const save = useMutation({
    mutationFn: () =>
      answerOf(
        client.PATCH('/api/v1/jobs/{token}', {
          params: { path: { token: job.token } },
          body: {
            ...changes,
            ...(changes.warningMessage === undefined
              ? {}
              : { warningMessage: changes.warningMessage.trim() || null }),
          },
        }),
      ),
    onSuccess: () => {
      setChanges({})
      done(t('settings.saved'))
    },
    onSettled: readAgain,
  })
  const change = (more: Partial<Draft>) => setChanges((before) => ({ ...before, ...more }))
  function submit(event: FormEvent): void {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Section title={t('settings.title')}>
      <form onSubmit={submit} style={{ display: 'grid', gap: '16px', maxWidth: '560px' }}>
        <Field label={t('settings.agent')}>
          <Select
            disabled={!mayEdit}
            value={draft.agentId ?? ''}
            onChange={(_, { value }) => change({ agentId: value === '' ? null : value })}
          >
            <option value="">{t('settings.anyAgent')}</option>
            {agents.data?.items
              .filter(({ id, status }) => status !== 'revoked' || id === draft.agentId)
              .map(({ id, name, host }) => (
                <option key={id} value={id}>{`${name} (${host})`}</option>
              ))}
          </Select>
        </Field>
        <Field label={t('settings.logLevel')}>
          <Select
            disabled={!mayEdit}
            value={draft.logLevel}
            onChange={(_, { value }) => change({ logLevel: value as Draft['logLevel'] })}
          >
            {levels.map((level) => (
              <option key={level} value={level}>
                {t(`settings.level.${level}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t('settings.position')} hint={t('settings.positionHint')}>
          <SpinButton
            disabled={!mayEdit}
            min={0}
            max={MOST_POSITION}
            value={draft.position}
            onChange={(_, { value, displayValue }) => {
              const position = Math.round(value ?? Number(displayValue))
              if (Number.isFinite(position))
                change({ position: Math.min(Math.max(position, 0), MOST_POSITION) })
            }}
          />
        </Field>
        <Field label={t('settings.warning')} hint={t('settings.warningHint')}>
          {mayEdit ? (
            <Textarea
              maxLength={1000}
              value={draft.warningMessage}
              onChange={(_, { value }) => change({ warningMessage: value.replaceAll('\n', ' ') })}
            />
          ) : (
            <Input readOnly value={draft.warningMessage} />
          )}
        </Field>
        {save.error !== null && <ProblemBar error={save.error} />}
        {mayEdit && (
          <Row>
            <Button
              type="submit"
              appearance="primary"
              disabled={save.isPending || Object.keys(changes).length === 0}
            >
              {t('settings.save')}
            </Button>
          </Row>
        )}
      </form>
    </Section>
  )
}
