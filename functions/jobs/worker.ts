import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Store } from '../platform/store/port.ts'
import { execute, SLICE_MS, toRecord, workOn } from './execution.ts'
import { endWith, type Hands } from './in-hand.ts'
import type { JobStore } from './job-store.ts'
import type { Counts, JobDefinition, QUIET, RunContext } from './port.ts'
import type { JobRow, RunRow } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { LEASE_MS } from './rules/plausible.ts'
import { MAX_ATTEMPTS, takeover } from './rules/run-state.ts'
import type { RunStore } from './run-store.ts'
import { createSequence } from './sequence.ts'
import type { RunMessage } from './starting.ts'

export interface WorkerParts {
  readonly store: Store
  readonly jobs: JobStore
  readonly runs: RunStore
  readonly hands: Hands
  readonly definitions: ReadonlyMap<string, JobDefinition>
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Logger
  /** Aborted when the hub ends. */
  readonly hubEnds: AbortSignal
  /** Makes a child run of a sequence: claimed, but not enqueued. */
  readonly startChild: (tenantId: string, job: string, dryRun: boolean) => Promise<RunRow>
}

/** Executes the run that a message names. Any delivery may be late, double or the second after a crash. */
export function createWorker(parts: WorkerParts): (message: RunMessage) => Promise<void> {
  const { runs, clock, hands } = parts
  const inOrder = createSequence({ ...parts, workOn: (message) => work(message, true) })

  return (message) => work(message, false)

  async function work({ runId, ...key }: RunMessage, isChild: boolean): Promise<void> {
    const stored = await runs.find(key, runId)
    if (stored === undefined) {
      parts.log.warn('message for a run that does not exist', { ...key, runId })
      return
    }
    switch (takeover(stored.value, clock.now())) {
      case 'ended':
        await runs.release(key, stored.value)
        return
      case 'leave-to-owner':
        return waitForOwner(key, stored.value, isChild)
      case 'give-up': {
        const error = toRecord(new StegError('run-abandoned', { attempts: MAX_ATTEMPTS }))
        const failed = endWith(stored.value, { state: 'failed', counts: {}, error }, clock.now())
        await runs.put(key.tenantId, failed, stored.etag)
        await runs.release(key, failed)
        return
      }
      case 'take':
        return take(key, stored.value, stored.etag, isChild)
    }
  }

  /** A lease that runs out belonged to a dead worker, and the run is ours; one that is renewed is a living one's. */
  async function waitForOwner(key: JobKey, run: RunRow, isChild: boolean): Promise<void> {
    await clock.sleep(Math.max(0, (run.lease?.until ?? 0) - clock.now()) + 1)
    const later = await runs.find(key, run.id)
    if (later === undefined || later.value.lease?.owner !== run.lease?.owner) return
    if (later.value.lease?.until === run.lease?.until) await work({ ...key, runId: run.id }, isChild)
  }

  async function take(key: JobKey, run: RunRow, etag: string, isChild: boolean): Promise<void> {
    const takenAt = clock.now()
    const taken: RunRow = {
      ...run,
      state: 'running',
      startedAt: run.startedAt ?? takenAt,
      attempts: run.attempts + 1,
      lease: { owner: parts.newId(), until: takenAt + LEASE_MS },
    }
    await runs.put(key.tenantId, taken, etag)
    const settings = await settingsOf(key, await runs.begin(key, run))
    const log = hands.logOf(key, taken, settings.logLevel)
    // From here on the lease is renewed until the run is finished: nothing may come between it and that.
    const hand = hands.take(key, taken, log)
    log.write('info', 'started', { attempt: taken.attempts })
    const definition = parts.definitions.get(run.job)
    const mayGoOn = () => !parts.hubEnds.aborted && clock.now() - takenAt < SLICE_MS
    const doIt = async (): Promise<Counts | typeof QUIET> => {
      if (definition === undefined) throw new StegError('not-found', { what: 'job' })
      if (definition.kind === 'sequence') {
        return inOrder(key.tenantId, taken, definition.children, { lease: hand.lease, log, mayGoOn })
      }
      const context: RunContext = {
        tenantId: key.tenantId,
        runId: run.id,
        subject: key.subject,
        agentId: settings.agentId,
        approved: run.approved,
        dryRun: run.dryRun ?? false,
        signal: hand.lease.signal,
        log: log.writeAny,
        record: hand.record,
        saved: parseSaved(run.saved ?? settings.saved),
        progress: hand.progress,
        mayGoOn,
      }
      return workOn(parts.store, definition, taken, context)
    }
    const result = await execute({
      tenantId: key.tenantId,
      run,
      work: doIt,
      runLog: log,
      stopRequested: hand.lease.stopRequested,
      hubEnds: parts.hubEnds,
      log: parts.log,
    })
    // A sequence saves nothing of its own: whether it gets on its children say, who are given up themselves.
    const isPart = result.kind === 'given-back' && definition?.kind === 'sequence'
    await hand.finish(isPart ? { kind: 'given-back', why: 'hub-ends' } : result, isChild)
  }

  /** What a subject does not say for itself its job says. */
  async function settingsOf(key: JobKey, own: JobRow): Promise<JobRow> {
    if (key.subject === undefined) return own
    const ofJob = (await parts.jobs.get({ tenantId: key.tenantId, job: key.job }))?.value ?? {}
    return withSettingsOf(ofJob, own)
  }
}

/** The settings of a subject: its own, and its job's for what it does not say. */
export function withSettingsOf(ofJob: JobRow, own: JobRow): JobRow {
  const { agentId = ofJob.agentId, logLevel = ofJob.logLevel, ...rest } = own
  return {
    ...rest,
    ...(agentId === undefined ? {} : { agentId }),
    ...(logLevel === undefined ? {} : { logLevel }),
  }
}

/** What a run has saved. The hub wrote it, the job judges it. */
export function parseSaved(saved: string | undefined): unknown {
  return saved === undefined ? undefined : JSON.parse(saved)
}
