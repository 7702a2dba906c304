import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import { type Counts, type JobDefinition, RunHeld } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import type { RunContext } from '../run-context.ts'
import type { SageConnection, SageService } from '../sage/service.ts'
import { openDirectory } from './directory.ts'
import { heldBy } from './rules/guard.ts'
import {
  confirmDeactivations,
  externalToken,
  type PeoplePlan,
  type PersonAction,
  planPeople,
  tokenOf,
} from './rules/plan.ts'
import { undoPeople } from './undo.ts'

/** Failures of asking for the time that say nothing about the rest. */
const UNTOLD: ReadonlySet<string> = new Set(['sage-unexpected-data', 'sage-refused', 'sage-not-json'])
/** Seconds by which Sage's clock may be wrong before the run warns. */
const DRIFT_WARNING_SECONDS = 60

/** `SysSageSyncPersonen` (A7): people come from Sage. Plans first, then executes; a repeated run writes nothing. */
export function peopleSyncJob(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly clock: Clock
}): JobDefinition {
  async function run(context: RunContext): Promise<Counts> {
    const { tenantId, agentId, signal, log, dryRun } = context
    const connection = await parts.sage.connect(tenantId, { agentId, signal })
    log('info', 'connected', { agent: connection.agentName })
    await reportClock(connection, context)

    const listed = await connection.people()
    log('info', 'people-read', { count: listed.length })
    const directory = await openDirectory(parts.store, tenantId, parts.clock)
    const plan = await confirmed(planPeople(listed, directory.known()), connection, context)
    const planned = countsOf(plan)
    log('info', 'people-planned', planned)
    guard(plan, directory.activeCount(), context)

    const logged = (actions: readonly PersonAction[]) => {
      for (const action of actions) logAction(action, context)
    }
    if (dryRun) logged(plan.actions)
    else await directory.apply(plan.actions, { record: context.record, onWritten: logged, signal })
    return {
      read: listed.length,
      created: planned.create,
      updated: planned.update,
      deactivated: planned.deactivate,
      unchanged: planned.unchanged,
    }
  }

  return {
    token: 'SysSageSyncPersonen',
    category: 'SageSkripte',
    position: 20,
    kind: 'work',
    run,
    undo: (context, changes) => undoPeople(parts, context, changes),
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

async function confirmed(
  plan: PeoplePlan,
  connection: SageConnection,
  { log }: RunContext,
): Promise<PeoplePlan> {
  const planned = countsOf(plan).deactivate
  if (planned === 0) return plan
  const checked = confirmDeactivations(plan, await connection.people())
  log('info', 'deactivations-confirmed', { count: countsOf(checked).deactivate, planned })
  return checked
}

/** @throws RunHeld when approval is needed and not given for exactly these people. */
function guard(plan: PeoplePlan, active: number, { approved, dryRun, log }: RunContext): void {
  const held = heldBy(plan, active)
  if (held === undefined) return
  if (dryRun) {
    log('warning', 'would-be-held', { count: held.count, limit: held.limit, total: held.total })
    return
  }
  const digest = createHash('sha256')
    .update([...held.ids].sort().join('\n'))
    .digest('base64url')
  if (digest === approved) {
    log('warning', 'released')
    return
  }
  for (const id of held.ids) log('info', 'person-would-be-deactivated', { token: tokenOf(id) })
  throw new RunHeld({ count: held.count, limit: held.limit, total: held.total, digest })
}

function countsOf(plan: PeoplePlan) {
  const counts = { create: 0, update: 0, deactivate: 0, unchanged: plan.unchanged }
  for (const action of plan.actions) counts[action.kind] += 1
  return counts
}

function logAction(action: PersonAction, { dryRun, log }: RunContext): void {
  switch (action.kind) {
    case 'create':
      log('info', dryRun ? 'person-would-be-created' : 'person-created', {
        token: externalToken(action.person),
      })
      break
    case 'update':
      log('info', dryRun ? 'person-would-be-updated' : 'person-updated', {
        token: externalToken(action.person),
        fields: action.changed.join(', '),
      })
      break
    case 'deactivate':
      log('info', dryRun ? 'person-would-be-deactivated' : 'person-deactivated', {
        token: tokenOf(action.id),
      })
      break
  }
}
