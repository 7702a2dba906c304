import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Store } from '../platform/store/port.ts'
import type { ActiveRunStore } from './active-run-store.ts'
import { type JobStore, type StoredJob, tryWrite, unchangedSince } from './job-store.ts'
import { type HeldDecision, type JobRow, type RunRow, runsTable } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { isLeased } from './rules/plausible.ts'
import { runKey } from './rules/run-key.ts'
import { hasEnded } from './rules/run-state.ts'
import { isReal, seesWhatWasTold, stateOf, subjectEvents } from './rules/subject-state.ts'

/** How often a claim is tried again when the job was changed at the same moment. */
const CLAIM_ATTEMPTS = 4

export interface StoredRun {
  readonly etag: string
  readonly value: RunRow
}

/** Runs and which of them holds its job or subject: the rows behind starting, working and ending. */
export interface RunStore {
  /** @throws StegError `not-found` */
  get(key: JobKey, id: string): Promise<StoredRun>
  find(key: JobKey, id: string): Promise<StoredRun | undefined>
  put(tenantId: string, run: RunRow, etag: string): Promise<string>
  /** Writes a run that is new. */
  insert(tenantId: string, run: RunRow): Promise<string>
  /**
   * Writes a new run and makes it the one that holds its job.
   * @throws StegError `job-already-active`
   */
  claim(tenantId: string, run: RunRow): Promise<StoredRun>
  /** Whether a run could start now: none holds the job, or only one that has ended. */
  isFree(key: JobKey, row: StoredJob | undefined, now: number): Promise<boolean>
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
  fence(key: JobKey, row: StoredJob | undefined): Promise<boolean>
  /** Deletes the run of a claim that was never committed. Only after `fence`. @returns false when it has changed. */
  discard(tenantId: string, run: StoredRun | undefined): Promise<boolean>
  /**
   * Notes that a worker has taken a run, before its work begins: what was told until now is no longer due if the run sees
   * it. Costs a write only then.
   * @param run as it was before it was taken. @returns the row of its job or subject.
   */
  begin(key: JobKey, run: RunRow): Promise<JobRow>
  /** Asks the worker of a run to stop. @throws StegError `not-found`, `run-not-active` */
  requestStop(key: JobKey, id: string): Promise<RunRow>
  /**
   * Notes what was decided about a held run. What was rejected stays so.
   * @throws StegError `not-found`, `run-not-held`
   */
  decide(key: JobKey, id: string, decision: HeldDecision): Promise<RunRow>
  /**
   * Frees the job of a run that has ended, and keeps what the next run goes on from. Repeatable: it is also called for
   * runs whose worker died before this.
   * @returns the job's row.
   */
  release(key: JobKey, run: RunRow): Promise<JobRow | undefined>
}

const keyOf = (tenantId: string, { job, subject }: RunRow): JobKey => ({ tenantId, job, subject })

