import type { Clock } from '../../shared/clock.ts'
import { reasonOf } from '../../shared/errors/error.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { RunRow } from './rows.ts'
import { runId } from './rules/run-key.ts'
import type { Runs } from './runs.ts'

const JOBS_QUEUE = 'jobs'

export interface JobMessage {
  readonly tenantId: string
  readonly job: string
  readonly runId: string
}

export interface Starting {
  newRun(
    job: string,
    trigger: RunRow['trigger'],
    more?: Pick<Partial<RunRow>, 'approved' | 'dryRun' | 'undoes'>,
  ): RunRow
  /** @param attempt tells repeated messages of one run apart. @throws StegError `bus-unavailable` */
  enqueue(tenantId: string, job: string, id: string, attempt: number): Promise<void>
  /** Claims the job for the run and enqueues it. @throws StegError `job-already-active`, `bus-unavailable` */
  start(tenantId: string, run: RunRow): Promise<RunRow>
}

export function createStarting(parts: {
  readonly runs: Runs
  readonly bus: Pick<Bus, 'send'>
  readonly clock: Clock
  readonly random: Random
}): Starting {
  const { runs, clock } = parts

  function enqueue(tenantId: string, job: string, id: string, attempt: number): Promise<void> {
    const message: JobMessage = { tenantId, job, runId: id }
    return parts.bus.send(JOBS_QUEUE, {
      body: Buffer.from(JSON.stringify(message)),
      subject: 'run',
      messageId: `${id}-${attempt}`,
      // One session per tenant and job: its runs follow each other, those of others go on beside them.
      sessionId: `${tenantId}~${job}`,
    })
  }

  return {
    enqueue,

    newRun(job, trigger, more = {}) {
      const queuedAt = clock.now()
      const id = runId(queuedAt, randomId(parts.random, 6))
      return { id, job, state: 'queued', trigger, queuedAt, attempts: 0, counts: {}, ...more }
    },

    async start(tenantId, run) {
      const claimed = await runs.claim(tenantId, run)
      try {
        await enqueue(tenantId, run.job, run.id, 0)
      } catch (error) {
        const params = { reason: reasonOf(error) }
        const failed: RunRow = {
          ...run,
          state: 'failed',
          finishedAt: clock.now(),
          error: { code: 'bus-unavailable', params },
        }
        await runs.put(tenantId, failed, claimed.etag)
        await runs.release(tenantId, run.job, run.id)
        throw error
      }
      return run
    },
  }
}
