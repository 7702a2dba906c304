import type { DeliveryState } from '../../../sync/delivery/rules/life.ts'

/** The life of a request for leave, as a total table. */
export const requestStates = [
  'pending',
  'sending',
  'requested',
  'approved',
  'rejected',
  'refused',
  'removed',
] as const
/**
 * `sending`: marked before a request leaves; until it is certain what became of it nothing else of this person is sent.
 * `requested`: Sage has it, nobody has decided yet. `refused`: Sage did not take it. `removed`: it was in Sage and is not
 * any more.
 */
export type RequestState = (typeof requestStates)[number]

export type RequestEvent =
  /** A request is about to leave. */
  | 'send'
  /** More is known about a request whose outcome is open. */
  | 'learn'
  /** Sage has it: answered, or seen when reading back. */
  | 'confirm'
  /** Sage said no. */
  | 'refuse'
  /** It is certain that Sage does not have it and that no request is under way. */
  | 'unsend'
  | 'approve'
  | 'reject'
  /** Two readings did not show it any more. */
  | 'remove'

type Row = Readonly<Record<RequestEvent, RequestState | undefined>>
const none: Row = {
  send: undefined,
  learn: undefined,
  confirm: undefined,
  refuse: undefined,
  unsend: undefined,
  approve: undefined,
  reject: undefined,
  remove: undefined,
}

export const transitions: Readonly<Record<RequestState, Row>> = {
  // `confirm`: a request that was given up as lost has arrived after all.
  pending: { ...none, send: 'sending', confirm: 'requested' },
  sending: { ...none, learn: 'sending', confirm: 'requested', refuse: 'refused', unsend: 'pending' },
  requested: { ...none, approve: 'approved', reject: 'rejected', remove: 'removed' },
  approved: none,
  rejected: none,
  refused: none,
  removed: none,
}

/** The state after an event. Throws where the table has none: that is a mistake in the caller. */
export function after(state: RequestState, event: RequestEvent): RequestState {
  const next = transitions[state][event]
  if (next === undefined) throw new Error(`a request for leave that is ${state} cannot ${event}`)
  return next
}

const delivered: Readonly<Record<RequestState, DeliveryState>> = {
  pending: 'pending',
  sending: 'sending',
  requested: 'delivered',
  approved: 'delivered',
  rejected: 'delivered',
  removed: 'delivered',
  refused: 'refused',
}

/** Where a request is in the life of what is delivered; what is decided about it is no part of that. */
export function deliveryStateOf({ state }: { readonly state: RequestState }): DeliveryState {
  return delivered[state]
}

/** What users see: that a request is under way is a detail of pending. */
export const shownStates = ['pending', 'requested', 'approved', 'rejected', 'refused', 'removed'] as const
export type ShownState = (typeof shownStates)[number]

export function toShownState(state: RequestState): ShownState {
  return state === 'sending' ? 'pending' : state
}

/** The states that the export still has something to do with. */
export const openStates = ['pending', 'requested'] as const satisfies readonly ShownState[]
