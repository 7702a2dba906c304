import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { Store } from '../platform/store/port.ts'
import { type ClockChange, clockChangesOf } from './clock-changes.ts'
import { createDueIndex } from './due-index.ts'
import { rememberEnded } from './ended-runs.ts'
import type { CountTexts, JobDefinition, LogTexts, RunTexts } from './port.ts'
import { pruneRuns } from './pruning.ts'
import { createRecovery } from './recovery.ts'
import { previewTimes } from './recurrence.ts'
import { type JobRow, jobsTable, type LogLevel, type RunRow, runsTable, type Schedule } from './rows.ts'
import { runRange } from './rules/run-key.ts'
import { hasEnded, type RunState } from './rules/run-state.ts'
import { foldTexts } from './rules/run-texts.ts'
import { jobCounts, jobTexts } from './rules/texts.ts'
import { createRunLogReader, type RunLogReader } from './run-log.ts'
import { createRuns, isHeld, type Runs } from './runs.ts'
import { CHUNK, createScheduler, type Tick } from './scheduler.ts'
import { createSchedules } from './schedules.ts'
import { createStarting, type JobMessage } from './starting.ts'
import { createWorker } from './worker.ts'

const PREVIEWED = 5

export interface JobSettings {
  readonly agentId?: string | null | undefined
  readonly logLevel?: LogLevel | undefined
  readonly position?: number | undefined
  readonly warningMessage?: string | null | undefined
  readonly schedule?: Schedule | null | undefined
}

export interface StartOptions {
  readonly dryRun?: boolean | undefined
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
  readonly schedule: Schedule | undefined
  /** Milliseconds since the epoch; in the past while a run that took longer still holds the job. */
  readonly nextRun: number | undefined
  /** Whether its runs can be taken back. */
  readonly undoable: boolean
}

export interface JobsService {
  /** One page of rows, and a point read for each last run that has not been seen to end. */
  list(tenantId: string): Promise<readonly JobView[]>
  /** @throws StegError `not-found` */
  get(tenantId: string, job: string): Promise<{ view: JobView; etag: string | undefined }>
  /** @throws StegError `not-found`, `store-conflict`, `cron-invalid`, `time-zone-unknown`, `schedule-never-due` */
  edit(tenantId: string, job: string, settings: JobSettings, ifMatch: string | undefined): Promise<JobView>
  /** Enqueues a run and returns it. @throws StegError `not-found`, `job-already-active`, `bus-unavailable` */
  start(tenantId: string, job: string, options?: StartOptions): Promise<RunRow>
  /** @throws StegError `not-found`, `run-not-active` */
  stop(tenantId: string, job: string, id: string): Promise<RunRow>
  /** Starts a run that may do exactly what a held one was held for. @throws StegError `run-not-held` and those of start */
  release(tenantId: string, job: string, id: string): Promise<RunRow>
  /** Notes that a held run shall not be released. @throws StegError `not-found`, `run-not-held` */
  reject(tenantId: string, job: string, id: string): Promise<RunRow>
  /** Starts a run that takes back what another one changed (F4). @throws StegError `run-not-undoable` and those of start */
  undo(tenantId: string, job: string, id: string, options?: StartOptions): Promise<RunRow>
  /** @throws StegError `not-found` */
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
  /** Starts the jobs whose schedule is due. Cost grows with what is due only. */
  tick(): Promise<Tick>
  /** Gives a tenant the default schedules of these jobs, or of all, once there is an agent for them (A7). Repeatable. */
  applyDefaultSchedules(tenantId: string, jobs?: readonly string[]): Promise<void>
  /** What runs say, for whoever shows them. */
  readonly texts: RunTexts
  /** The next times of a schedule, RFC 3339 with offset, and what changes of clocks do to it. @throws StegError `cron-invalid`, `time-zone-unknown`, `schedule-never-due` */
  preview(schedule: Schedule): {
    readonly times: readonly string[]
    readonly clockChanges: readonly ClockChange[]
  }
}

