import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import type { RunRow } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { LEASE_MS } from './rules/plausible.ts'
import type { RunStore } from './run-store.ts'

/** Milliseconds between two looks whether the run should stop; also the longest a stop goes unnoticed. */
const LOOK_MS = 3_000

export interface RunLease {
  /** Aborted when the run should stop, belongs to another worker, or the hub ends. */
  readonly signal: AbortSignal
  stopRequested(): boolean
  lost(): boolean
  /** Changes the run's row as its owner. Does nothing when the run was lost. */
  update(change: (run: RunRow) => RunRow): Promise<void>
  stop(): Promise<void>
}

/**
 * Keeps a run owned while its worker lives: renews the lease, notices a request to stop and a loss of ownership.
 * @param ending aborted when the hub ends.
 */
export function keepLease(parts: {
  readonly runs: Pick<RunStore, 'get' | 'put'>
  readonly clock: Clock
  readonly key: JobKey
  readonly run: RunRow
  readonly ending: AbortSignal
}): RunLease {
  const { runs, clock, key, run, ending } = parts
  const owner = run.lease?.owner
  const work = new AbortController()
  const looking = new AbortController()
  let stopRequested = false
  let lost = false
  let renewedAt = clock.now()

  const end = () => work.abort(ending.reason)
  if (ending.aborted) end()
  else ending.addEventListener('abort', end, { once: true })

  function lose(): void {
    lost = true
    work.abort(new Error('the run belongs to another worker'))
  }

  async function update(change: (run: RunRow) => RunRow): Promise<void> {
    while (!lost) {
      const current = await runs.get(key, run.id)
      if (current.value.lease?.owner !== owner) return lose()
      try {
        await runs.put(key.tenantId, change(current.value), current.etag)
        return
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
  }

  async function look(): Promise<void> {
    const current = await runs.get(key, run.id)
    if (current.value.lease?.owner !== owner) return lose()
    if (current.value.stopRequested === true && !stopRequested) {
      stopRequested = true
      work.abort(new Error('the run was stopped by hand'))
    }
    const now = clock.now()
    // A clock that was set back would otherwise renew nothing for as long.
    if (now >= renewedAt && now - renewedAt < LEASE_MS / 3) return
    await update((value) => ({ ...value, lease: { owner: owner ?? '', until: now + LEASE_MS } }))
    renewedAt = now
  }

  async function keep(): Promise<void> {
    while (!looking.signal.aborted && !lost) {
      try {
        await clock.sleep(LOOK_MS, looking.signal)
        await look()
      } catch {
        // Stopped, or the store is away for a moment: without a renewal in time the lease ends, and so must the work.
        if (!looking.signal.aborted && clock.now() - renewedAt > LEASE_MS) lose()
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
      ending.removeEventListener('abort', end)
      looking.abort()
      await kept
    },
  }
}
