import type { DeliveryState } from '../../../sync/delivery/rules/life.ts'

/** The life of a booking, as a total table. */
export const bookingStates = [
  'pending',
  'waiting',
  'sending',
  'exported',
  'failed',
  'dismissed',
  'imported',
] as const
/**
 * `waiting`: kept until its person is there. `sending`: taken up; at most one of each person, and until it is certain
 * what became of it nothing else of this person is sent. It never goes back to `pending`: a worker that looks at what is
 * pending and then at what is being sent must not overlook one that moves. `imported`: made in Sage.
 */
export type BookingState = (typeof bookingStates)[number]

export type BookingEvent =
  /** A request is about to leave. */
  | 'send'
  /** Sage has it: answered, or seen when reading back. */
  | 'confirm'
  /** More is known about a request whose outcome is open. */
  | 'learn'
  /** Sage said no. */
  | 'refuse'
  /** It is certain that Sage does not have it and that no request is under way: it may be sent again. */
  | 'unsend'
  /** An admin, or the person has appeared. */
  | 'retry'
  /** The person is not there, or not active. */
  | 'await-person'
  | 'dismiss'

type Row = Readonly<Record<BookingEvent, BookingState | undefined>>
const none: Row = {
  send: undefined,
  confirm: undefined,
  learn: undefined,
  refuse: undefined,
  unsend: undefined,
  retry: undefined,
  'await-person': undefined,
  dismiss: undefined,
}

export const transitions: Readonly<Record<BookingState, Row>> = {
  pending: { ...none, send: 'sending', 'await-person': 'waiting', dismiss: 'dismissed' },
  waiting: { ...none, retry: 'pending', 'await-person': 'waiting', dismiss: 'dismissed' },
  sending: {
    ...none,
    send: 'sending',
    confirm: 'exported',
    learn: 'sending',
    refuse: 'failed',
    unsend: 'sending',
  },
  exported: none,
  failed: { ...none, retry: 'pending', 'await-person': 'waiting', dismiss: 'dismissed' },
  dismissed: { ...none, retry: 'pending', 'await-person': 'waiting' },
  imported: none,
}

const delivered: Readonly<Record<BookingState, DeliveryState>> = {
  pending: 'pending',
  sending: 'sending',
  exported: 'delivered',
  imported: 'delivered',
  failed: 'refused',
  waiting: 'refused',
  dismissed: 'refused',
}

/** Where a booking is in the life of what is delivered: taken up without an attempt, it is still to be sent. */
export function deliveryStateOf(booking: {
  readonly state: BookingState
  readonly attempt?: unknown
}): DeliveryState {
  return booking.state === 'sending' && booking.attempt === undefined ? 'pending' : delivered[booking.state]
}

/** What users see: that a request is under way, or that a person is missing, are details of pending and failed. */
export const shownStates = ['pending', 'exported', 'failed', 'dismissed', 'imported'] as const
export type ShownState = (typeof shownStates)[number]

const shown: Readonly<Record<BookingState, ShownState>> = {
  pending: 'pending',
  sending: 'pending',
  exported: 'exported',
  failed: 'failed',
  waiting: 'failed',
  dismissed: 'dismissed',
  imported: 'imported',
}

export function toShownState(state: BookingState): ShownState {
  return shown[state]
}

/** The states behind what a user asks for; all of them for nothing. */
export function statesBehind(wanted: ShownState | undefined): readonly BookingState[] {
  return wanted === undefined ? bookingStates : bookingStates.filter((state) => shown[state] === wanted)
}
