import type { Clock } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { Counts, JobDefinition } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { inFlight, SAGE_CALLS_IN_FLIGHT } from '../in-flight.ts'
import type { RunContext } from '../run-context.ts'
import type { SageService } from '../sage/service.ts'
import { type ExportCounts, exportPerson } from './export-person.ts'
import { createRequests, type HeldRequest } from './requests.ts'
import { absencesInSage } from './sage.ts'

/** After so many people in a row the fault is not theirs, and the others are not tried. */
const FAILURES_IN_A_ROW = 5

/**
 * `SysSageExportAntraege` (A7): hands requests for leave to Sage, each exactly once, and brings back what was decided.
 * Reads once for each person with open requests; without any it does not call Sage at all.
 */
export function absencesExportJob(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly clock: Clock
}): JobDefinition {
  const requests = createRequests(parts.store)

  async function run(context: RunContext): Promise<Counts> {
    const { tenantId, agentId, signal, log } = context
    const counts: ExportCounts = {
      exported: 0,
      approved: 0,
      rejected: 0,
      refused: 0,
      removed: 0,
      open: 0,
      failed: 0,
    }
    const people = byPerson(await requests.open(tenantId))
    if (people.length === 0) return { ...counts }
    const connection = await parts.sage.connect(tenantId, { agentId, signal })
    log('info', 'connected', { agent: connection.agentName })
    const sage = absencesInSage(connection)
    const failures: unknown[] = []
    let inARow = 0
    await inFlight(people, SAGE_CALLS_IN_FLIGHT, async (open) => {
      signal.throwIfAborted()
      if (inARow >= FAILURES_IN_A_ROW) return
      try {
        await exportPerson({ requests, sage, clock: parts.clock, context, counts }, open)
        inARow = 0
      } catch (error) {
        // One person's trouble must not keep the others from Sage, in this run and in every one that follows.
        if (!isStegError(error)) throw error
        failures.push(error)
        inARow += 1
        const token = open[0]?.value.externalToken ?? ''
        log('error', 'absence-failed', { token, reason: error.message })
      }
    })
    signal.throwIfAborted()
    if (failures.length > 0) throw failures[0]
    return { ...counts }
  }

  return { token: 'SysSageExportAntraege', category: 'SageSkripte', position: 80, kind: 'work', run }
}

/** Requests of each person in the order of receipt. */
function byPerson(open: readonly HeldRequest[]): readonly (readonly HeldRequest[])[] {
  const people = new Map<string, HeldRequest[]>()
  for (const request of open) {
    const { personId } = request.value
    const own = people.get(personId)
    if (own === undefined) people.set(personId, [request])
    else own.push(request)
  }
  return Array.from(people.values(), (own) =>
    own.sort((a, b) => a.value.receivedAt - b.value.receivedAt || (a.value.id < b.value.id ? -1 : 1)),
  )
}
