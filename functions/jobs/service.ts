import type { Clock } from '../../shared/clock.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { Store } from '../platform/store/port.ts'
import type { JobDefinition } from './port.ts'
import {
  ACTIVE_PARTITION,
  activeRunsTable,
  jobsTable,
  type LogLevel,
  type RunRow,
  runsTable,
} from './rows.ts'
import { runId, runRange } from './rules/run-key.ts'
import { hasEnded, type RunState } from './rules/run-state.ts'
import { createRunLogReader, type RunLogReader } from './run-log.ts'
import { createRuns, type Runs } from './runs.ts'
import { createWorker, type JobMessage } from './worker.ts'

export const JOBS_QUEUE = 'jobs'
/** A run that has not ended after this long without a sign of life is enqueued again. */
const OVERDUE_MS = 90_000

export interface JobSettings {
  readonly agentId?: string | null | undefined
  readonly logLevel?: LogLevel | undefined
  readonly position?: number | undefined
  readonly warningMessage?: string | null | undefined
}

export interface JobView {
  readonly token: string
  readonly category: string
  readonly status: 'idle' | 'queued' | 'running'
  readonly lastRun: RunRow | undefined
  readonly agentId: string | undefined
  readonly logLevel: LogLevel
  readonly position: number
  readonly warningMessage: string | undefined
}

export interface JobsService {
  list(tenantId: string): Promise<readonly JobView[]>
  /** @throws StegError `not-found` */
  get(tenantId: string, job: string): Promise<{ view: JobView; etag: string | undefined }>
  /** @throws StegError `not-found`, `store-conflict` */
  edit(tenantId: string, job: string, settings: JobSettings, ifMatch: string | undefined): Promise<JobView>
  /** Enqueues a run and returns it. @throws StegError `not-found`, `job-already-active`, `bus-unavailable` */
  start(tenantId: string, job: string): Promise<RunRow>
  /** @throws StegError `not-found`, `run-not-active` */
  stop(tenantId: string, job: string, id: string): Promise<RunRow>
  /** Starts a run that may do exactly what a held one was held for. @throws StegError `run-not-held` and those of start */
  release(tenantId: string, job: string, id: string): Promise<RunRow>
  run(tenantId: string, job: string, id: string): Promise<RunRow>
  /** Runs of a job, newest first. */
  history(
    tenantId: string,
    job: string,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ runs: readonly RunRow[]; cursor: string | undefined }>
  readonly log: RunLogReader
  /** Executes the run that a message names. */
  work(message: JobMessage): Promise<void>
  /** Finds runs whose message or worker was lost and enqueues them again. Cost grows with active runs only. */
  recover(): Promise<number>
}

