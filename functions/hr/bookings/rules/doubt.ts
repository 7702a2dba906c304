import type { SageEntry, SageEvent } from './content.ts'
import { fits } from './content.ts'

/** Milliseconds for which a request may be under way to Sage; the agent drops it afterwards. */
const SEND_MS = 20_000
/** Milliseconds by which the clocks of hub instances and agents may differ. */
const CLOCK_MARGIN_MS = 5_000
/** After so many requests that Sage does not have, a booking no longer holds up its person. */
export const MAX_ATTEMPTS = 20

/** What was written down before a request left. */
export interface Attempt extends SageEntry {
  readonly startedAt: number
  /** After it no agent executes the request any more. */
  readonly deadline: number
  /** From then on Sage has finished with the request, whatever became of it; a look before proves no absence. */
  readonly settledAt: number
  /** Ids of events with the same content that were in Sage before. */
  readonly seen: readonly string[]
}

export function newAttempt(
  entry: SageEntry,
  before: readonly SageEvent[],
  now: number,
  settleMs: number,
): Attempt {
  const deadline = now + SEND_MS
  return {
    ...entry,
    startedAt: now,
    deadline,
    settledAt: deadline + CLOCK_MARGIN_MS + settleMs,
    seen: before.filter((event) => fits(entry, event)).map(({ id }) => id),
  }
}

/** How much is known after a request that brought no clear answer. */
export type Doubt =
  /** Nothing: it may still be on its way. */
  | 'unknown'
  /** The agent has ended it; only Sage may still be working on it. */
  | 'agent-done'
  /** Sage answered, if not clearly; it has ended its work. */
  | 'sage-done'

/** From when on an absence counts, after what has been learned at `now`. */
export function settledAt(attempt: Attempt, doubt: Doubt, now: number, settleMs: number): number {
  const known = {
    unknown: attempt.settledAt,
    'agent-done': now + settleMs,
    'sage-done': now,
  }
  return Math.min(attempt.settledAt, known[doubt])
}

export type Finding =
  | { readonly kind: 'there'; readonly event: SageEvent }
  /** Not there, and no request can bring it there any more. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' }

/**
 * What a reading proves. Of one person at most one booking is under way, so one event that was not there before and fits
 * is the booking's; an absence counts only when the reading began after everything has settled.
 */
export function findingOf(attempt: Attempt, events: readonly SageEvent[], readAt: number): Finding {
  const event = events.find((one) => fits(attempt, one) && !attempt.seen.includes(one.id))
  if (event !== undefined) return { kind: 'there', event }
  return readAt >= attempt.settledAt ? { kind: 'absent' } : { kind: 'unclear' }
}
