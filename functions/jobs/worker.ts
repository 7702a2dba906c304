import type { Clock } from '../../shared/clock.ts'
import { type ErrorRecord, isStegError, reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Store } from '../platform/store/port.ts'
import { flushRegularly } from './flushing.ts'
import { changesOf, createJournal } from './journal.ts'
import { type Keeper, keepLease } from './keeper.ts'
import { type Counts, type JobDefinition, type RunContext, RunHeld } from './port.ts'
import { type JobRow, jobsTable, type RunRow } from './rows.ts'
import { hasEnded, MAX_ATTEMPTS, takeover } from './rules/run-state.ts'
import { createRunLogWriter, type RunLogWriter } from './run-log.ts'
import type { Runs } from './runs.ts'
import type { JobMessage } from './starting.ts'

/**
 * How long a worker owns a run without renewing. Shorter than the lock of the queue (30 s), so that a message that
 * comes again after its worker died finds the run free.
 */
const LEASE_MS = 20_000
/** How long a sequence waits for a child that somebody else has started, and how often it looks. */
const CHILD_WAIT_MS = 5 * 60_000
const CHILD_PAUSE_MS = 1_000

export interface WorkerParts {
  readonly store: Store
  readonly runs: Runs
  readonly definitions: ReadonlyMap<string, JobDefinition>
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Logger
  /** Makes a child run of a sequence: claimed, but not enqueued. */
  readonly startChild: (tenantId: string, job: string, dryRun: boolean) => Promise<RunRow>
  /** What follows a run when its job is free again. Its failure does not concern the run. */
  readonly afterRun: (tenantId: string, run: RunRow, freed: JobRow | undefined) => Promise<void>
}

type Ending = Pick<RunRow, 'state' | 'counts'> & Partial<Pick<RunRow, 'error' | 'held'>>

