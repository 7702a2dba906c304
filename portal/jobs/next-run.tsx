import { useTranslation } from 'react-i18next'
import { Time } from '../ui/time.tsx'
import type { Job } from './words.ts'

/** When the schedule is due next. A time in the past means that a run which took longer still holds the job. */
export function NextRun({ job }: { readonly job: Pick<Job, 'nextRun' | 'status'> }) {
  const { t } = useTranslation('jobs')
  if (job.nextRun === null) return t('notScheduled')
  if (job.status !== 'idle' && Date.parse(job.nextRun) < Date.now()) return t('soon')
  return <Time iso={job.nextRun} relative />
}
