import type { Clock } from '../../../shared/clock.ts'
import type { Counts, JobDefinition } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { deliverAll } from '../../sync/delivery/run.ts'
import type { RunContext } from '../run-context.ts'
import { SAGE_CALLS_AT_ONCE } from '../sage/port.ts'
import type { SageService } from '../sage/service.ts'
import { exportPerson } from './export-person.ts'
import { createRequestStore, type HeldRequest } from './request-store.ts'
import { absencesInSage } from './sage.ts'

/**
 * `SysSageExportAntraege` (A7): hands requests for leave to Sage, each exactly once, and brings back what was decided.
 * Reads once for each person with open requests; without any it does not call Sage at all.
 */
export function absencesExportJob(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly clock: Clock
}): JobDefinition {
  const requests = createRequestStore(parts.store)

  async function run(context: RunContext): Promise<Counts> {
    const { tenantId, agentId, signal, log } = context
    const counts = { exported: 0, approved: 0, rejected: 0, refused: 0, removed: 0, failed: 0 }
    const people = byPerson(await requests.open(tenantId))
    if (people.length === 0) return { ...counts, open: 0 }
    const connection = await parts.sage.connect(tenantId, { agentId, signal })
    log('info', 'connected', { agent: connection.agentName })
    const sage = absencesInSage(connection)
    /** People that are not done: looked at once, and again only when something about them was not certain. */
    const left = new Set(people.map(({ personId }) => personId))
    const open = new Map<string, number>()
    let first = true
    await deliverAll<PersonsRequests>({
      clock: parts.clock,
      signal,
      width: SAGE_CALLS_AT_ONCE,
      keyOf: ({ personId }) => personId,
      async find(_, isWaiting) {
        if (first) {
          first = false
          return { lanes: people, more: false }
        }
        const due = new Set(Array.from(left).filter((personId) => !isWaiting(personId)))
        if (due.size === 0) return { lanes: [], more: left.size > 0 }
        const lanes = byPerson(await requests.open(tenantId)).filter(({ personId }) => due.has(personId))
        for (const personId of due) if (!lanes.some((one) => one.personId === personId)) left.delete(personId)
        return { lanes, more: left.size > due.size }
      },
      async deliver({ personId, requests: own }, lane) {
        const end = await exportPerson({ requests, sage, context, counts }, own, lane)
        open.set(personId, end.open)
        if (end.kind === 'done') left.delete(personId)
        return end
      },
      failed({ personId, requests: [request] }, { message: reason }) {
        left.delete(personId)
        log('error', 'absence-failed', { token: request?.value.externalToken ?? '', reason })
      },
    })
    return { ...counts, open: Array.from(open.values()).reduce((sum, count) => sum + count, 0) }
  }

  return { token: 'SysSageExportAntraege', category: 'SageSkripte', position: 80, kind: 'work', run }
}

interface PersonsRequests {
  readonly personId: string
  /** In the order of receipt. */
  readonly requests: readonly HeldRequest[]
}

function byPerson(open: readonly HeldRequest[]): readonly PersonsRequests[] {
  const people = Map.groupBy(open, ({ value }) => value.personId)
  return Array.from(people, ([personId, own]) => ({
    personId,
    requests: own.sort(
      (a, b) => a.value.receivedAt - b.value.receivedAt || (a.value.id < b.value.id ? -1 : 1),
    ),
  }))
}
