import type { JournalPlan } from './journal-state.ts'

/** What to do with a message from the request queue. Service Bus delivers at least once, and to whoever is there. */

export interface RequestFacts {
  readonly kind: 'ping' | 'call'
  readonly idempotency: 'repeatable' | 'once'
  /** Milliseconds since the epoch by the hub's clock, both. */
  readonly now: number
  readonly deadline: number
  /** What this process knows of a request with the same id. */
  readonly known: 'running' | 'answered' | 'cancelled' | undefined
  /** What the journal says of a call that may be executed only once. */
  readonly journal: JournalPlan
  readonly stopping: boolean
}

export type RequestPlan =
  /** Too late, or cancelled: nobody waits for the answer. */
  | 'drop'
  /** Delivered once more although the answer is out. */
  | 'settle'
  /** Delivered once more while the first delivery is being worked on. */
  | 'wait'
  /** Leave it to another agent, or to this one after its restart. */
  | 'hand-back'
  | 'pong'
  /** It was executed and its answer is in the journal. */
  | 'replay'
  /** Somebody may have executed it and must not do so twice. */
  | 'indeterminate'
  | 'execute'

export function planRequest(facts: RequestFacts): RequestPlan {
  if (facts.now >= facts.deadline) return 'drop'
  if (facts.known === 'cancelled') return 'drop'
  if (facts.known === 'answered') return 'settle'
  if (facts.known === 'running') return 'wait'
  if (facts.stopping) return 'hand-back'
  if (facts.kind === 'ping') return 'pong'
  return facts.idempotency === 'once' ? facts.journal : 'execute'
}
