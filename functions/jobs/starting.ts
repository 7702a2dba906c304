import type { Clock } from '../../shared/clock.ts'
import { reasonOf } from '../../shared/errors/error.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { RunRow } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import {
  JOBS_QUEUE,
  SUBJECTS_QUEUE,
  sessionOfJob,
  sessionOfSubjectRuns,
  sessionOfSubjects,
} from './rules/lanes.ts'
import { runId } from './rules/run-key.ts'
import type { RunStore } from './run-store.ts'

/** One run. */
export interface RunMessage extends JobKey {
  readonly runId: string
}

/** Subjects of one job that are due; each is a run of its own. */
export interface SubjectsMessage {
  readonly tenantId: string
  readonly job: string
  /** The rows of the subjects name it. */
  readonly message: string
  readonly subjects: readonly string[]
}

export type JobMessage = RunMessage | SubjectsMessage

/** Of 5 bits each: a tick makes ten thousands of ids in one millisecond, and no two of them may be the same. */
const UNIQUE_CHARACTERS = 10

export interface Starting {
  newId(): string
  newRun(
    runner: { readonly job: string; readonly subject?: string | undefined },
    trigger: RunRow['trigger'],
    more?: Pick<Partial<RunRow>, 'approved' | 'dryRun' | 'undoes'>,
  ): RunRow
  /** @param attempt tells repeated messages of one run apart. @throws StegError `bus-unavailable` */
  enqueue(key: JobKey, id: string, attempt: number | string): Promise<void>
  /**
   * Sends subjects to a worker.
   * @param n spreads messages over the lanes of the tenant. @throws StegError `bus-unavailable`
   */
  sendSubjects(message: SubjectsMessage, n: number, attempt: number | string): Promise<void>
  /** Claims the job for the run and enqueues it. @throws StegError `job-already-active`, `bus-unavailable` */
  start(tenantId: string, run: RunRow): Promise<RunRow>
}

export function createStarting(parts: {
  readonly runs: Pick<RunStore, 'claim' | 'put' | 'release'>
  readonly bus: Pick<Bus, 'send'>
  readonly clock: Clock
  readonly random: Random
}): Starting {
  const { runs, clock } = parts

  function enqueue({ tenantId, job, subject }: JobKey, id: string, attempt: number | string): Promise<void> {
    const message: RunMessage = { tenantId, job, ...(subject === undefined ? {} : { subject }), runId: id }
    return parts.bus.send(subject === undefined ? JOBS_QUEUE : SUBJECTS_QUEUE, {
      body: Buffer.from(JSON.stringify(message)),
      subject: 'run',
      messageId: `${id}-${attempt}`,
      sessionId: subject === undefined ? sessionOfJob(tenantId, job) : sessionOfSubjectRuns(tenantId),
    })
  }

  return {
    enqueue,

    newId: () => randomId(parts.random, 16),

    newRun({ job, subject }, trigger, more = {}) {
      const queuedAt = clock.now()
      const id = runId(queuedAt, randomId(parts.random, UNIQUE_CHARACTERS))
      const about = subject === undefined ? {} : { subject }
      return { id, job, ...about, state: 'queued', trigger, queuedAt, attempts: 0, counts: {}, ...more }
    },

    sendSubjects: (message, n, attempt) =>
      parts.bus.send(SUBJECTS_QUEUE, {
        body: Buffer.from(JSON.stringify(message)),
        subject: 'subjects',
        messageId: `${message.message}-${attempt}`,
        sessionId: sessionOfSubjects(message.tenantId, message.job, n),
      }),

    async start(tenantId, run) {
      const claimed = await runs.claim(tenantId, run)
      const key = { tenantId, job: run.job, subject: run.subject }
      try {
        await enqueue(key, run.id, 0)
      } catch (error) {
        const params = { reason: reasonOf(error) }
        const failed: RunRow = {
          ...run,
          state: 'failed',
          finishedAt: clock.now(),
          error: { code: 'bus-unavailable', params },
        }
        await runs.put(tenantId, failed, claimed.etag)
        await runs.release(key, failed)
        throw error
      }
      return run
    },
  }
}
