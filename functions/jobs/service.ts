import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Random } from '../../shared/random.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { Store } from '../platform/store/port.ts'
import { type ClockChange, clockChangesOf } from './clock-changes.ts'
import { createCommands, type RunCommands } from './commands.ts'
import { rememberEnded } from './ended-runs.ts'
import { createMachinery } from './machinery.ts'
import type { CountTexts, JobDefinition, LogTexts, RunTexts } from './port.ts'
import { previewTimes } from './recurrence.ts'
import { type CronSchedule, type JobRow, jobsTable, type RunRow, runsTable, type Schedule } from './rows.ts'
import { isSubject, type JobKey } from './rules/job-key.ts'
import { runRange } from './rules/run-key.ts'
import { foldTexts } from './rules/run-texts.ts'
import { jobCounts, jobTexts } from './rules/texts.ts'
import { createRunLogReader, type RunLogReader } from './run-log.ts'
import type { Tick } from './scheduler.ts'
import { applySettings, type JobSettings } from './settings.ts'
import type { JobMessage } from './starting.ts'
import { type JobView, toView } from './views.ts'

export type { StartOptions } from './commands.ts'
export type { JobSettings } from './settings.ts'
export type { JobView } from './views.ts'

const PREVIEWED = 5

/**
 * Jobs of tenants, and their subjects. Where a `subject` may be named, it must be named for jobs whose runs have subjects,
 * and for no other: anything else is `not-found`.
 */
export interface JobsService extends RunCommands {
  /** The jobs without subjects. One page of rows, and a point read for each last run that has not been seen to end. */
  list(tenantId: string): Promise<readonly JobView[]>
  /** @throws StegError `not-found` */
  get(tenantId: string, job: string, subject?: string): Promise<{ view: JobView; etag: string | undefined }>
  /**
   * Also registers a subject that was not there.
   * @throws StegError `not-found`, `store-conflict`, `cron-invalid`, `time-zone-unknown`, `schedule-never-due`,
   * `interval-invalid`
   */
  edit(
    tenantId: string,
    job: string,
    settings: JobSettings,
    ifMatch: string | undefined,
    subject?: string,
  ): Promise<JobView>
  /** Takes a subject out: it is not due any more, and its active run is stopped. Repeatable. @throws StegError `not-found` */
  remove(tenantId: string, job: string, subject: string): Promise<void>
  /**
   * Tells that something about a subject has changed: it is due now. Many while one is waiting or at work come to exactly
   * one more run. Costs one read while one waits, and at most a read, two writes and a message.
   * @returns false for a subject that is not registered. @throws StegError `not-found`
   */
  notify(tenantId: string, job: string, subject: string): Promise<boolean>
  /** @throws StegError `not-found` */
  run(tenantId: string, job: string, id: string, subject?: string): Promise<RunRow>
  /** Runs of a job or of one subject, newest first. */
  history(
    tenantId: string,
    job: string,
    query: {
      readonly limit: number
      readonly cursor?: string | undefined
      readonly subject?: string | undefined
    },
  ): Promise<{ runs: readonly RunRow[]; cursor: string | undefined }>
  readonly log: RunLogReader
  /** Executes what a message names. */
  work(message: JobMessage): Promise<void>
  /** Finds runs whose message or worker was lost and enqueues them again. Cost grows with active runs only. */
  recover(): Promise<number>
  /** Starts the jobs and subjects whose schedule is due. Cost grows with what is due only. */
  tick(): Promise<Tick>
  /** Gives a tenant the default schedules of these jobs, or of all, once there is an agent for them (A7). Repeatable. */
  applyDefaultSchedules(tenantId: string, jobs?: readonly string[]): Promise<void>
  /** What runs say, for whoever shows them. */
  readonly texts: RunTexts
  /** The next times of a schedule, RFC 3339 with offset, and what changes of clocks do to it. @throws StegError `cron-invalid`, `time-zone-unknown`, `schedule-never-due` */
  preview(schedule: CronSchedule): {
    readonly times: readonly string[]
    readonly clockChanges: readonly ClockChange[]
  }
  /** Ends the work of this hub: runs under way are given back, and go on elsewhere. Takes at most a few seconds. */
  close(): Promise<void>
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
  const machinery = createMachinery({ ...parts, definitions })
  const { jobs, runs, schedules } = machinery
  const jobsByTenant = jobsTable.bind(parts.store)
  const runsByKey = runsTable.bind(parts.store)
  const findRun = rememberEnded(runs.find)

  /** @throws StegError `not-found` for what does not exist, or has subjects where none is named, or the reverse. */
  function known(tenantId: string, job: string, subject: string | undefined): JobKey & { tenantId: string } {
    const definition = definitions.get(job)
    if (definition === undefined) throw new StegError('not-found', { what: 'job' })
    const fits = definition.kind === 'subjects' ? subject !== undefined : subject === undefined
    if (!fits || (subject !== undefined && !isSubject(subject))) {
      throw new StegError('not-found', { what: 'job' })
    }
    return { tenantId, job, subject }
  }

  async function viewOf(key: JobKey, row: JobRow | undefined): Promise<JobView> {
    const definition = definitions.get(key.job)
    if (definition === undefined) throw new StegError('not-found', { what: 'job' })
    const last = row?.lastRun
    const lastRun = last === undefined ? undefined : await findRun(key, last)
    return toView(definition, key, row, lastRun, clock.now())
  }

  return {
    ...createCommands({ ...machinery, definitions, clock, known }),
    work: machinery.work,
    tick: machinery.tick,
    recover: machinery.recover,
    close: machinery.close,
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
      for await (const { key, value } of jobsByTenant.all(tenantId)) stored.set(key, value)
      const views = await Promise.all(
        parts.definitions.flatMap(({ kind, token: job }) =>
          kind === 'subjects' ? [] : [viewOf({ tenantId, job }, stored.get(job))],
        ),
      )
      return views.sort((a, b) => a.position - b.position || a.token.localeCompare(b.token))
    },

    async get(tenantId, job, subject) {
      const key = known(tenantId, job, subject)
      const row = await jobs.get(key)
      if (subject !== undefined && row === undefined) throw new StegError('not-found', { what: 'job' })
      return { view: await viewOf(key, row?.value), etag: row?.etag }
    },

    async edit(tenantId, job, settings, ifMatch, subject) {
      const key = known(tenantId, job, subject)
      await schedules.change(key, (row) => applySettings(row, settings), ifMatch)
      return viewOf(key, (await jobs.get(key))?.value)
    },

    async remove(tenantId, job, subject) {
      const key = known(tenantId, job, subject)
      const active = await schedules.remove(key)
      if (active !== undefined) await machinery.stopIfActive(key, active)
    },

    notify: (tenantId, job, subject) => {
      known(tenantId, job, subject)
      return machinery.dispatch.notify({ tenantId, job, subject })
    },

    async run(tenantId, job, id, subject) {
      const run = await findRun(known(tenantId, job, subject), id)
      if (run === undefined) throw new StegError('not-found', { what: 'run' })
      return run
    },

    async history(tenantId, job, { limit, cursor, subject }) {
      known(tenantId, job, subject)
      const page = await runsByKey.query(tenantId, {
        ...runRange(job, subject),
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      })
      return { runs: page.rows.map((row) => row.value), cursor: page.cursor }
    },
  }
}
