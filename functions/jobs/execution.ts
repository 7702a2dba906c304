import { type ErrorRecord, isStegError, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Store } from '../platform/store/port.ts'
import { changesOf } from './change-store.ts'
import { type Counts, type JobDefinition, QUIET, type RunContext, RunGoesOn, RunHeld } from './port.ts'
import type { RunRow } from './rows.ts'
import type { RunLogWriter } from './run-log.ts'

/** Milliseconds of work before a run is asked to go on in a new message: far below the host's time-out of ten minutes. */
export const SLICE_MS = 4 * 60_000

export type Ending = Pick<RunRow, 'state' | 'counts'> & Partial<Pick<RunRow, 'error' | 'held'>>

/** How a worker comes to the end of its work on a run. */
export type Result =
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** Nothing to do, and nothing changed. */
  | { readonly kind: 'quiet' }
  /** The run goes on in a new message: it has done a part, or the hub ends. */
  | { readonly kind: 'given-back'; readonly why: 'goes-on' | 'hub-ends' }

export type Runnable = Exclude<JobDefinition, { kind: 'sequence' }>

/**
 * Does the work of a run and says how it ended; never throws.
 * @param parts.work what to do. @param parts.hubEnds aborted when the hub ends.
 */
export async function execute(parts: {
  readonly tenantId: string
  readonly run: Pick<RunRow, 'id' | 'job'>
  readonly work: () => Promise<Counts | typeof QUIET>
  readonly runLog: Pick<RunLogWriter, 'write'>
  readonly stopRequested: () => boolean
  readonly hubEnds: AbortSignal
  readonly log: Logger
}): Promise<Result> {
  const { run, runLog } = parts
  try {
    const counts = await parts.work()
    if (counts === QUIET) return { kind: 'quiet' }
    runLog.write('info', 'finished')
    return { kind: 'ended', ending: { state: 'succeeded', counts } }
  } catch (error) {
    if (parts.stopRequested()) {
      runLog.write('warning', 'stopped')
      return {
        kind: 'ended',
        ending: { state: 'stopped', counts: {}, error: toRecord(new StegError('run-stopped', {})) },
      }
    }
    // Its calls are cancelled with the hub, whatever the job makes of that.
    if (parts.hubEnds.aborted) return { kind: 'given-back', why: 'hub-ends' }
    if (error instanceof RunGoesOn) return { kind: 'given-back', why: 'goes-on' }
    const { failure, held } = explain(error, run)
    if (!isStegError(error) && !(error instanceof RunHeld)) {
      parts.log.error('run failed unexpectedly', {
        tenantId: parts.tenantId,
        job: run.job,
        runId: run.id,
        error,
      })
    }
    runLog.write('error', 'failed', { reason: failure.message })
    const ending = {
      state: 'failed' as const,
      counts: {},
      error: toRecord(failure),
      ...(held ? { held } : {}),
    }
    return { kind: 'ended', ending }
  }
}

/** Runs a job or takes back what another run of it changed. */
export async function workOn(
  store: Store,
  definition: Runnable,
  run: RunRow,
  context: RunContext,
): Promise<Counts | typeof QUIET> {
  if (context.dryRun) context.log('info', 'dry-run')
  if (run.undoes === undefined) return definition.run(context)
  if (definition.undo === undefined) throw new StegError('run-not-undoable', { run: run.undoes })
  const changes = await changesOf(store, context.tenantId, run.undoes)
  context.log('info', 'undoing', { run: run.undoes, count: changes.length })
  return definition.undo(context, changes)
}

export function toRecord(error: StegError): ErrorRecord {
  return { code: error.code, params: error.params }
}

function explain(
  error: unknown,
  run: Pick<RunRow, 'id' | 'job'>,
): { failure: StegError; held?: RunHeld['held'] } {
  if (error instanceof RunHeld) {
    const { count, limit, total } = error.held
    const params = { count, limit, total, job: run.job, run: run.id }
    return { failure: new StegError(error.code, params), held: error.held }
  }
  if (isStegError(error)) return { failure: error }
  return { failure: new StegError('internal-error', { reference: run.id }, { cause: error }) }
}
