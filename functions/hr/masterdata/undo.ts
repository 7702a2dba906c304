import { type Clock, toIso } from '../../../shared/clock.ts'
import type { Change, Counts } from '../../jobs/port.ts'
import type { Store, Write } from '../../platform/store/port.ts'
import { fingerprint } from '../people/fingerprint.ts'
import { planUndo } from '../people/rules/undo.ts'
import type { RunContext } from '../run-context.ts'
import { masterDataTable } from './rows.ts'

const BATCH = 100

type Row = ReturnType<typeof masterDataTable.schema.parse>

const counted = { restore: 'restored', remove: 'removed', keep: 'kept' } as const
const done = { restore: 'entry-restored', remove: 'entry-removed', keep: 'entry-changed-since' } as const
const planned = {
  restore: 'entry-would-be-restored',
  remove: 'entry-would-be-removed',
  keep: 'entry-changed-since',
} as const

/**
 * Makes a list as it was before a run, except what was changed since (F4). A repeated call finds nothing to do.
 * @throws StegError `store-conflict` when a synchronisation writes at the same moment; then it can be tried again
 */
export async function undoList(
  parts: { readonly store: Store; readonly clock: Clock },
  { tenantId, dryRun, signal, log }: Pick<RunContext, 'tenantId' | 'dryRun' | 'signal' | 'log'>,
  changes: readonly Change[],
): Promise<Counts> {
  const table = masterDataTable.bind(parts.store)
  const loaded = new Map<string, { readonly etag: string; readonly value: Row }>()
  for (const id of new Set(changes.map((change) => change.id))) {
    const row = await table.get(tenantId, id)
    if (row !== undefined) loaded.set(id, row)
  }
  const recorded = changes.map(({ id, before, after }) => ({
    id,
    before: before === null ? undefined : masterDataTable.schema.parse(JSON.parse(before)),
    after,
  }))
  const plan = planUndo(recorded, (id) => loaded.get(id)?.value, fingerprint)

  const counts = { restored: 0, removed: 0, kept: 0, unchanged: plan.unchanged }
  const updatedAt = toIso(parts.clock.now())
  for (let from = 0; from < plan.steps.length; from += BATCH) {
    signal.throwIfAborted()
    const steps = plan.steps.slice(from, from + BATCH)
    const writes = steps.flatMap((step): Write[] => {
      const etag = loaded.get(step.id)?.etag
      if (step.kind === 'keep') return []
      if (step.kind === 'remove') {
        return etag === undefined
          ? []
          : [{ kind: 'delete', key: step.id, condition: { kind: 'match', etag } }]
      }
      const condition = etag === undefined ? { kind: 'absent' as const } : { kind: 'match' as const, etag }
      return [table.toPut(step.id, { ...step.to, updatedAt }, condition)]
    })
    if (!dryRun && writes.length > 0) await parts.store.batch(masterDataTable.name, tenantId, writes)
    for (const { kind, id } of steps) {
      counts[counted[kind]] += 1
      log(kind === 'keep' ? 'warning' : 'info', (dryRun ? planned : done)[kind], { id })
    }
  }
  return counts
}
