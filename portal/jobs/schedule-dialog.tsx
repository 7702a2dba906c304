import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Select,
} from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { Column } from '../ui/layout.tsx'
import { useMessages } from '../ui/messages.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'
import { choiceOf, cronOf, hasTime, type Preset, presets } from './presets.ts'
import { SchedulePreview } from './schedule-preview.tsx'
import { cronScheduleOf, type Job } from './words.ts'

const DEFAULT_ZONE = 'Europe/Berlin'
const DEFAULT_CRON = '0 4 * * 1-5'

/** Sets a job's schedule, or takes it away with null. @param said what it says when that is done */
export function useSetSchedule(token: string, said: string) {
  const { done, problem } = useMessages()
  const readAgain = useReadAgain('/api/v1/jobs')
  return useMutation({
    mutationFn: (schedule: Job['schedule']) =>
      answerOf(client.PATCH('/api/v1/jobs/{token}', { params: { path: { token } }, body: { schedule } })),
    onSuccess: () => done(said),
    onError: problem,
    onSettled: readAgain,
  })
}

/** A schedule by choosing or as a cron expression, with the runs that it would lead to. */
export function ScheduleDialog({ job, onClose }: { readonly job: Job; readonly onClose: () => void }) {
  const { t } = useTranslation('jobs')
  const { t: common } = useTranslation('common')
  const [choice, setChoice] = useState(() => choiceOf(cronScheduleOf(job)?.cron ?? DEFAULT_CRON))
  const [timeZone, setTimeZone] = useState(cronScheduleOf(job)?.timeZone ?? DEFAULT_ZONE)
  const set = useSetSchedule(job.token, t('schedule.saved'))
  const cron = cronOf(choice)
  function save(): void {
    if (cron !== undefined) set.mutate({ cron, timeZone }, { onSuccess: onClose })
  }
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('schedule.title')}</DialogTitle>
          <DialogContent>
            <Column>
              <Field label={t('schedule.preset')}>
                <Select
                  value={choice.preset}
                  onChange={(_, { value }) =>
                    setChoice({ ...choice, preset: value as Preset, cron: cron ?? choice.cron })
                  }
                >
                  {presets.map((preset) => (
                    <option key={preset} value={preset}>
                      {t(`schedule.presets.${preset}`)}
                    </option>
                  ))}
                </Select>
              </Field>
              {hasTime(choice.preset) && (
                <Field label={t('schedule.time')}>
                  <Input
                    type="time"
                    value={choice.time}
                    onChange={(_, { value }) => setChoice({ ...choice, time: value })}
                  />
                </Field>
              )}
              {choice.preset === 'custom' && (
                <Field label={t('schedule.cron')} hint={t('schedule.cronHint')}>
                  <Input
                    value={choice.cron}
                    maxLength={200}
                    onChange={(_, { value }) => setChoice({ ...choice, cron: value })}
                  />
                </Field>
              )}
              <Field label={t('schedule.zone')}>
                <Select value={timeZone} onChange={(_, { value }) => setTimeZone(value)}>
                  {zonesWith(timeZone).map((zone) => (
                    <option key={zone} value={zone}>
                      {zone}
                    </option>
                  ))}
                </Select>
              </Field>
              {cron !== undefined && (
                <SchedulePreview schedule={{ cron, timeZone }} title={t('schedule.next')} />
              )}
              {set.error !== null && <ProblemBar error={set.error} />}
            </Column>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" disabled={cron === undefined || set.isPending} onClick={save}>
              {t('schedule.save')}
            </Button>
            <Button onClick={onClose}>{common('cancel')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

/** The zones of this browser; the one in use may be written in a way that it does not list. */
function zonesWith(current: string): readonly string[] {
  return [...new Set(['Europe/Berlin', 'Europe/Vienna', 'Europe/Zurich', 'UTC', current])].concat(
    Intl.supportedValuesOf('timeZone').filter(
      (zone) => !['Europe/Berlin', 'Europe/Vienna', 'Europe/Zurich', 'UTC', current].includes(zone),
    ),
  )
}