export function createRunStore(parts: {
  readonly store: Store
  readonly jobs: JobStore
  readonly active: ActiveRunStore
  /** Somebody told of a change while the run went on: the subject is due once more. Repeatable. */
  readonly onAgain: (key: JobKey) => Promise<void>
}): RunStore {
  const { jobs, active } = parts
  const runs = runsTable.bind(parts.store)

  const find = ({ tenantId, job, subject }: JobKey, id: string) =>
    runs.get(tenantId, runKey(job, id, subject))
  const rowKey = (run: RunRow) => runKey(run.job, run.id, run.subject)

  async function get(key: JobKey, id: string): Promise<StoredRun> {
    const row = await find(key, id)
    if (row === undefined) throw new StegError('not-found', { what: 'run' })
    return row
  }

  const put = (tenantId: string, run: RunRow, etag: string) =>
    runs.put(tenantId, rowKey(run), run, { kind: 'match', etag })

  /** What holds the job, unless it has ended and only its worker did not come to free the job. */
  async function holder(key: JobKey, row: StoredJob | undefined, now: number): Promise<string | undefined> {
    if (isLeased(row?.value.lease, now)) return row.value.lease.owner
    const id = row?.value.activeRun
    if (id === undefined) return undefined
    const run = await find(key, id)
    return run === undefined || hasEnded(run.value.state) ? undefined : id
  }

  const announce = (news: readonly { readonly tenantId: string; readonly run: RunRow }[]) =>
    active.put(
      news.map(({ tenantId, run: { id, job, subject, queuedAt } }) => ({
        id,
        value: { tenantId, job, ...(subject === undefined ? {} : { subject }), enqueuedAt: queuedAt },
      })),
    )

  async function commit(
    tenantId: string,
    run: RunRow,
    row: StoredJob | undefined,
    more: Partial<JobRow> = {},
  ): Promise<StoredRun> {
    const key = keyOf(tenantId, run)
    const etag = await runs.put(tenantId, rowKey(run), run, { kind: 'absent' })
    try {
      const { pending: _, lease: __, ...rest } = row?.value ?? {}
      const owes = subjectEvents.claim[stateOf(row?.value, run.queuedAt)] === 'owe'
      const due = owes ? { ...more, again: true } : more
      await jobs.put(key, { ...rest, ...due, activeRun: run.id, lastRun: run.id }, unchangedSince(row))
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
      await runs.delete(tenantId, rowKey(run), { kind: 'any' })
      await active.remove(key, run.id)
      const winner = (await jobs.get(key))?.value.activeRun
      throw new StegError('job-already-active', { job: run.job, run: winner ?? '?' }, { cause: error })
    }
    return { etag, value: run }
  }

  return {
    get,
    find,
    put,
    announce,
    commit,

    insert: (tenantId, run) => runs.put(tenantId, rowKey(run), run, { kind: 'absent' }),

    isFree: async (key, row, now) => (await holder(key, row, now)) === undefined,

    async claim(tenantId, run) {
      const key = keyOf(tenantId, run)
      for (let attempt = 1; ; attempt++) {
        const row = await jobs.get(key)
        const held = await holder(key, row, run.queuedAt)
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

    async fence(key, row) {
      // A subject that is not there stays away: nobody claims one that was taken out.
      if (row === undefined && key.subject !== undefined) return true
      return tryWrite(() => jobs.put(key, { ...row?.value }, unchangedSince(row)))
    },

    async discard(tenantId, run) {
      if (run === undefined) return true
      return tryWrite(() => runs.delete(tenantId, rowKey(run.value), { kind: 'match', etag: run.etag }))
    },

    async begin(key, run) {
      for (;;) {
        const row = await jobs.get(key)
        if (row?.value.again !== true || row.value.activeRun !== run.id || !seesWhatWasTold(run))
          return row?.value ?? {}
        const { again: _, ...rest } = row.value
        if (await tryWrite(() => jobs.put(key, rest, unchangedSince(row)))) return rest
      }
    },

    async requestStop(key, id) {
      for (;;) {
        const run = await get(key, id)
        if (hasEnded(run.value.state)) throw new StegError('run-not-active', { run: id })
        const asked: RunRow = { ...run.value, stopRequested: true }
        if (await tryWrite(() => put(key.tenantId, asked, run.etag))) return asked
      }
    },

    async decide(key, id, decision) {
      for (;;) {
        const { value, etag } = await get(key, id)
        if (!isHeld(value)) throw new StegError('run-not-held', { run: id })
        const decided: RunRow = { ...value, held: { ...value.held, decision } }
        if (await tryWrite(() => put(key.tenantId, decided, etag))) return decided
      }
    },

    async release(key, run) {
      const { id } = run
      let left: JobRow | undefined
      for (;;) {
        const row = await jobs.get(key)
        left = row?.value
        if (row?.value.activeRun !== id) break
        const { activeRun: _, saved: before, ...rest } = row.value
        const saved = keepSaved(run, before)
        left = saved === undefined ? rest : { ...rest, saved }
        const freed = left
        if (await tryWrite(() => jobs.put(key, freed, unchangedSince(row)))) break
      }
      if (left?.again === true && left.activeRun === undefined) await parts.onAgain(key)
      await active.remove(key, id)
      return left
    },
  }
}

/** Whether a run waits for somebody to decide, or may be released once more after its release was interrupted. */
export function isHeld(run: RunRow): run is RunRow & { held: NonNullable<RunRow['held']> } {
  return run.held !== undefined && run.held.decision !== 'rejected'
}

/** What the next run goes on from: a real run that succeeded leaves nothing to do, any other what was saved last. */
function keepSaved(run: RunRow, before: string | undefined): string | undefined {
  if (!isReal(run)) return before
  return run.state === 'succeeded' ? undefined : (run.saved ?? before)
}
