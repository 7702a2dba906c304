import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Store } from '../platform/store/port.ts'
import { ACTIVE_PARTITION, activeRunsTable, jobsTable, type RunRow, runsTable } from './rows.ts'
import { runKey } from './rules/run-key.ts'
import { hasEnded } from './rules/run-state.ts'

export interface StoredRun {
  readonly etag: string
  readonly value: RunRow
}

/** Runs and which of them holds its job: the rows behind starting, working and ending. */
export interface Runs {
  /** @throws StegError `not-found` */
  get(tenantId: string, job: string, id: string): Promise<StoredRun>
  find(tenantId: string, job: string, id: string): Promise<StoredRun | undefined>
  put(tenantId: string, run: RunRow, etag: string): Promise<string>
  /**
   * Writes a new run and makes it the one that holds its job.
   * @throws StegError `job-already-active`
   */
  claim(tenantId: string, run: RunRow): Promise<StoredRun>
  /** Asks the worker of a run to stop. @throws StegError `not-found`, `run-not-active` */
  requestStop(tenantId: string, job: string, id: string): Promise<RunRow>
  /** Frees the job of a run that has ended. Repeatable: it is also called for runs whose worker died before this. */
  release(tenantId: string, job: string, id: string): Promise<void>
}

export function createRuns(store: Store): Runs {
  const jobs = jobsTable.bind(store)
  const runs = runsTable.bind(store)
  const active = activeRunsTable.bind(store)

  async function get(tenantId: string, job: string, id: string): Promise<StoredRun> {
    const row = await runs.get(tenantId, runKey(job, id))
    if (row === undefined) throw new StegError('not-found', { what: 'run' })
    return row
  }

  /** The run that holds the job, unless it has ended and only its worker did not come to free the job. */
  async function holder(tenantId: string, job: string, id: string | undefined): Promise<string | undefined> {
    if (id === undefined) return undefined
    const row = await runs.get(tenantId, runKey(job, id))
    return row === undefined || hasEnded(row.value.state) ? undefined : id
  }

  return {
    get,
    find: (tenantId, job, id) => runs.get(tenantId, runKey(job, id)),

    put: (tenantId, run, etag) => runs.put(tenantId, runKey(run.job, run.id), run, { kind: 'match', etag }),

    async claim(tenantId, run) {
      const job = await jobs.get(tenantId, run.job)
      const held = await holder(tenantId, run.job, job?.value.activeRun)
      if (held !== undefined) throw new StegError('job-already-active', { job: run.job, run: held })
      // First the entry by which a run is found again whatever happens next, last the claim that makes it count.
      await active.put(
        ACTIVE_PARTITION,
        run.id,
        { tenantId, job: run.job, enqueuedAt: run.queuedAt },
        { kind: 'absent' },
      )
      const etag = await runs.put(tenantId, runKey(run.job, run.id), run, { kind: 'absent' })
      try {
        await jobs.put(
          tenantId,
          run.job,
          { ...job?.value, activeRun: run.id, lastRun: run.id },
          job === undefined ? { kind: 'absent' } : { kind: 'match', etag: job.etag },
        )
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
        await runs.delete(tenantId, runKey(run.job, run.id), { kind: 'any' })
        await active.delete(ACTIVE_PARTITION, run.id, { kind: 'any' })
        const winner = (await jobs.get(tenantId, run.job))?.value.activeRun
        throw new StegError('job-already-active', { job: run.job, run: winner ?? '?' }, { cause: error })
      }
      return { etag, value: run }
    },

    async requestStop(tenantId, job, id) {
      for (;;) {
        const run = await get(tenantId, job, id)
        if (hasEnded(run.value.state)) throw new StegError('run-not-active', { run: id })
        const asked: RunRow = { ...run.value, stopRequested: true }
        if (
          await written(() => runs.put(tenantId, runKey(job, id), asked, { kind: 'match', etag: run.etag }))
        ) {
          return asked
        }
      }
    },

    async release(tenantId, job, id) {
      for (;;) {
        const row = await jobs.get(tenantId, job)
        if (row?.value.activeRun !== id) break
        const { activeRun: _, ...freed } = row.value
        if (await written(() => jobs.put(tenantId, job, freed, { kind: 'match', etag: row.etag }))) break
      }
      await active.delete(ACTIVE_PARTITION, id, { kind: 'any' })
    },
  }
}

/** @returns false when somebody else wrote at the same moment. */
async function written(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (isStegError(error, 'store-conflict')) return false
    throw error
  }
}
