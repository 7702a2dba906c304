import type { Clock } from '../../shared/clock.ts'
import { isStegError, reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { RunLease } from './lease.ts'
import { type Counts, RunGoesOn } from './port.ts'
import type { RunRow } from './rows.ts'
import { hasEnded } from './rules/run-state.ts'
import type { RunLogWriter } from './run-log.ts'
import type { RunStore } from './run-store.ts'
import type { RunMessage } from './starting.ts'

/** How long a sequence waits for a child that somebody else has started, and how often it looks. */
const CHILD_WAIT_MS = 5 * 60_000
const CHILD_PAUSE_MS = 1_000

/** What a sequence needs on its way. */
interface Way {
  readonly lease: RunLease
  readonly log: Pick<RunLogWriter, 'write'>
  /** False when it should go on in a new message. */
  readonly mayGoOn: () => boolean
}

/** Children run one after the other, each with a run of its own; the first failure ends the sequence. */
export function createSequence(parts: {
  readonly runs: RunStore
  readonly clock: Clock
  readonly log: Logger
  /** Makes a child run: claimed, but not enqueued. */
  readonly startChild: (tenantId: string, job: string, dryRun: boolean) => Promise<RunRow>
  /** Works on a child here and now. */
  readonly workOn: (message: RunMessage) => Promise<void>
}) {
  const { runs, clock } = parts

  /** Somebody may have started the child by hand a moment ago: then it is our turn when that run has ended. */
  async function startWhenFree(
    tenantId: string,
    job: string,
    { dryRun = false }: RunRow,
    signal: AbortSignal,
  ): Promise<RunRow> {
    for (const giveUpAt = clock.now() + CHILD_WAIT_MS; ; ) {
      signal.throwIfAborted()
      try {
        return await parts.startChild(tenantId, job, dryRun)
      } catch (error) {
        if (!isStegError(error, 'job-already-active') || clock.now() > giveUpAt) throw error
        await clock.sleep(CHILD_PAUSE_MS, signal)
      }
    }
  }

  /** Works on a child until it has ended; waits while another worker still owns it. */
  async function finishChild(
    tenantId: string,
    child: { job: string; id: string },
    { lease, mayGoOn }: Way,
  ): Promise<RunRow> {
    const { signal } = lease
    const key = { tenantId, job: child.job }
    const stopChild = () => {
      // A hub that ends gives its child back by itself, and a child whose parent was taken over goes on.
      if (!lease.stopRequested()) return
      runs.requestStop(key, child.id).catch((error) => {
        parts.log.warn('child could not be stopped', { child, reason: reasonOf(error) })
      })
    }
    signal.addEventListener('abort', stopChild, { once: true })
    if (signal.aborted) stopChild()
    try {
      for (;;) {
        const { value } = await runs.get(key, child.id)
        if (hasEnded(value.state)) return value
        await parts.workOn({ tenantId, job: child.job, runId: child.id })
        const after = await runs.get(key, child.id)
        if (hasEnded(after.value.state)) return after.value
        // A child in parts takes its parent along: no invocation lasts as long as both.
        if (!mayGoOn()) throw new RunGoesOn()
        await clock.sleep(CHILD_PAUSE_MS, signal)
      }
    } finally {
      signal.removeEventListener('abort', stopChild)
    }
  }

  return async function inOrder(
    tenantId: string,
    run: RunRow,
    children: readonly string[],
    way: Way,
  ): Promise<Counts> {
    const { lease, log, mayGoOn } = way
    const done = [...(run.done ?? [])]
    for (const job of children) {
      if (done.includes(job)) {
        log.write('info', 'child-skipped', { job })
        continue
      }
      if (!mayGoOn()) throw new RunGoesOn()
      log.write('info', 'child-started', { job })
      const interrupted = run.child?.job === job ? run.child : undefined
      const child = interrupted ?? { job, id: (await startWhenFree(tenantId, job, run, lease.signal)).id }
      if (interrupted === undefined) await lease.update((current) => ({ ...current, child }))
      const result = await finishChild(tenantId, child, way)
      if (result.error !== undefined) {
        throw new StegError('child-job-failed', { job, reason: StegError.fromRecord(result.error).message })
      }
      log.write('info', 'child-done', { job })
      done.push(job)
      await lease.update(({ child: _, ...current }) => ({ ...current, done }))
    }
    return { jobs: done.length }
  }
}