export interface JobsParts {
  readonly store: Store
  readonly bus: Pick<Bus, 'send'>
  readonly definitions: readonly JobDefinition[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

export function createJobsService(parts: JobsParts): JobsService {
  const { clock } = parts
  const definitions = new Map(parts.definitions.map((definition) => [definition.token, definition]))
  const jobs = jobsTable.bind(parts.store)
  const runsByKey = runsTable.bind(parts.store)
  const active = activeRunsTable.bind(parts.store)
  const runs: Runs = createRuns(parts.store)

  function known(job: string): JobDefinition {
    const definition = definitions.get(job)
    if (definition === undefined) throw new StegError('not-found', { what: 'job' })
    return definition
  }

  async function viewOf(tenantId: string, definition: JobDefinition) {
    const row = await jobs.get(tenantId, definition.token)
    const last = row?.value.lastRun
    const lastRun = last === undefined ? undefined : (await runs.get(tenantId, definition.token, last)).value
    const view: JobView = {
      token: definition.token,
      category: definition.category,
      status: lastRun === undefined || hasEnded(lastRun.state) ? 'idle' : statusOf[lastRun.state],
      lastRun,
      agentId: row?.value.agentId,
      logLevel: row?.value.logLevel ?? 'info',
      position: row?.value.position ?? definition.position,
      warningMessage: row?.value.warningMessage,
    }
    return { view, row }
  }

  function newRun(job: string, trigger: RunRow['trigger'], approved?: string): RunRow {
    const queuedAt = clock.now()
    const id = runId(queuedAt, randomId(parts.random, 6))
    const base = { id, job, state: 'queued' as const, trigger, queuedAt, attempts: 0, counts: {} }
    return approved === undefined ? base : { ...base, approved }
  }

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

  async function startRun(tenantId: string, run: RunRow): Promise<RunRow> {
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
  }

  const work = createWorker({
    store: parts.store,
    runs,
    definitions,
    clock,
    newId: () => randomId(parts.random, 16),
    log: parts.log,
    startChild: async (tenantId, job) =>
      (await runs.claim(tenantId, newRun(known(job).token, 'parent'))).value,
  })

  return {
    work,
    log: createRunLogReader(parts.store),

    async list(tenantId) {
      const views = await Promise.all(
        parts.definitions.map(async (definition) => (await viewOf(tenantId, definition)).view),
      )
      return views.sort((a, b) => a.position - b.position || a.token.localeCompare(b.token))
    },

    async get(tenantId, job) {
      const { view, row } = await viewOf(tenantId, known(job))
      return { view, etag: row?.etag }
    },

    async edit(tenantId, job, settings, ifMatch) {
      const definition = known(job)
      const row = await jobs.get(tenantId, job)
      const { agentId, warningMessage, logLevel, position, ...rest } = { ...row?.value }
      const next = {
        ...rest,
        ...given('agentId', settings.agentId, agentId),
        ...given('warningMessage', settings.warningMessage, warningMessage),
        ...given('logLevel', settings.logLevel, logLevel),
        ...given('position', settings.position, position),
      }
      const etag = ifMatch ?? row?.etag
      await jobs.put(tenantId, job, next, etag === undefined ? { kind: 'absent' } : { kind: 'match', etag })
      return (await viewOf(tenantId, definition)).view
    },

    start: async (tenantId, job) => startRun(tenantId, newRun(known(job).token, 'manual')),

    async stop(tenantId, job, id) {
      const run = await runs.get(tenantId, known(job).token, id)
      if (run.value.state !== 'queued') return runs.requestStop(tenantId, job, id)
      const stopped: RunRow = {
        ...run.value,
        state: 'stopped',
        finishedAt: clock.now(),
        error: { code: 'run-stopped', params: {} },
      }
      await runs.put(tenantId, stopped, run.etag)
      await runs.release(tenantId, job, id)
      return stopped
    },

    async release(tenantId, job, id) {
      const run = await runs.get(tenantId, known(job).token, id)
      if (run.value.held === undefined) throw new StegError('run-not-held', { run: id })
      return startRun(tenantId, newRun(job, 'release', run.value.held.digest))
    },

    run: async (tenantId, job, id) => (await runs.get(tenantId, known(job).token, id)).value,

    async history(tenantId, job, { limit, cursor }) {
      const page = await runsByKey.query(tenantId, {
        ...runRange(known(job).token),
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      })
      return { runs: page.rows.map((row) => row.value), cursor: page.cursor }
    },

    async recover() {
      let enqueued = 0
      for await (const row of active.all(ACTIVE_PARTITION)) {
        const { tenantId, job, enqueuedAt } = row.value
        const now = clock.now()
        if (now - enqueuedAt < OVERDUE_MS) continue
        const run = await runs.find(tenantId, job, row.key)
        if (run === undefined || hasEnded(run.value.state)) {
          await runs.release(tenantId, job, row.key)
          continue
        }
        if (run.value.lease !== undefined && run.value.lease.until > now) continue
        await enqueue(tenantId, job, row.key, now)
        await active.put(ACTIVE_PARTITION, row.key, { ...row.value, enqueuedAt: now }, { kind: 'any' })
        enqueued += 1
      }
      return enqueued
    },
  }
}

const statusOf: Readonly<Record<RunState, JobView['status']>> = {
  queued: 'queued',
  running: 'running',
  succeeded: 'idle',
  failed: 'idle',
  stopped: 'idle',
}

/** A setting after an edit: undefined leaves it as it is, null takes it away. */
function given<N extends string, T>(name: N, asked: T | null | undefined, before: T | undefined) {
  const value = asked === undefined ? before : asked
  return (value === undefined || value === null ? {} : { [name]: value }) as { [key in N]?: T }
}
