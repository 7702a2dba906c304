import { type Executed, type Execution, execute, type Report } from './execute.ts'
import { type Gathered, gather, loadStrangers } from './gather.ts'
import { guardRun } from './guarded.ts'
import { type Loading, loadSituations, toBatches } from './load.ts'
import type { InsideSide, LinkStore, OutsideSide, ReconcileState } from './port.ts'
import { recover } from './recover.ts'
import type { Policy } from './rules/decide.ts'
import { type GuardPolicy, type Hold, holdIdentity } from './rules/guard.ts'
import { type Digest, type Fields, type Json, toCanonical } from './rules/item.ts'
import type { Action } from './rules/reasons.ts'
import type { Planned, Planning } from './rules/step.ts'

export interface ReconcileParts {
  readonly inside: InsideSide
  readonly outside: OutsideSide
  readonly links: LinkStore
  readonly digest: Digest
  /** Different for each call, also in other runs. */
  readonly newStamp: () => string
  readonly report: (report: Report) => void
  readonly record?: ((planned: readonly Planned[]) => Promise<void>) | undefined
  /** What two items have alike that are one, to find them again in another collection. */
  readonly match?: ((fields: Fields) => string | undefined) | undefined
}

export interface ReconcileOptions {
  readonly runId: string
  readonly policy: Policy
  readonly guard: GuardPolicy
  readonly dryRun: boolean
  /** Digests of what was held before and may be done now, or must not be done. */
  readonly released?: readonly string[]
  readonly rejected?: readonly string[]
  readonly signal?: AbortSignal
}

export type ReconcileResult =
  | { readonly kind: 'done'; readonly counts: Counts; readonly open: number }
  /** Nothing was done. */
  | { readonly kind: 'held'; readonly held: readonly Hold[] }
  /** The outside listing cannot be relied on; nothing was done. */
  | { readonly kind: 'incomplete' }
  /** Ended early; what is left is done by the next run. */
  | { readonly kind: 'cut'; readonly counts: Counts; readonly open: number; readonly error: unknown }

export type Counts = Readonly<Partial<Record<Action, number>>>

/** Items in one batch of intents and results. */
const BATCH = 50

/**
 * Brings both sides to what the account's mode says. Safe to repeat and to cut at any line: tokens are kept only when
 * all that was listed is settled, items one by one.
 */
export async function reconcile(parts: ReconcileParts, options: ReconcileOptions): Promise<ReconcileResult> {
  const { inside, outside, links, digest } = parts
  const { policy, dryRun } = options
  const sides = { inside, outside, digest }
  const kept = await links.state()
  const identity = await outside.identity()
  const moved = holdIdentity(kept.identity, identity, digest)
  if (moved !== undefined && options.released?.includes(moved.digest) !== true) {
    return { kind: 'held', held: [moved] }
  }
  const relink = moved !== undefined
  let state = kept
  const keep = async (changes: ReconcileState): Promise<void> => {
    const after = { ...state, ...changes }
    if (dryRun || toCanonical(toJson(state)) === toCanonical(toJson(after))) return
    await links.saveState(after)
    state = after
  }
  // Kept from the first run on, also when it is cut: what it has linked belongs to this collection.
  if (kept.identity === undefined) await keep({ identity })
  const recovered = await recover(sides, links, !dryRun && !relink)
  const policyPrint = digest(toCanonical(toJson(policy)))
  const recheck = relink || state.policy !== policyPrint
  // What is looked at and left from now on was left under these settings: under any others, also those of before, it
  // has to be looked at again.
  if (recheck) await keep({ policy: undefined })
  const listing = await outside.listChanges(recheck ? undefined : state.token)
  if (!listing.complete) return { kind: 'incomplete' }
  const gathered = await gather({
    sides,
    links,
    state,
    listing,
    recovered,
    recheck,
    relink,
    match: parts.match,
  })
  const loading: Loading = {
    sides,
    links,
    initial: policy.mode === 'full' && (kept.mode !== 'full' || relink),
    readAll: recheck || parts.record !== undefined,
    overlay: gathered.overlay,
  }
  const planning: Planning = { policy, digest, keepReplaced: outside.capabilities.rewrites }
  const held = await guardRun(loading, gathered, planning, options)
  if (held.length > 0) return { kind: 'held', held }

  const counts: Partial<Record<Action, number>> = {}
  const execution: Execution = {
    sides,
    links,
    planning,
    runId: options.runId,
    dryRun,
    signal: options.signal,
    newStamp: parts.newStamp,
    record: parts.record,
    report: (each) => {
      counts[each.action] = (counts[each.action] ?? 0) + 1
      parts.report(each)
    },
  }
  const strangers = await workOnStrangers(execution, loading, gathered, parts.match)
  // What is new outside from now on was not there before, whatever becomes of the rest of this run.
  if (strangers.stopped === undefined && !relink) await keep({ mode: policy.mode })
  const known =
    strangers.stopped === undefined ? await workOnKnown(execution, loading, gathered, strangers.ids) : NONE
  const open = strangers.open + known.open
  const stopped = strangers.stopped ?? known.stopped
  if (stopped !== undefined) return { kind: 'cut', counts, open, error: stopped }
  // What is open is listed again by the next run; after something vanished, all of it.
  if (open === 0) {
    await keep({
      token: listing.token,
      cursor: gathered.cursor,
      identity,
      policy: policyPrint,
      mode: policy.mode,
    })
  } else if (strangers.vanished || known.vanished) await keep({ token: undefined })
  return { kind: 'done', counts, open }
}

const NONE: Executed = { open: 0, vanished: false, stopped: undefined }

function add(sum: Executed, { open, vanished, stopped }: Executed): Executed {
  return { open: sum.open + open, vanished: sum.vanished || vanished, stopped }
}

/** Strangers come first: one of them may be what a link is waiting for. */
async function workOnStrangers(
  execution: Execution,
  loading: Loading,
  gathered: Gathered,
  match: ReconcileParts['match'],
): Promise<Executed & { readonly ids: ReadonlySet<string> }> {
  const ids = new Set<string>()
  let sum = NONE
  for (const batch of toBatches(gathered.strangers, BATCH)) {
    const { entries, vanished } = await loadStrangers(loading, gathered, batch, match, ids)
    for (const { situation } of entries) ids.add(situation.id)
    sum = add(sum, await execute(execution, entries))
    sum = { ...sum, open: sum.open + vanished }
    if (sum.stopped !== undefined) break
  }
  return { ...sum, ids }
}

async function workOnKnown(
  execution: Execution,
  loading: Loading,
  gathered: Gathered,
  treated: ReadonlySet<string>,
): Promise<Executed> {
  let sum = NONE
  const known = [...gathered.candidates].filter((id) => !treated.has(id))
  for (const ids of toBatches(known, BATCH)) {
    const { entries, vanished } = await loadSituations(loading, ids, gathered.claims)
    sum = add(sum, await execute(execution, entries))
    sum = {
      ...sum,
      open: sum.open + vanished.length,
      vanished: sum.vanished || vanished.length > 0,
    }
    if (sum.stopped !== undefined) break
  }
  return sum
}

/** Plain data; members that are undefined are left out of its canonical form. */
function toJson(value: Policy | ReconcileState): Json {
  return value as unknown as Json
}
