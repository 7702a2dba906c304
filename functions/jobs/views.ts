import type { JobDefinition } from './port.ts'
import { recurrenceOf } from './recurrence.ts'
import type { JobRow, LogLevel, RunRow, Schedule } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { plausibleNext } from './rules/plausible.ts'
import { hasEnded, type RunState } from './rules/run-state.ts'
import { stateOf } from './rules/subject-state.ts'

export interface JobView {
  readonly token: string
  readonly category: string
  /** Undefined for jobs that have none. */
  readonly subject: string | undefined
  readonly status: 'idle' | 'queued' | 'running'
  readonly lastRun: RunRow | undefined
  /** Runs of a subject that found nothing to do; the end of the last in milliseconds since the epoch. */
  readonly quiet: { readonly count: number; readonly at: number } | undefined
  readonly agentId: string | undefined
  readonly logLevel: LogLevel
  readonly position: number
  readonly warningMessage: string | undefined
  readonly schedule: Schedule | undefined
  /** Milliseconds since the epoch; in the past while a run that took longer still holds the job. */
  readonly nextRun: number | undefined
  /** Whether its runs can be taken back. */
  readonly undoable: boolean
}

const statusOf: Readonly<Record<RunState, JobView['status']>> = {
  queued: 'queued',
  running: 'running',
  succeeded: 'idle',
  failed: 'idle',
  stopped: 'idle',
}

const statusOfSubject = { absent: 'idle', idle: 'idle', waiting: 'queued', working: 'running' } as const

export function toView(
  definition: JobDefinition,
  key: JobKey,
  row: JobRow | undefined,
  lastRun: RunRow | undefined,
  now: number,
): JobView {
  return {
    token: definition.token,
    category: definition.category,
    subject: key.subject,
    status: statusNow(row, lastRun, now),
    lastRun,
    quiet: row?.quiet,
    agentId: row?.agentId,
    logLevel: row?.logLevel ?? 'info',
    position: row?.position ?? definition.position,
    warningMessage: row?.warningMessage,
    schedule: row?.schedule ?? undefined,
    nextRun: nextOf(key, row, now),
    undoable: definition.kind !== 'sequence' && definition.undo !== undefined,
  }
}

function statusNow(row: JobRow | undefined, lastRun: RunRow | undefined, now: number): JobView['status'] {
  if (lastRun !== undefined && !hasEnded(lastRun.state)) return statusOf[lastRun.state]
  const state = stateOf(row, now)
  return state === 'running' ? 'idle' : statusOfSubject[state]
}

function nextOf(key: JobKey, row: JobRow | undefined, now: number): number | undefined {
  const { schedule, nextRun } = row ?? {}
  if (schedule === undefined || schedule === null || nextRun === undefined || nextRun <= now) return nextRun
  return plausibleNext(nextRun, recurrenceOf(schedule, key).next, now)
}
