import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import type { RunRow } from './rows.ts'
import type { Runs } from './runs.ts'

/** Milliseconds between two looks whether the run should stop; also the longest a stop goes unnoticed. */
const LOOK_MS = 3_000

export interface Keeper {
  /** Aborted when the run should stop or belongs to another worker. */
  readonly signal: AbortSignal
  stopRequested(): boolean
  lost(): boolean
  /** Changes the run's row as its owner. Does nothing when the run was lost. */
  update(change: (run: RunRow) => RunRow): Promise<void>
  stop(): Promise<void>
}

/** Keeps a run owned while its worker lives: renews the lease, notices a request to stop and a loss of ownership. */
export function keepLease(parts: {
  readonly runs: Pick<Runs, 'get' | 'put'>
  readonly clock: Clock
  readonly tenantId: string
  readonly run: RunRow
  readonly etag: string
  readonly leaseMs: number
}): Keeper {
  const { runs, clock, tenantId, run, leaseMs } = parts
  const owner = run.lease?.owner
  const work = new AbortController()
  const looking = new AbortController()
  let stopRequested = false
  let lost = false
  let renewedAt = clock.now()

  function lose(): void {
    lost = true
    work.abort(new Error('the run belongs to another worker'))
  }

  async function update(change: (run: RunRow) => RunRow): Promise<void> {
    while (!lost) {
      const current = await runs.get(tenantId, run.job, run.id)
      if (current.value.lease?.owner !== owner) return lose()
      try {
        await runs.put(tenantId, change(current.value), current.etag)
        return
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
  }

  async function look(): Promise<void> {
    const current = await runs.get(tenantId, run.job, run.id)
    if (current.value.lease?.owner !== owner) return lose()
    if (current.value.stopRequested === true && !stopRequested) {
      stopRequested = true
      work.abort(new Error('the run was stopped by hand'))
    }
    const now = clock.now()
    if (now - renewedAt < leaseMs / 3) return
    await update((value) => ({ ...value, lease: { owner: owner ?? '', until: now + leaseMs } }))
    renewedAt = now
  }

  async function keep(): Promise<void> {
    while (!looking.signal.aborted && !lost) {
      try {
        await clock.sleep(LOOK_MS, looking.signal)
        await look()
      } catch {
        // Stopped, or the store is away for a moment: without a renewal in time the lease ends, and so must the work.
        if (!looking.signal.aborted && clock.now() - renewedAt > leaseMs) lose()
      }
    }
  }

  const kept = keep()
  return {
    signal: work.signal,
    stopRequested: () => stopRequested,
    lost: () => lost,
    update,
    async stop() {
      looking.abort()
      await kept
    },
  }
}
