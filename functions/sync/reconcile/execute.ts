import { type Performed, perform, type Sides } from './perform.ts'
import { type HistoryEntry, type LinkStore, type LinkWrite, SideUnavailable } from './port.ts'
import { sameLink } from './rules/conclude.ts'
import type { Link } from './rules/link.ts'
import { plan } from './rules/plan.ts'
import type { Action, Reason } from './rules/reasons.ts'
import type { Situation } from './rules/situation.ts'
import type { Planned, Planning } from './rules/step.ts'

/** What was decided about one item, for the run's log. */
export interface Report {
  readonly id: string
  readonly action: Action
  readonly reason: Reason
  readonly detail?: string | undefined
  /** Names of the fields that were written or wait for a decision. */
  readonly fields: readonly string[]
  /** `open`: nobody knows whether it was done, or it has to be looked at again by the next run. */
  readonly state: 'done' | 'planned' | 'open'
  /** What the side threw, where the item is open because of it. */
  readonly error?: unknown
}

/** A situation with the row that is stored for it. */
export interface Entry {
  readonly situation: Situation
  readonly stored: { readonly link: Link; readonly etag: string } | undefined
}

export interface Execution {
  readonly sides: Sides
  readonly links: LinkStore
  readonly planning: Planning
  readonly runId: string
  readonly dryRun: boolean
  readonly signal: AbortSignal | undefined
  readonly newStamp: () => string
  readonly report: (report: Report) => void
  /** Keeps what is about to be changed, so that the run can be undone; called before the change. */
  readonly record: ((planned: readonly Planned[]) => Promise<void>) | undefined
}

export interface Executed {
  /** Items that the next run has to look at again. */
  readonly open: number
  /** Something was not there although no listing has said so. */
  readonly vanished: boolean
  /** Why the run cannot go on. */
  readonly stopped: unknown
}

/** How often one item is planned anew in one run when others keep writing to it. */
const ROUNDS = 6
/** Calls without an answer, one after the other, until the run takes the side for unreachable. */
const FAILURES = 5

interface Done {
  readonly entry: Entry
  readonly planned: Planned
  readonly performed: Performed | { readonly kind: 'unknown'; readonly error: unknown }
}

/** Carries out the items of one batch; intents are kept in one write before, and what came of them in one after. */
export async function execute(execution: Execution, entries: readonly Entry[]): Promise<Executed> {
  const { sides, newStamp, signal } = execution
  if (signal?.aborted === true) return { open: entries.length, vanished: false, stopped: signal.reason }
  let todo = entries
  let open = 0
  let vanished = false
  let stopped: unknown
  const breaker = { failures: 0, stopped: undefined as unknown }
  for (let round = 1; todo.length > 0; round++) {
    const planned = todo.map((entry) => ({
      entry,
      planned: plan(execution.planning, entry.situation, newStamp()),
    }))
    if (execution.dryRun) {
      for (const each of planned) report(execution, each.planned, 'planned')
      break
    }
    const ahead = await keepAhead(execution, planned)
    const waiting = ahead.filter(({ planned: { step } }) => step.kind !== 'keep')
    const done = await inParallel(waiting, sides.outside.capabilities.parallel, async (each) =>
      attempt(execution, breaker, each.entry, each.planned),
    )
    todo = await keepResults(execution, done)
    for (const { performed } of done) {
      if (performed.kind === 'vanished') vanished = true
      if (performed.kind === 'vanished' || performed.kind === 'unknown') open += 1
    }
    stopped = breaker.stopped
    if (stopped !== undefined || round === ROUNDS) {
      open += todo.length
      for (const { situation } of todo) {
        report(execution, plan(execution.planning, situation, ''), 'open')
      }
      break
    }
  }
  return { open, vanished, stopped }
}

