import type { Clock } from '../../../shared/clock.ts'
import type { Counts, JobDefinition } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { syncMirror } from '../../sync/mirror/sync.ts'
import { undoChanges } from '../../sync/undo.ts'
import type { RunContext } from '../run-context.ts'
import type { SageService } from '../sage/service.ts'
import { sourceOf } from './lists.ts'
import { entryMirror, masterDataRows } from './mirror.ts'
import type { ListKind } from './rows.ts'

/**
 * `SysSageSyncAbwesenheitsgruende` and `SysSageSyncZusatzeingaben` (A7). Places of work come with the additional inputs:
 * a booking names both, and Sage's job list has no entry for them.
 */
const jobs: readonly { readonly token: string; readonly position: number; readonly lists: ListKind[] }[] = [
  { token: 'SysSageSyncAbwesenheitsgruende', position: 30, lists: ['absence-reason'] },
  { token: 'SysSageSyncZusatzeingaben', position: 40, lists: ['additional-input', 'place-of-work'] },
]

/** Both are safe to repeat at any point: what is written already is found unchanged. */
export function masterDataSyncJobs(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly clock: Clock
}): readonly JobDefinition[] {
  return jobs.map(({ token, position, lists }) => ({
    token,
    category: 'SageSkripte' as const,
    position,
    kind: 'work' as const,
    async run(context: RunContext): Promise<Counts> {
      const { tenantId, agentId, signal, log } = context
      const connection = await parts.sage.connect(tenantId, { agentId, signal })
      log('info', 'connected', { agent: connection.agentName })
      let sum: Counts = { read: 0, created: 0, updated: 0, deactivated: 0, unchanged: 0 }
      for (const kind of lists) {
        sum = addCounts(sum, await syncMirror(parts, entryMirror(kind), sourceOf(kind, connection), context))
      }
      return sum
    },
    undo: (context, changes) => undoChanges(parts, masterDataRows, context, changes),
  }))
}

function addCounts(sum: Counts, counts: Counts): Counts {
  const names = new Set([...Object.keys(sum), ...Object.keys(counts)])
  return Object.fromEntries(Array.from(names, (name) => [name, (sum[name] ?? 0) + (counts[name] ?? 0)]))
}
