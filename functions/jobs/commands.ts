import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { JobStore } from './job-store.ts'
import type { JobDefinition } from './port.ts'
import type { JobRow, RunRow } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { hasEnded } from './rules/run-state.ts'
import { isHeld, type RunStore } from './run-store.ts'
import type { Starting } from './starting.ts'

export interface StartOptions {
  readonly dryRun?: boolean | undefined
  readonly subject?: string | undefined
}

/** What somebody may ask of runs. */
export interface RunCommands {
  /** Enqueues a run and returns it. @throws StegError `not-found`, `job-already-active`, `bus-unavailable` */
  start(tenantId: string, job: string, options?: StartOptions): Promise<RunRow>
  /** @throws StegError `not-found`, `run-not-active` */
  stop(tenantId: string, job: string, id: string, subject?: string): Promise<RunRow>
  /** Starts a run that may do exactly what a held one was held for. @throws StegError `run-not-held` and those of start */
  release(tenantId: string, job: string, id: string, subject?: string): Promise<RunRow>
  /** Notes that a held run shall not be released. @throws StegError `not-found`, `run-not-held` */
  reject(tenantId: string, job: string, id: string, subject?: string): Promise<RunRow>
  /** Starts a run that takes back what another one changed (F4). @throws StegError `run-not-undoable` and those of start */
  undo(tenantId: string, job: string, id: string, options?: StartOptions): Promise<RunRow>
}

export function createCommands(parts: {
  readonly jobs: JobStore
  readonly runs: RunStore
  readonly starting: Starting
  readonly definitions: ReadonlyMap<string, JobDefinition>
  readonly clock: Clock
  /** @throws StegError `not-found` */
  readonly known: (tenantId: string, job: string, subject: string | undefined) => JobKey
  readonly follow: (key: JobKey, run: RunRow, freed: JobRow | undefined) => Promise<void>
}): RunCommands {
  const { jobs, runs, starting, clock, known } = parts

  /** A subject that was taken out does not come back by a run. */
  async function startNew(
    key: JobKey,
    trigger: RunRow['trigger'],
    more: Pick<Partial<RunRow>, 'approved' | 'dryRun' | 'undoes'>,
  ): Promise<RunRow> {
    if (key.subject !== undefined && (await jobs.get(key)) === undefined) {
      throw new StegError('not-found', { what: 'job' })
    }
    return starting.start(key.tenantId, starting.newRun(key, trigger, more))
  }

  return {
    start: async (tenantId, job, options = {}) =>
      startNew(known(tenantId, job, options.subject), 'manual', dry(options)),

    async stop(tenantId, job, id, subject) {
      const key = known(tenantId, job, subject)
      const run = await runs.get(key, id)
      if (run.value.state !== 'queued') return runs.requestStop(key, id)
      const stopped: RunRow = {
        ...run.value,
        state: 'stopped',
        finishedAt: clock.now(),
        error: { code: 'run-stopped', params: {} },
      }
      await runs.put(tenantId, stopped, run.etag)
      await parts.follow(key, stopped, await runs.release(key, stopped))
      return stopped
    },

    async release(tenantId, job, id, subject) {
      const key = known(tenantId, job, subject)
      const run = await runs.get(key, id)
      if (!isHeld(run.value)) throw new StegError('run-not-held', { run: id })
      const started = await startNew(key, 'release', { approved: run.value.held.digest })
      await runs.decide(key, id, 'released')
      return started
    },

    reject: async (tenantId, job, id, subject) => runs.decide(known(tenantId, job, subject), id, 'rejected'),

    async undo(tenantId, job, id, options = {}) {
      const key = known(tenantId, job, options.subject)
      const definition = parts.definitions.get(job)
      const { value } = await runs.get(key, id)
      const able = definition !== undefined && definition.kind !== 'sequence' && definition.undo !== undefined
      const changed = hasEnded(value.state) && value.dryRun !== true && value.undoes === undefined
      if (!able || !changed) throw new StegError('run-not-undoable', { run: id })
      return startNew(key, 'undo', { undoes: id, ...dry(options) })
    },
  }
}

function dry({ dryRun = false }: StartOptions): Pick<RunRow, 'dryRun'> {
  return dryRun ? { dryRun } : {}
}
