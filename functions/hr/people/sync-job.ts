import type { Clock } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { Counts, JobDefinition } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { syncMirror } from '../../sync/mirror/sync.ts'
import { undoChanges } from '../../sync/undo.ts'
import type { RunContext } from '../run-context.ts'
import type { SageConnection } from '../sage/port.ts'
import type { SageService } from '../sage/service.ts'
import { peopleMirror } from './mirror.ts'

/** Failures of asking for the time that say nothing about the rest. */
const UNTOLD: ReadonlySet<string> = new Set(['sage-unexpected-data', 'sage-refused', 'sage-not-json'])
/** Seconds by which Sage's clock may be wrong before the run warns. */
const DRIFT_WARNING_SECONDS = 60

/** `SysSageSyncPersonen` (A7): people come from Sage. */
export function peopleSyncJob(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly clock: Clock
}): JobDefinition {
  async function run(context: RunContext): Promise<Counts> {
    const { tenantId, agentId, signal, log } = context
    const connection = await parts.sage.connect(tenantId, { agentId, signal })
    log('info', 'connected', { agent: connection.agentName })
    await reportClock(connection, context)
    const source = { path: connection.profile.employees.path, read: connection.people }
    return syncMirror(parts, peopleMirror, source, context)
  }

  return {
    token: 'SysSageSyncPersonen',
    category: 'SageSkripte',
    position: 20,
    kind: 'work',
    run,
    undo: (context, changes) => undoChanges(parts, peopleMirror, context, changes),
  }
}

/** Informs only: an installation that does not tell its time still has people. */
async function reportClock(connection: SageConnection, { log }: RunContext): Promise<void> {
  const clock = await connection.clock().catch((error: unknown) => {
    if (!isStegError(error) || !UNTOLD.has(error.code)) throw error
    log('warning', 'sage-clock-unknown', { reason: error.message })
    return undefined
  })
  if (clock === undefined) return
  const { offsetMinutes, driftMs } = clock
  const drift = Math.round(driftMs / 1000)
  log('debug', 'sage-clock', { offset: offsetMinutes, drift })
  if (Math.abs(drift) > DRIFT_WARNING_SECONDS) log('warning', 'sage-clock-wrong', { drift })
}
