import type { StegError } from '../../../shared/errors/error.ts'
import type { AnswerKind, Recognition } from './rules/answer.ts'
import type { Attempt } from './rules/attempt.ts'
import type { DeliveryState } from './rules/life.ts'
import type { AttemptLimits } from './rules/plan.ts'

/**
 * What a product hands to the engine that delivers its items exactly once. `Held` is an item with whatever a change of
 * it is conditioned on; `Found` is what the target lists.
 */
export interface Delivery<Held, Found extends { readonly id: string }> {
  readonly capabilities: DeliveryCapabilities
  readonly store: DeliveryStore<Held, Found>
  readonly target: DeliveryTarget<Held, Found>
  /** Told of what happened, for logs and counts. */
  readonly tell: (event: DeliveryNews<Held, Found>) => void
}

/** What differs between targets, as data. */
export interface DeliveryCapabilities {
  readonly recognises: Recognition
  /** Milliseconds for which the target may still be working on a request whose caller is gone. */
  readonly settleMs: number
  readonly attempts: AttemptLimits
}

export interface DeliveryView {
  readonly id: string
  readonly state: DeliveryState
  /** The request that is, or may be, under way; of a pending item the last one, where that is kept. */
  readonly attempt: Attempt | undefined
  /** Requests so far. */
  readonly attempts: number
}

/** A change of an item's state. */
export type Move<Held, Found> =
  | {
      readonly event: 'send' | 'learn'
      readonly held: Held
      readonly attempt: Attempt
      readonly error?: StegError
    }
  | { readonly event: 'confirm'; readonly held: Held; readonly found: Found }
  | { readonly event: 'refuse'; readonly held: Held; readonly error: StegError }
  /** `attempt` is the last one whose outcome was open for a while; undefined when there was none. */
  | { readonly event: 'unsend'; readonly held: Held; readonly attempt: Attempt | undefined }

/** The items as rows. Of each lane at most one is being sent: `send` for a second one is a conflict. */
export interface DeliveryStore<Held, Found> {
  view(held: Held): DeliveryView
  /**
   * Makes moves of different items of one lane together, all or none.
   * @throws StegError `store-conflict` when somebody else changed one of them, or is sending another one of the lane
   */
  write(moves: readonly Move<Held, Found>[]): Promise<readonly Held[]>
}

export interface DeliveryTarget<Held, Found> {
  /** Makes sure of a session, so that nothing delays a request once it is written down. @throws StegError */
  ready(): Promise<void>
  /** What the target has in the places of these items, whoever made it. @throws StegError */
  read(items: readonly Held[]): Promise<readonly Found[]>
  /** Tells what may be the item, going by its content or its mark. */
  fits(held: Held): (found: Found) => boolean
  /** Whether this is known to be another item: it fits, and is not the one. */
  isTaken(found: Found): boolean
  /**
   * Sends one request, once, never executed after `notAfter` (milliseconds since the epoch).
   * @throws StegError when no answer came; whether it took effect is judged by its code
   */
  send(held: Held, notAfter: number): Promise<Answer<Found>>
  /** Why an item is refused that the target does not have after so many requests. */
  givenUp(attempts: number): StegError
}

/** `error`: the target's own words of a refusal; of all others, what is reported when it stays so. */
export type Answer<Found> =
  | { readonly kind: 'accepted'; readonly found: Found }
  | { readonly kind: Exclude<AnswerKind, 'accepted'>; readonly error: StegError }

export type DeliveryNews<Held, Found> =
  | { readonly kind: 'delivered' | 'found'; readonly held: Held; readonly found: Found }
  /** There was no clear answer; it is read back. */
  | { readonly kind: 'indeterminate'; readonly held: Held; readonly error: StegError }
  /** Reading back did not show it, and no request is under way any more. */
  | { readonly kind: 'absent'; readonly held: Held }
  /** It is not certain before `until`. */
  | { readonly kind: 'waits'; readonly held: Held; readonly until: number }
  | { readonly kind: 'refused'; readonly held: Held; readonly error: StegError }
