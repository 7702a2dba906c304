import type { Clock } from '../../shared/clock.ts'
import { reasonOf } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Store } from '../platform/store/port.ts'
import type { SubjectKey } from './dispatch.ts'
import { execute, type Result, type Runnable, workOn } from './execution.ts'
import type { Hands, HandsParts, RunInHand } from './in-hand.ts'
import type { RunContext } from './port.ts'
import type { JobRow, RunRow } from './rows.ts'
import { LEASE_MS } from './rules/plausible.ts'
import type { RunStore } from './run-store.ts'
import type { SubjectStore } from './subject-store.ts'
import { parseSaved } from './worker.ts'

/** Milliseconds between two renewals of a lease. */
const RENEW_MS = Math.floor(LEASE_MS / 3)
/** A run that takes longer gets a row, so that it is seen and can be stopped, and is asked to go on by itself. */
const LIGHT_MS = 30_000

export interface LightParts extends Pick<HandsParts, 'hubEnds'> {
  readonly store: Store
  readonly runs: RunStore
  readonly hands: Hands
  readonly newId: () => string
  readonly clock: Clock
  readonly log: Logger
}

/** How a run of a subject ended that began without a row. */
export type LightEnd =
  /** It has a row, which says the rest. */
  | 'has-row'
  | 'quiet'
  /** The hub ends; the subject is to come again. */
  | 'given-back'
  /** The subject belongs to somebody else by now, or is gone. */
  | 'lost'

/**
 * A run that has no row until it needs one: when it is about to change something, saves its progress, takes long, or ends
 * in any other way than quietly. Until then its lease is in the subject's row.
 * @param own the subject's row as this worker has leased it. @param id of the run; owner of the lease.
 */
export async function runLightly(
  parts: LightParts,
  given: {
    readonly key: SubjectKey
    readonly id: string
    readonly own: JobRow
    readonly definition: Runnable
    readonly rows: SubjectStore
  },
): Promise<LightEnd> {
  const { clock, hubEnds } = parts
  const { key, id, own, rows } = given
  const startedAt = clock.now()
  const attempts = own.pending?.attempts ?? 1
  const run: RunRow = {
    id,
    job: key.job,
    subject: key.subject,
    state: 'running',
    trigger: own.pending?.trigger ?? 'schedule',
    queuedAt: own.pending?.at ?? startedAt,
    startedAt,
    attempts,
    counts: {},
  }
  const log = parts.hands.logOf(key, run, own.logLevel)
  const working = new AbortController()
  const renewing = new AbortController()
  let lost = false
  let hand: Promise<RunInHand> | undefined
  let inHand: RunInHand | undefined

  function lose(): void {
    lost = true
    working.abort(new Error('the subject belongs to another worker'))
  }

  const withRow = () => {
    hand ??= giveRow()
    return hand
  }

  /** In the order of every claim: the trace, the run, then the one write that makes it hold the subject. */
  async function giveRow(): Promise<RunInHand> {
    const owned: RunRow = { ...run, lease: { owner: parts.newId(), until: clock.now() + LEASE_MS } }
    await parts.runs.announce([{ tenantId: key.tenantId, run: owned }])
    const etag = await parts.runs.insert(key.tenantId, owned)
    const held = await rows.change(key.subject, (row) => {
      if (row?.lease?.owner !== id) return undefined
      const { lease: _, pending: __, ...rest } = row
      return { ...rest, activeRun: id, lastRun: id }
    })
    if (held === undefined) {
      await parts.runs.discard(key.tenantId, { etag, value: owned })
      lose()
      throw new Error('the subject belongs to another worker')
    }
    renewing.abort()
    inHand = parts.hands.take(key, owned, log)
    const { signal } = inHand.lease
    const forward = () => working.abort(signal.reason)
    if (signal.aborted) forward()
    else signal.addEventListener('abort', forward, { once: true })
    return inHand
  }

  async function renew(): Promise<void> {
    let renewedAt = startedAt
    while (!renewing.signal.aborted && !lost) {
      try {
        await clock.sleep(RENEW_MS, renewing.signal)
        if (clock.now() - startedAt >= LIGHT_MS) await withRow()
        else {
          const now = clock.now()
          const renewed = await rows.change(key.subject, (row) =>
            row?.lease?.owner === id ? { ...row, lease: { owner: id, until: now + LEASE_MS } } : undefined,
          )
          if (renewed === undefined && hand === undefined) lose()
          renewedAt = now
        }
      } catch {
        // Ended, or the store is away for a moment: without a renewal in time the lease ends, and so must the work.
        if (!renewing.signal.aborted && clock.now() - renewedAt > LEASE_MS) lose()
      }
    }
  }

  const onHubEnd = () => working.abort(hubEnds.reason)
  if (hubEnds.aborted) onHubEnd()
  else hubEnds.addEventListener('abort', onHubEnd, { once: true })
  log.write('info', 'started', { attempt: attempts })
  const context: RunContext = {
    tenantId: key.tenantId,
    runId: id,
    subject: key.subject,
    agentId: own.agentId,
    approved: undefined,
    dryRun: false,
    signal: working.signal,
    log: log.writeAny,
    record: async (changes) => (await withRow()).record(changes),
    saved: parseSaved(own.saved),
    progress: async (progress) => (await withRow()).progress(progress),
    mayGoOn: () => !hubEnds.aborted && clock.now() - startedAt < LIGHT_MS,
  }
  const renewed = renew()
  const result = await execute({
    tenantId: key.tenantId,
    run,
    work: () => workOn(parts.store, given.definition, run, context),
    runLog: log,
    stopRequested: () => inHand?.lease.stopRequested() ?? false,
    hubEnds,
    log: parts.log,
  })
  renewing.abort()
  hubEnds.removeEventListener('abort', onHubEnd)
  await renewed
  return end(result)

  async function end(ended: Result): Promise<LightEnd> {
    if (hand === undefined) {
      if (lost) return 'lost'
      if (ended.kind === 'quiet') return 'quiet'
      if (ended.kind === 'given-back' && ended.why === 'hub-ends') return 'given-back'
    }
    try {
      const held = await withRow()
      await held.finish(ended)
      return 'has-row'
    } catch (error) {
      if (!lost) throw error
      parts.log.warn('subject was taken over by another worker', { ...key, reason: reasonOf(error) })
      return 'lost'
    }
  }
}
