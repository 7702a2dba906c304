import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Condition, Store } from '../platform/store/port.ts'
import {
  ACTIVE_PARTITION,
  activeRunsTable,
  type HeldDecision,
  type JobRow,
  jobsTable,
  type RunRow,
  runsTable,
} from './rows.ts'
import { runKey } from './rules/run-key.ts'
import { hasEnded } from './rules/run-state.ts'

/** How often a claim is tried again when the job was changed at the same moment. */
const CLAIM_ATTEMPTS = 4

export interface StoredRun {
  readonly etag: string
  readonly value: RunRow
}

export interface StoredJob {
  readonly etag: string
  readonly value: JobRow
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
  /** Whether a run could start now: none holds the job, or only one that has ended. */
  isFree(tenantId: string, job: string, row: StoredJob | undefined): Promise<boolean>
  /** First step of a claim, for many runs at once: the entries by which they are found again whatever happens next. */
  announce(runs: readonly { readonly tenantId: string; readonly run: RunRow }[]): Promise<void>
  /**
   * Last step of a claim: makes the run the one that holds its job, if the job's row is still as it was read.
   * @param more changes of the row that become true together with the claim.
   * @throws StegError `job-already-active`
   */
  commit(
    tenantId: string,
    run: RunRow,
    row: StoredJob | undefined,
    more?: Partial<JobRow>,
  ): Promise<StoredRun>
  /**
   * Makes every claim fail that has read the job's row before, so that what it has prepared can be cleaned up.
   * @returns false when the row has changed since it was read.
   */
  fence(tenantId: string, job: string, row: StoredJob | undefined): Promise<boolean>
  /** Deletes what a claim left behind that was never committed. Only after `fence`. */
  discard(tenantId: string, job: string, id: string, run: StoredRun | undefined): Promise<void>
  /** Asks the worker of a run to stop. @throws StegError `not-found`, `run-not-active` */
  requestStop(tenantId: string, job: string, id: string): Promise<RunRow>
  /**
   * Notes what was decided about a held run. What was rejected stays so.
   * @throws StegError `not-found`, `run-not-held`
   */
  decide(tenantId: string, job: string, id: string, decision: HeldDecision): Promise<RunRow>
  /**
   * Frees the job of a run that has ended. Repeatable: it is also called for runs whose worker died before this.
   * @returns the job's row.
   */
  release(tenantId: string, job: string, id: string): Promise<JobRow | undefined>
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

  async function announce(news: readonly { readonly tenantId: string; readonly run: RunRow }[]) {
    const writes = news.map(({ tenantId, run }) => ({
      kind: 'put' as const,
      key: run.id,
      value: { tenantId, job: run.job, enqueuedAt: run.queuedAt },
      condition: { kind: 'absent' as const },
    }))
    await active.chunked(ACTIVE_PARTITION, writes)
  }

  async function commit(
    tenantId: string,
    run: RunRow,
    row: StoredJob | undefined,
    more: Partial<JobRow> = {},
  ): Promise<StoredRun> {
    const etag = await runs.put(tenantId, runKey(run.job, run.id), run, { kind: 'absent' })
    try {
      const claimed = { ...row?.value, ...more, activeRun: run.id, lastRun: run.id }
      await jobs.put(tenantId, run.job, claimed, unchanged(row))
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
      await runs.delete(tenantId, runKey(run.job, run.id), { kind: 'any' })
      await active.delete(ACTIVE_PARTITION, run.id, { kind: 'any' })
      const winner = (await jobs.get(tenantId, run.job))?.value.activeRun
      throw new StegError('job-already-active', { job: run.job, run: winner ?? '?' }, { cause: error })
    }
    return { etag, value: run }
  }

  return {
    get,
    announce,
    commit,
    find: (tenantId, job, id) => runs.get(tenantId, runKey(job, id)),

    put: (tenantId, run, etag) => runs.put(tenantId, runKey(run.job, run.id), run, { kind: 'match', etag }),

    isFree: async (tenantId, job, row) => (await holder(tenantId, job, row?.value.activeRun)) === undefined,

    async claim(tenantId, run) {
      for (let attempt = 1; ; attempt++) {
        const row = await jobs.get(tenantId, run.job)
        const held = await holder(tenantId, run.job, row?.value.activeRun)
        if (held !== undefined) throw new StegError('job-already-active', { job: run.job, run: held })
        // First the entry by which a run is found again whatever happens next, last the claim that makes it count.
        await announce([{ tenantId, run }])
        try {
          return await commit(tenantId, run, row)
        } catch (error) {
          // Perhaps it was only an edit of the job at the same moment: then nobody holds it.
          if (!isStegError(error, 'job-already-active') || attempt === CLAIM_ATTEMPTS) throw error
        }
      }
    },

    fence: (tenantId, job, row) => written(() => jobs.put(tenantId, job, { ...row?.value }, unchanged(row))),

    async discard(tenantId, job, id, run) {
      if (run !== undefined) {
        const gone = () => runs.delete(tenantId, runKey(job, id), { kind: 'match', etag: run.etag })
        if (!(await written(gone))) return
      }
      await active.delete(ACTIVE_PARTITION, id, { kind: 'any' })
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

    async decide(tenantId, job, id, decision) {
      for (;;) {
        const { value, etag } = await get(tenantId, job, id)
        if (!isHeld(value)) throw new StegError('run-not-held', { run: id })
        const decided: RunRow = { ...value, held: { ...value.held, decision } }
        if (await written(() => runs.put(tenantId, runKey(job, id), decided, { kind: 'match', etag }))) {
          return decided
        }
      }
    },

    async release(tenantId, job, id) {
      let left: JobRow | undefined
      for (;;) {
        const row = await jobs.get(tenantId, job)
        left = row?.value
        if (row?.value.activeRun !== id) break
        const { activeRun: _, ...freed } = row.value
        left = freed
        if (await written(() => jobs.put(tenantId, job, freed, unchanged(row)))) break
      }
      await active.delete(ACTIVE_PARTITION, id, { kind: 'any' })
      return left
    },
  }
}

/** Whether a run waits for somebody to decide, or may be released once more after its release was interrupted. */
export function isHeld(run: RunRow): run is RunRow & { held: NonNullable<RunRow['held']> } {
  return run.held !== undefined && run.held.decision !== 'rejected'
}

function unchanged(row: StoredJob | undefined): Condition {
  return row === undefined ? { kind: 'absent' } : { kind: 'match', etag: row.etag }
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
