import type { Clock } from '../../shared/clock.ts'
import type { Store } from '../platform/store/port.ts'
import { ACTIVE_PARTITION, activeRunsTable, jobsTable } from './rows.ts'
import { hasEnded } from './rules/run-state.ts'
import type { Runs } from './runs.ts'
import type { Starting } from './starting.ts'

/** A run that has not ended after this long without a sign of life is enqueued again. */
const OVERDUE_MS = 90_000

/**
 * Finds runs whose message or worker was lost and enqueues them again; clears away what a claim left that never came to
 * its end. Cost grows with active runs only. @returns how many were enqueued.
 */
export function createRecovery(parts: {
  readonly store: Store
  readonly runs: Runs
  readonly starting: Pick<Starting, 'enqueue'>
  readonly clock: Clock
}): () => Promise<number> {
  const { runs, clock } = parts
  const active = activeRunsTable.bind(parts.store)
  const jobs = jobsTable.bind(parts.store)

  return async () => {
    let enqueued = 0
    for await (const { key: id, value } of active.all(ACTIVE_PARTITION)) {
      const { tenantId, job, enqueuedAt } = value
      const now = clock.now()
      if (now - enqueuedAt < OVERDUE_MS) continue
      const run = await runs.find(tenantId, job, id)
      if (run !== undefined && hasEnded(run.value.state)) {
        await runs.release(tenantId, job, id)
        continue
      }
      if (run?.value.lease !== undefined && run.value.lease.until > now) continue
      const row = await jobs.get(tenantId, job)
      if (row?.value.activeRun !== id) {
        if (await runs.fence(tenantId, job, row)) await runs.discard(tenantId, job, id, run)
        continue
      }
      // The claim came to its end while we looked: next time.
      if (run === undefined) continue
      await parts.starting.enqueue(tenantId, job, id, now)
      await active.put(ACTIVE_PARTITION, id, { ...value, enqueuedAt: now }, { kind: 'any' })
      enqueued += 1
    }
    return enqueued
  }
}
