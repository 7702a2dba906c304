import { limits, type Store, type Write } from '../platform/store/port.ts'
import { changesPartition } from './change-store.ts'
import { runChangesTable, runLogTable, runsTable } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { PRUNED_AT_ONCE, retainedSince } from './rules/retention.ts'
import { runId, runKey, runRange } from './rules/run-key.ts'
import { hasEnded } from './rules/run-state.ts'
import { logPartition } from './run-log.ts'

/**
 * Deletes a few runs of a job or subject that are older than the retention, with their logs and changes. Costs one read when there
 * is nothing to delete. Repeatable: the run's own row goes last.
 * @returns how many were deleted.
 */
export async function pruneRuns(store: Store, key: JobKey, now: number): Promise<number> {
  const { tenantId, job, subject } = key
  const runs = runsTable.bind(store)
  // Keys sort newest first, so what is too old is everything behind a run of that time.
  const from = runKey(job, runId(retainedSince(now), ''), subject)
  const { rows } = await runs.query(tenantId, { from, to: runRange(job, subject).to, limit: PRUNED_AT_ONCE })
  const old = rows.filter(({ value }) => hasEnded(value.state))
  if (old.length === 0) return 0
  for (const { value } of old) {
    await emptyPartition(store, runLogTable.name, logPartition(tenantId, value.id))
    await emptyPartition(store, runChangesTable.name, changesPartition(tenantId, value.id))
  }
  await runs.batch(
    tenantId,
    old.map(({ key }) => ({ kind: 'delete', key, condition: { kind: 'any' } })),
  )
  return old.length
}

async function emptyPartition(store: Store, table: string, partition: string): Promise<void> {
  for (;;) {
    const { rows } = await store.query(table, partition, { limit: limits.batchWrites })
    if (rows.length === 0) return
    const writes = rows.map(({ key }): Write => ({ kind: 'delete', key, condition: { kind: 'any' } }))
    await store.batch(table, partition, writes)
    if (rows.length < limits.batchWrites) return
  }
}