export interface JobsParts {
  readonly store: Store
  readonly bus: Pick<Bus, 'send'>
  readonly definitions: readonly JobDefinition[]
  /** What the runs of each product say besides what runs of all do. */
  readonly texts?: readonly { readonly lines: LogTexts; readonly counts: CountTexts }[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

export function createJobsService(parts: JobsParts): JobsService {
  const { clock } = parts
  const definitions = new Map(parts.definitions.map((definition) => [definition.token, definition]))
  const jobs = jobsTable.bind(parts.store)
  const runsByKey = runsTable.bind(parts.store)
  const runs: Runs = createRuns(parts.store)
  const findRun = rememberEnded(runs.find)
  const isKnown = (job: string) => definitions.has(job)
  const hasWork = async (tenantId: string, job: string) => {
    const definition = definitions.get(job)
    return definition?.kind !== 'work' || definition.hasWork === undefined || definition.hasWork(tenantId)
  }
  const index = createDueIndex(parts.store, CHUNK)
  const starting = createStarting({ runs, bus: parts.bus, clock, random: parts.random })
  const schedules = createSchedules({ store: parts.store, index, clock })
  const scheduler = createScheduler({ ...parts, index, runs, starting, isKnown, hasWork })

  function known(job: string): JobDefinition {
    const definition = definitions.get(job)
    if (definition === undefined) throw new StegError('not-found', { what: 'job' })
    return definition
  }

  async function viewOf(tenantId: string, definition: JobDefinition) {
    const row = await jobs.get(tenantId, definition.token)
    return { view: await shownWithRun(tenantId, definition, row?.value), row }
  }

  async function shownWithRun(
    tenantId: string,
    definition: JobDefinition,
    row: JobRow | undefined,
  ): Promise<JobView> {
    const last = row?.lastRun
    const lastRun = last === undefined ? undefined : await findRun(tenantId, definition.token, last)
    return {
      token: definition.token,
      category: definition.category,
      status: lastRun === undefined || hasEnded(lastRun.state) ? 'idle' : statusOf[lastRun.state],
      lastRun,
      agentId: row?.agentId,
      logLevel: row?.logLevel ?? 'info',
      position: row?.position ?? definition.position,
      warningMessage: row?.warningMessage,
      schedule: row?.schedule ?? undefined,
      nextRun: row?.nextRun,
      undoable: isUndoable(definition),
    }
  }

  /** A job that became due during the run follows at once; after a stop by hand it waits for its next time. */
  async function follow(tenantId: string, run: RunRow, freed: JobRow | undefined): Promise<void> {
    if (freed?.nextRun === undefined || freed.nextRun > clock.now() || freed.activeRun !== undefined) return
    if (run.state === 'stopped') await schedules.skip(tenantId, run.job)
    else await scheduler.follow(tenantId, run.job, freed.nextRun)
  }

  const work = createWorker({
    store: parts.store,
    runs,
    definitions,
    clock,
    newId: () => randomId(parts.random, 16),
    log: parts.log,
    startChild: async (tenantId, job, dryRun) => {
      const run = starting.newRun(known(job).token, 'parent', dryRun ? { dryRun } : {})
      return (await runs.claim(tenantId, run)).value
    },
    async afterRun(tenantId, run, freed) {
      await follow(tenantId, run, freed)
      await pruneRuns(parts.store, tenantId, run.job, clock.now())
    },
  })

  return {
    work,
    tick: scheduler.tick,
    recover: createRecovery({ store: parts.store, runs, starting, clock }),
    texts: foldTexts([{ lines: jobTexts, counts: jobCounts }, ...(parts.texts ?? [])]),

    async applyDefaultSchedules(tenantId, asked = [...definitions.keys()]) {
      const defaults = asked.flatMap((job): [string, Schedule][] => {
        const schedule = definitions.get(job)?.schedule
        return schedule === undefined ? [] : [[job, schedule]]
      })
      await schedules.applyDefaults(tenantId, new Map(defaults))
    },

    preview: (schedule) => ({
      times: previewTimes(schedule, clock.now(), PREVIEWED),
      clockChanges: clockChangesOf(schedule, clock.now()),
    }),
    log: createRunLogReader(parts.store),

    async list(tenantId) {
      const stored = new Map<string, JobRow>()
      for await (const { key, value } of jobs.all(tenantId)) stored.set(key, value)
      const views = await Promise.all(
        parts.definitions.map((definition) =>
          shownWithRun(tenantId, definition, stored.get(definition.token)),
        ),
      )
      return views.sort((a, b) => a.position - b.position || a.token.localeCompare(b.token))
    },

    async get(tenantId, job) {
      const { view, row } = await viewOf(tenantId, known(job))
      return { view, etag: row?.etag }
    },

    async edit(tenantId, job, settings, ifMatch) {
      const definition = known(job)
      await schedules.change(tenantId, job, (row) => settled(row, settings), ifMatch)
      return (await viewOf(tenantId, definition)).view
    },

    start: async (tenantId, job, options = {}) =>
      starting.start(tenantId, starting.newRun(known(job).token, 'manual', dry(options))),

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
      await follow(tenantId, stopped, await runs.release(tenantId, job, id))
      return stopped
    },

    async release(tenantId, job, id) {
      const run = await runs.get(tenantId, known(job).token, id)
      if (!isHeld(run.value)) throw new StegError('run-not-held', { run: id })
      const { digest } = run.value.held
      const started = await starting.start(tenantId, starting.newRun(job, 'release', { approved: digest }))
      await runs.decide(tenantId, job, id, 'released')
      return started
    },

    reject: (tenantId, job, id) => runs.decide(tenantId, known(job).token, id, 'rejected'),

    async undo(tenantId, job, id, options = {}) {
      const definition = known(job)
      const { value } = await runs.get(tenantId, job, id)
      const changed = hasEnded(value.state) && value.dryRun !== true && value.undoes === undefined
      if (!isUndoable(definition) || !changed) throw new StegError('run-not-undoable', { run: id })
      return starting.start(tenantId, starting.newRun(job, 'undo', { undoes: id, ...dry(options) }))
    },

    async run(tenantId, job, id) {
      const run = await findRun(tenantId, known(job).token, id)
      if (run === undefined) throw new StegError('not-found', { what: 'run' })
      return run
    },

    async history(tenantId, job, { limit, cursor }) {
      const page = await runsByKey.query(tenantId, {
        ...runRange(known(job).token),
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      })
      return { runs: page.rows.map((row) => row.value), cursor: page.cursor }
    },
  }
}

function isUndoable(definition: JobDefinition): boolean {
  return definition.kind === 'work' && definition.undo !== undefined
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

function settled(row: JobRow, settings: JobSettings): JobRow {
  const { agentId, warningMessage, logLevel, position, ...rest } = row
  return {
    ...rest,
    ...given('agentId', settings.agentId, agentId),
    ...given('warningMessage', settings.warningMessage, warningMessage),
    ...given('logLevel', settings.logLevel, logLevel),
    ...given('position', settings.position, position),
    // Null stays: a schedule that the admin has taken away does not come back as a default.
    ...(settings.schedule === undefined ? {} : { schedule: settings.schedule }),
  }
}

function dry({ dryRun = false }: StartOptions): Pick<RunRow, 'dryRun'> {
  return dryRun ? { dryRun } : {}
}
