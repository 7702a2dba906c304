import type { Clock } from '../../shared/clock.ts'
import { reasonOf } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Store } from '../platform/store/port.ts'
import { createChangeStore } from './change-store.ts'
import type { Result } from './execution.ts'
import { flushRegularly } from './flushing.ts'
import { keepLease, type RunLease } from './lease.ts'
import type { Change, Progress } from './port.ts'
import type { JobRow, LogLevel, RunRow } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { attemptInKeys } from './rules/run-key.ts'
import { sparedAfter } from './rules/run-state.ts'
import { createRunLogWriter, type RunLogWriter } from './run-log.ts'
import type { RunStore } from './run-store.ts'
import type { Starting } from './starting.ts'

/** Characters of what a run saves, as JSON: one property of a row, with room to spare. */
const SAVED_CHARACTERS = 30_000

export interface HandsParts {
  readonly store: Store
  readonly runs: RunStore
  readonly starting: Pick<Starting, 'enqueue' | 'newId'>
  readonly clock: Clock
  readonly log: Logger
  /** Aborted when the hub ends. */
  readonly hubEnds: AbortSignal
  /** What follows a run when its job is free again. Its failure does not concern the run. */
  readonly afterRun: (key: JobKey, run: RunRow, freed: JobRow | undefined) => Promise<void>
}

/** A run that this worker has taken: its lease is renewed and its log is written until `finish`. */
export interface RunInHand {
  readonly lease: RunLease
  record(changes: readonly Change[]): Promise<void>
  /** @throws RangeError for what is too large to be saved. */
  progress(progress: Progress): Promise<void>
  /** Ends the run, or gives it back. @param isChild of a sequence, which takes it up again by itself. */
  finish(result: Result, isChild?: boolean): Promise<void>
}

export interface Hands {
  logOf(key: JobKey, run: Pick<RunRow, 'id' | 'attempts'>, level: LogLevel | undefined): RunLogWriter
  /** @param run as it is in the store, with the lease of this worker. */
  take(key: JobKey, run: RunRow, log: RunLogWriter): RunInHand
}

export function createHands(parts: HandsParts): Hands {
  const { runs, clock, hubEnds } = parts

  async function giveBack(
    key: JobKey,
    id: string,
    lease: RunLease,
    why: 'goes-on' | 'hub-ends',
    isChild: boolean,
  ): Promise<void> {
    await lease.update(({ lease: _, ...run }) => ({
      ...run,
      state: 'queued',
      spared: sparedAfter(run, why),
      ...(run.saved === undefined ? {} : { savedBefore: run.saved }),
    }))
    if (isChild || lease.lost()) return
    try {
      await parts.starting.enqueue(key, id, parts.starting.newId())
    } catch (error) {
      // It is found again as any run that lost its message.
      parts.log.warn('run could not be given back', { ...key, runId: id, reason: reasonOf(error) })
    }
  }

  async function end(key: JobKey, run: RunRow, lease: RunLease, result: Result): Promise<void> {
    const ending =
      result.kind === 'ended'
        ? result.ending
        : { state: 'succeeded' as const, counts: {} as RunRow['counts'] }
    let ended = endWith(run, ending, clock.now())
    await lease.update((current) => {
      ended = endWith(current, ending, clock.now())
      return ended
    })
    const freed = await runs.release(key, ended)
    try {
      await parts.afterRun(key, { ...run, state: ending.state }, freed)
    } catch (error) {
      parts.log.warn('after a run', { ...key, runId: run.id, reason: reasonOf(error) })
    }
  }

  return {
    logOf: ({ tenantId }, { id, attempts }, level = 'info') =>
      createRunLogWriter({
        store: parts.store,
        tenantId,
        runId: id,
        attempt: attemptInKeys(attempts),
        level,
        now: clock.now,
      }),

    take(key, run, log) {
      const lease = keepLease({ runs, clock, key, run, ending: hubEnds })
      const flushing = flushRegularly(log, clock)
      const changeStore = createChangeStore({
        store: parts.store,
        tenantId: key.tenantId,
        runId: run.id,
        attempt: attemptInKeys(run.attempts),
      })
      return {
        lease,
        record: changeStore.record,

        async progress({ done, total, saved }) {
          const text = saved === undefined ? undefined : JSON.stringify(saved)
          if (text !== undefined && text.length > SAVED_CHARACTERS) {
            throw new RangeError(`a run saves at most ${SAVED_CHARACTERS} characters`)
          }
          await lease.update((current) => ({
            ...current,
            progress: { done, total },
            ...(text === undefined ? {} : { saved: text }),
          }))
        },

        async finish(result, isChild = false) {
          await flushing.stop()
          await lease.stop()
          if (lease.lost()) {
            parts.log.warn('run was taken over by another worker', { ...key, runId: run.id })
            return
          }
          await log.flush()
          if (result.kind === 'given-back') await giveBack(key, run.id, lease, result.why, isChild)
          else await end(key, run, lease, result)
        },
      }
    },
  }
}

/** A run's row once it has ended. */
export function endWith(run: RunRow, ending: Partial<RunRow>, now: number): RunRow {
  const { lease: _, stopRequested: __, savedBefore: ___, ...rest } = run
  return { ...rest, ...ending, finishedAt: now }
}
