import { StegError } from '../../../shared/errors/error.ts'
import { wallTime } from '../../../shared/wall-time.ts'
import type {
  Delivery,
  DeliveryCapabilities,
  DeliveryStore,
  DeliveryTarget,
  Move,
} from '../../sync/delivery/port.ts'
import { toDeliveryAnswer } from '../once-answer.ts'
import type { SageConnection } from '../sage/port.ts'
import type { BookingChange, BookingStore, HeldBooking } from './booking-store.ts'
import { recordOf } from './intake.ts'
import { fits, type SageEntry, type SageEvent } from './rules/content.ts'
import { deliveryStateOf } from './rules/state.ts'
import type { SageTimeEvents } from './sage-time-events.ts'

/** After so many requests that Sage does not have, a booking no longer holds up its person. */
const MAX_ATTEMPTS = 20

export interface BookingDeliveryParts {
  readonly kept: BookingStore
  readonly events: SageTimeEvents
  readonly session: Pick<SageConnection['session'], 'ready'>
  readonly profile: Pick<SageConnection['profile'], 'timeZone' | 'timeEvents'>
  readonly now: () => number
}

/** How one person's bookings get into Sage. */
export function bookingDelivery(
  parts: BookingDeliveryParts,
  externalToken: string,
  tell: Delivery<HeldBooking, SageEvent>['tell'],
): Delivery<HeldBooking, SageEvent> {
  const { kept, events, session, profile, now } = parts
  /** Local times by instant: finding one out takes longer than everything else here. */
  const walls = new Map<number, string>()

  function wallAt(at: number): string {
    const wall = walls.get(at) ?? wallTime(at, profile.timeZone)
    walls.set(at, wall)
    return wall
  }

  /** What was sent, or what would be sent now: the profile may have changed in between. */
  function entryOf({ booking }: HeldBooking): SageEntry {
    const { type, placeOfWorkId, additionalInputId } = booking
    return booking.attempt ?? { wall: wallAt(booking.at), type, placeOfWorkId, additionalInputId }
  }

  function toChange(move: Move<HeldBooking, SageEvent>): BookingChange {
    const { held: from, event } = move
    switch (move.event) {
      case 'send':
      case 'learn': {
        const { number, deadline, settledAt, seen } = move.attempt
        const started = from.booking.attempt?.startedAt ?? now()
        const attempt = { ...entryOf(from), startedAt: started, deadline, settledAt, seen: [...seen] }
        const error = move.error === undefined ? {} : { error: indeterminate(move.error) }
        return { from, event, fields: { attempt, attempts: number, ...error } }
      }
      case 'confirm': {
        const { wall, id: sageId } = move.found
        return { from, event, fields: { attempt: undefined, error: undefined, wall, sageId } }
      }
      case 'refuse':
        return { from, event, fields: { attempt: undefined, error: recordOf(move.error) } }
      case 'unsend':
        return { from, event, fields: { attempt: undefined, error: undefined } }
    }
  }

  const store: DeliveryStore<HeldBooking, SageEvent> = {
    view({ booking }) {
      const { id, attempt, attempts } = booking
      return {
        id,
        state: deliveryStateOf(booking),
        attempt: attempt && { ...attempt, number: attempts },
        attempts,
      }
    },
    write: (moves) => kept.change(moves.map(toChange)),
  }

  const target: DeliveryTarget<HeldBooking, SageEvent> = {
    ready: session.ready,

    read(items) {
      const times = items.map((held) => entryOf(held).wall).sort()
      return events.read(externalToken, times[0] ?? '', times.at(-1) ?? '')
    },

    fits(held) {
      const entry = entryOf(held)
      return (event) => fits(entry, event)
    },

    // Of bookings that look the same, those that were in Sage before are known by their Ids.
    isTaken: () => false,

    async send(held, notAfter) {
      const { wall, type, placeOfWorkId, additionalInputId } = entryOf(held)
      const entry = { wall, type, placeOfWorkId, additionalInputId }
      const reply = await events.add(externalToken, entry, notAfter)
      return toDeliveryAnswer<SageEvent>(events.path, reply, {
        accepted: (id) => ({ ...entry, id }),
        refused: (status, reason) => new StegError('booking-refused', { status, reason }),
        indeterminate: () => new StegError('booking-doubtful', { reason: `HTTP ${reply.status}` }),
      })
    },

    givenUp: (attempts) => new StegError('booking-given-up', { attempts }),
  }

  return { capabilities: capabilitiesOf(profile), store, target, tell }
}

function capabilitiesOf({ timeEvents }: BookingDeliveryParts['profile']): DeliveryCapabilities {
  return {
    recognises: 'content',
    settleMs: timeEvents.settleSeconds * 1000,
    attempts: { perRun: MAX_ATTEMPTS, inAll: MAX_ATTEMPTS },
  }
}

/** What is shown of a booking whose request had no clear answer. */
function indeterminate(error: StegError) {
  return recordOf(new StegError('booking-doubtful', { reason: indeterminateReason(error) }))
}

export function indeterminateReason(error: StegError): string {
  return error.code === 'booking-doubtful' ? String(error.params.reason) : error.message
}
