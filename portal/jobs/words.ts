import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import type { Tone } from '../ui/state-badge.tsx'

export type Job = Answer<'/api/v1/jobs/{token}'>
export type Run = Answer<'/api/v1/jobs/{token}/runs/{id}'>
export type LogEntry = Answer<'/api/v1/jobs/{token}/runs/{id}/log'>['items'][number]

export const stateTones: Readonly<Record<Run['state'], Tone>> = {
  queued: 'busy',
  running: 'busy',
  succeeded: 'good',
  failed: 'bad',
  stopped: 'warning',
}

export const statusTones: Readonly<Record<Job['status'], Tone>> = {
  idle: 'neutral',
  queued: 'busy',
  running: 'busy',
}

/** A schedule at times of day; undefined for none and for one that comes every so many seconds. */
export function cronScheduleOf({ schedule }: Pick<Job, 'schedule'>) {
  return schedule !== null && 'cron' in schedule ? schedule : undefined
}

export function isActive(run: Pick<Run, 'state'>): boolean {
  return run.state === 'queued' || run.state === 'running'
}

/** What jobs and categories are called; one that the portal does not know yet goes by its token. */
export function useJobWords(): {
  readonly nameOf: (token: string) => string
  readonly categoryOf: (category: string) => string
} {
  const { t, i18n } = useTranslation('jobs')
  return {
    nameOf: (token) => (i18n.exists(`jobs:name.${token}`) ? t(`name.${token}` as 'name.SysSageSync') : token),
    categoryOf: (category) =>
      i18n.exists(`jobs:category.${category}`)
        ? t(`category.${category}` as 'category.SageSkripte')
        : category,
  }
}
