/** Milliseconds for which a request may be under way; whoever carries it drops it afterwards. */
const SEND_MS = 20_000
/** Milliseconds by which the clocks of hub instances and agents may differ. */
const CLOCK_MARGIN_MS = 5_000

/** What is written down before a request leaves. Times in milliseconds since the epoch. */
export interface Attempt {
  /** Counts from 1. */
  readonly number: number
  /** After it nobody executes the request any more. */
  readonly deadline: number
  /** From then on the target has finished with the request, whatever became of it; a look before then does not prove that it is not there. */
  readonly settledAt: number
  /** Ids of what the target showed before and what could be taken for the item. */
  readonly seen: readonly string[]
}

/** @param settleMs for how long the target may still be working on a request whose caller is gone */
export function newAttempt(number: number, seen: readonly string[], now: number, settleMs: number): Attempt {
  const deadline = now + SEND_MS
  return { number, deadline, settledAt: settledAfter(deadline, settleMs), seen: [...seen] }
}

/** From when on not being there counts when nothing was learned about the request. */
export function settledAfter(deadline: number, settleMs: number): number {
  return deadline + CLOCK_MARGIN_MS + settleMs
}

/** How much is certain about a request that brought no clear answer. */
export type Certainty =
  /** Nothing: it may still be on its way. */
  | 'none'
  /** Whoever carried it has ended it; only the target may still be working on it. */
  | 'carrier-done'
  /** The target answered, if not clearly; it has ended its work. */
  | 'target-done'

/** The attempt with what has been learned about it at `now`. */
export function withCertainty(
  attempt: Attempt,
  certainty: Certainty,
  now: number,
  settleMs: number,
): Attempt {
  const known: Readonly<Record<Certainty, number>> = {
    none: attempt.settledAt,
    'carrier-done': now + settleMs,
    'target-done': now,
  }
  return { ...attempt, settledAt: Math.min(attempt.settledAt, known[certainty]) }
}