async function attempt(
  execution: Execution,
  breaker: { failures: number; stopped: unknown },
  entry: Entry,
  planned: Planned,
): Promise<Done> {
  if (breaker.stopped === undefined && execution.signal?.aborted === true) {
    breaker.stopped = execution.signal.reason
  }
  if (breaker.stopped !== undefined) {
    return { entry, planned, performed: { kind: 'unknown', error: breaker.stopped } }
  }
  try {
    const performed = await perform(execution.sides, planned)
    breaker.failures = 0
    return { entry, planned, performed }
  } catch (error) {
    // The intent that was kept tells the next run what may have been done; the other items go on.
    breaker.failures += 1
    if (error instanceof SideUnavailable || breaker.failures >= FAILURES) breaker.stopped = error
    return { entry, planned, performed: { kind: 'unknown', error } }
  }
}

interface Ahead {
  readonly entry: Entry
  readonly planned: Planned
}

/** Intents, what the items lose, and all that needs no more than being kept. */
async function keepAhead(execution: Execution, planned: readonly Ahead[]): Promise<readonly Ahead[]> {
  const changed = planned.filter(
    ({ entry, planned: { step } }) => step.kind !== 'keep' || !sameLink(entry.stored?.link, step.link),
  )
  const acting = planned.filter(({ planned: { step } }) => step.kind !== 'keep')
  if (acting.length > 0) await execution.record?.(acting.map((each) => each.planned))
  const saved = await save(
    execution,
    changed.map(({ entry, planned: { step } }) => ({ entry, link: step.link })),
    planned.flatMap((each) => toHistory(execution, each.planned)),
  )
  const byEntry = new Map(changed.map(({ entry }, index) => [entry, saved[index]]))
  for (const each of planned) {
    if (each.planned.step.kind === 'keep') report(execution, each.planned, 'done')
  }
  return planned.map(({ entry, planned: each }) => {
    const etag = byEntry.get(entry)
    const { link } = each.step
    return etag === undefined || link === undefined
      ? { entry, planned: each }
      : { entry: { ...entry, stored: { link, etag } }, planned: each }
  })
}

async function keepResults(execution: Execution, done: readonly Done[]): Promise<readonly Entry[]> {
  const results: { entry: Entry; link: Link | undefined }[] = []
  const again: Entry[] = []
  for (const { entry, performed } of done) {
    if (performed.kind === 'again') again.push({ situation: performed.situation, stored: entry.stored })
    if (performed.kind === 'settled' || performed.kind === 'vanished') {
      results.push({ entry, link: performed.link })
    }
  }
  await save(execution, results, [])
  for (const { planned, performed } of done) {
    if (performed.kind === 'settled') report(execution, performed.failure ?? planned, 'done')
    if (performed.kind === 'vanished') report(execution, planned, 'open')
    if (performed.kind === 'unknown') report(execution, planned, 'open', performed.error)
  }
  return again
}

async function save(
  execution: Execution,
  writes: readonly { readonly entry: Entry; readonly link: Link | undefined }[],
  history: readonly HistoryEntry[],
): Promise<readonly (string | undefined)[]> {
  const rows = writes.map(
    ({ entry, link }): LinkWrite => ({ id: entry.situation.id, link, etag: entry.stored?.etag }),
  )
  const needed = rows.filter(({ link, etag }) => link !== undefined || etag !== undefined)
  if (needed.length === 0 && history.length === 0) return rows.map(() => undefined)
  const etags = await execution.links.save(needed, history)
  const byRow = new Map(needed.map((row, index) => [row, etags[index]]))
  return rows.map((row) => byRow.get(row))
}

function toHistory({ runId }: Execution, { situation, losers }: Planned): HistoryEntry[] {
  return losers.map(({ side, name, value }) => ({
    id: situation.id,
    field: name,
    side,
    value: JSON.stringify(value),
    runId,
  }))
}

function report(execution: Execution, planned: Planned, state: Report['state'], error?: unknown): void {
  const { situation, action, reason, detail, fields } = planned
  execution.report({ id: situation.id, action, reason, detail, fields, state, error })
}

async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await run(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
