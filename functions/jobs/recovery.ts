import type { Clock } from '../../shared/clock.ts'
import type { Active, ActiveRunStore } from './active-run-store.ts'
import type { Dispatch } from './dispatch.ts'
import type { JobStore } from './job-store.ts'
import { isLeased, isPast } from './rules/plausible.ts'
import { hasEnded } from './rules/run-state.ts'
import type { RunStore } from './run-store.ts'
import type { Starting } from './starting.ts'

/** A run that has not ended after this long without a sign of life is enqueued again. */
const OVERDUE_MS = 90_000
/** A message that only waits for its turn is sent again ever more rarely: at most after so many times that long. */
const MOST_DOUBLINGS = 5

/**
 * Finds runs and subjects whose message or worker was lost and enqueues them again; clears away what a claim left that
 * never came to its end. Cost grows with active runs only. @returns how many messages were sent.
 */
export function createRecovery(parts: {
  readonly jobs: JobStore
  readonly active: ActiveRunStore
  readonly runs: RunStore
  readonly dispatch: Pick<Dispatch, 'look'>
  readonly starting: Pick<Starting, 'enqueue'>
  readonly clock: Clock
}): () => Promise<number> {
  const { jobs, active, runs, clock } = parts

  /** @returns whether it was enqueued again. */
  async function lookAtRun(partition: string, { id, value }: Active): Promise<boolean> {
    const { tenantId, job, subject } = value
    const key = { tenantId, job, subject }
    const now = clock.now()
    const run = await runs.find(key, id)
    if (run !== undefined && hasEnded(run.value.state)) {
      await runs.release(key, run.value)
      await active.removeFrom(partition, id)
      return false
    }
    if (isLeased(run?.value.lease, now)) return false
    const row = await jobs.get(key)
    if (row?.value.activeRun !== id) {
      const cleared = (await runs.fence(key, row)) && (await runs.discard(tenantId, run))
      if (cleared) await active.removeFrom(partition, id)
      return false
    }
    // The claim came to its end while we looked: next time.
    if (run === undefined) return false
    await parts.starting.enqueue(key, id, now)
    await active.putBack(partition, { id, value: { ...value, enqueuedAt: now } })
    return true
  }

  return async () => {
    let enqueued = 0
    await active.each(async (partition, entry) => {
      const { subjects, enqueuedAt, resent = 0 } = entry.value
      const patience = OVERDUE_MS * 2 ** Math.min(resent, MOST_DOUBLINGS)
      if (!isPast(enqueuedAt, patience, clock.now())) return
      const sent =
        subjects === undefined
          ? await lookAtRun(partition, entry)
          : await parts.dispatch.look(partition, entry)
      if (sent) enqueued += 1
    })
    return enqueued
  }
}
