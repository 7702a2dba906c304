import { Button } from '@fluentui/react-components'
import { CalendarEdit20Regular } from '@fluentui/react-icons/svg/calendar-edit'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/session.tsx'
import { Row, Section } from '../ui/layout.tsx'
import { formatNumber } from '../ui/time.tsx'
import { ScheduleDialog, useSetSchedule } from './schedule-dialog.tsx'
import { SchedulePreview } from './schedule-preview.tsx'
import type { Job } from './words.ts'

/** When the job runs by itself: in words, the next runs, and the way to change it. */
export function ScheduleSection({ job }: { readonly job: Job }) {
  const { t } = useTranslation('jobs')
  const mayEdit = useMay()('jobs:write')
  const [editing, setEditing] = useState(false)
  const remove = useSetSchedule(job.token, t('schedule.removed'))
  const { schedule } = job
  return (
    <Section
      title={t('schedule.title')}
      actions={
        mayEdit && (
          <Row>
            <Button icon={<CalendarEdit20Regular />} onClick={() => setEditing(true)}>
              {schedule === null ? t('schedule.set') : t('schedule.edit')}
            </Button>
            {schedule !== null && (
              <Button disabled={remove.isPending} onClick={() => remove.mutate(null)}>
                {t('schedule.remove')}
              </Button>
            )}
          </Row>
        )
      }
    >
      {schedule === null ? <span>{t('schedule.none')}</span> : <Schedule schedule={schedule} />}
      {editing && <ScheduleDialog job={job} onClose={() => setEditing(false)} />}
    </Section>
  )
}

function Schedule({ schedule }: { readonly schedule: NonNullable<Job['schedule']> }) {
  const { t } = useTranslation('jobs')
  if ('cron' in schedule) return <SchedulePreview schedule={schedule} title={t('schedule.nextRuns')} />
  const { everySeconds } = schedule
  const minutes = everySeconds / 60
  return (
    <span>
      {Number.isInteger(minutes)
        ? t('schedule.everyMinutes', { count: minutes, number: formatNumber(minutes) })
        : t('schedule.everySeconds', { number: formatNumber(everySeconds) })}
    </span>
  )
}