/** Executes the run that a message names. Any delivery may be late, double or the second after a crash. */
export function createWorker(parts: WorkerParts): (message: JobMessage) => Promise<void> {
  const { runs, clock } = parts
  const jobs = jobsTable.bind(parts.store)

  return work

  async function work({ tenantId, job, runId }: JobMessage): Promise<void> {
    const stored = await runs.find(tenantId, job, runId)
    if (stored === undefined) {
      parts.log.warn('message for a run that does not exist', { tenantId, job, runId })
      return
    }
    switch (takeover(stored.value, clock.now())) {
      case 'ended':
        await runs.release(tenantId, job, runId)
        return
      case 'leave-to-owner':
        return waitForOwner(tenantId, stored.value)
      case 'give-up': {
        const error = new StegError('run-abandoned', { attempts: MAX_ATTEMPTS })
        await runs.put(
          tenantId,
          ended(stored.value, { state: 'failed', counts: {}, error: record(error) }),
          stored.etag,
        )
        await runs.release(tenantId, job, runId)
        return
      }
      case 'take':
        return take(tenantId, stored.value, stored.etag)
    }
  }

  /** A lease that runs out belonged to a dead worker, and the run is ours; one that is renewed is a living one's. */
  async function waitForOwner(tenantId: string, run: RunRow): Promise<void> {
    await clock.sleep(Math.max(0, (run.lease?.until ?? 0) - clock.now()) + 1)
    const later = await runs.find(tenantId, run.job, run.id)
    if (later === undefined || later.value.lease?.owner !== run.lease?.owner) return
    if (later.value.lease?.until === run.lease?.until) await work({ tenantId, job: run.job, runId: run.id })
  }

  async function take(tenantId: string, run: RunRow, etag: string): Promise<void> {
    const taken: RunRow = {
      ...run,
      state: 'running',
      startedAt: run.startedAt ?? clock.now(),
      attempts: run.attempts + 1,
      lease: { owner: parts.newId(), until: clock.now() + LEASE_MS },
    }
    const newEtag = await runs.put(tenantId, taken, etag)
    const settings = (await jobs.get(tenantId, run.job))?.value
    // From here on the lease is renewed until the keeper is stopped: nothing may come between it and the try.
    const keeper = keepLease({ runs, clock, tenantId, run: taken, etag: newEtag, leaseMs: LEASE_MS })
    const log: RunLogWriter = createRunLogWriter({
      store: parts.store,
      tenantId,
      runId: run.id,
      attempt: taken.attempts,
      level: settings?.logLevel ?? 'info',
      now: clock.now,
    })
    log.write('info', 'started', { attempt: taken.attempts })
    const flushing = flushRegularly(log, clock)
    let ending: Ending
    try {
      ending = await execute(tenantId, taken, settings?.agentId, keeper, log)
    } finally {
      await flushing.stop()
      await keeper.stop()
    }
    if (keeper.lost()) {
      parts.log.warn('run was taken over by another worker', { tenantId, job: run.job, runId: run.id })
      return
    }
    await log.flush()
    await keeper.update((current) => ended(current, ending))
    const freed = await runs.release(tenantId, run.job, run.id)
    try {
      await parts.afterRun(tenantId, { ...taken, state: ending.state }, freed)
    } catch (error) {
      parts.log.warn('after a run', { tenantId, job: run.job, runId: run.id, reason: reasonOf(error) })
    }
  }

  async function execute(
    tenantId: string,
    run: RunRow,
    agentId: string | undefined,
    keeper: Keeper,
    log: RunLogWriter,
  ): Promise<Ending> {
    const definition = parts.definitions.get(run.job)
    try {
      if (definition === undefined) throw new StegError('not-found', { what: 'job' })
      const counts =
        definition.kind === 'sequence'
          ? await inOrder(tenantId, run, definition.children, keeper, log)
          : await workOn(definition, run, {
              tenantId,
              runId: run.id,
              agentId,
              approved: run.approved,
              dryRun: run.dryRun ?? false,
              signal: keeper.signal,
              log: log.writeAny,
              record: createJournal({ store: parts.store, tenantId, runId: run.id, attempt: run.attempts })
                .record,
            })
      log.write('info', 'finished')
      return { state: 'succeeded', counts }
    } catch (error) {
      if (keeper.stopRequested()) {
        log.write('warning', 'stopped')
        return { state: 'stopped', counts: {}, error: record(new StegError('run-stopped', {})) }
      }
      const { failure, held } = explain(error, run)
      if (!isStegError(error) && !(error instanceof RunHeld)) {
        parts.log.error('run failed unexpectedly', { tenantId, job: run.job, runId: run.id, error })
      }
      log.write('error', 'failed', { reason: failure.message })
      return { state: 'failed', counts: {}, error: record(failure), ...(held ? { held } : {}) }
    }
  }

  async function workOn(
    definition: Extract<JobDefinition, { kind: 'work' }>,
    run: RunRow,
    context: RunContext,
  ): Promise<Counts> {
    if (context.dryRun) context.log('info', 'dry-run')
    if (run.undoes === undefined) return definition.run(context)
    if (definition.undo === undefined) throw new StegError('run-not-undoable', { run: run.undoes })
    const changes = await changesOf(parts.store, context.tenantId, run.undoes)
    context.log('info', 'undoing', { run: run.undoes, count: changes.length })
    return definition.undo(context, changes)
  }

  /** Children run one after the other, each with a run of its own; the first failure ends the sequence. */
  async function inOrder(
    tenantId: string,
    run: RunRow,
    children: readonly string[],
    keeper: Keeper,
    log: RunLogWriter,
  ): Promise<Counts> {
    const done = [...(run.done ?? [])]
    for (const job of children) {
      if (done.includes(job)) {
        log.write('info', 'child-skipped', { job })
        continue
      }
      log.write('info', 'child-started', { job })
      const interrupted = run.child?.job === job ? run.child : undefined
      const child = interrupted ?? { job, id: (await startWhenFree(tenantId, job, run, keeper.signal)).id }
      if (interrupted === undefined) await keeper.update((current) => ({ ...current, child }))
      const result = await finishChild(tenantId, child, keeper.signal)
      if (result.error !== undefined) {
        throw new StegError('child-job-failed', { job, reason: StegError.fromRecord(result.error).message })
      }
      log.write('info', 'child-done', { job })
      done.push(job)
      await keeper.update(({ child: _, ...current }) => ({ ...current, done }))
    }
    return { jobs: done.length }
  }

  /** Somebody may have started the child by hand a moment ago: then it is our turn when that run has ended. */
  async function startWhenFree(
    tenantId: string,
    job: string,
    { dryRun = false }: RunRow,
    signal: AbortSignal,
  ): Promise<RunRow> {
    for (const giveUpAt = clock.now() + CHILD_WAIT_MS; ; ) {
      signal.throwIfAborted()
      try {
        return await parts.startChild(tenantId, job, dryRun)
      } catch (error) {
        if (!isStegError(error, 'job-already-active') || clock.now() > giveUpAt) throw error
        await clock.sleep(CHILD_PAUSE_MS, signal)
      }
    }
  }

  /** Works on a child until it has ended; waits while another worker still owns it. */
  async function finishChild(tenantId: string, child: { job: string; id: string }, signal: AbortSignal) {
    const stopChild = () => {
      runs.requestStop(tenantId, child.job, child.id).catch((error) => {
        parts.log.warn('child could not be stopped', { child, reason: reasonOf(error) })
      })
    }
    signal.addEventListener('abort', stopChild, { once: true })
    if (signal.aborted) stopChild()
    try {
      for (;;) {
        const { value } = await runs.get(tenantId, child.job, child.id)
        if (hasEnded(value.state)) return value
        await work({ tenantId, job: child.job, runId: child.id })
        const after = await runs.get(tenantId, child.job, child.id)
        if (!hasEnded(after.value.state)) await clock.sleep(CHILD_PAUSE_MS, signal)
      }
    } finally {
      signal.removeEventListener('abort', stopChild)
    }
  }

  function ended(run: RunRow, ending: Ending): RunRow {
    const { lease: _, stopRequested: __, ...rest } = run
    return { ...rest, ...ending, finishedAt: clock.now() }
  }
}

function record(error: StegError): ErrorRecord {
  return { code: error.code, params: error.params }
}

function explain(error: unknown, run: RunRow): { failure: StegError; held?: RunHeld['held'] } {
  if (error instanceof RunHeld) {
    const { count, limit, total } = error.held
    const params = { count, limit, total, job: run.job, run: run.id }
    return { failure: new StegError(error.code, params), held: error.held }
  }
  if (isStegError(error)) return { failure: error }
  return { failure: new StegError('internal-error', { reference: run.id }, { cause: error }) }
}
