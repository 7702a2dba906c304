import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { instantOf, shiftWall } from '../../../shared/wall-time.ts'
import type { Store } from '../../platform/store/port.ts'
import { openBookingStore } from './booking-store.ts'
import { type IntakeItem, recordOf, takeIn } from './intake.ts'
import { type BookingPage, type BookingQuery, listBookings } from './listing.ts'
import { type BookedPeople, lookUpPersons } from './persons.ts'
import type { BookingRow, Span } from './rows.ts'
import { type BookingEvent, type ShownState, transitions } from './rules/state.ts'
import { type Count, countBookings } from './tally.ts'

export interface BookingsService {
  /** Up to 1,000 items, each judged by itself; answered when what was accepted is durable. */
  accept(tenantId: string, items: readonly unknown[]): Promise<readonly IntakeItem[]>
  list(
    tenantId: string,
    query: Omit<BookingQuery, 'span'> & {
      /** One day, or the first and the last, `YYYY-MM-DD` in the zone of the Sage server. */
      readonly day?: string | undefined
      readonly from?: string | undefined
      readonly to?: string | undefined
    },
  ): Promise<BookingPage>
  /** How many are in a state, up to a hundred; one or two pages. */
  count(tenantId: string, state: ShownState): Promise<Count>
  /** @throws StegError `not-found` */
  get(tenantId: string, id: string): Promise<BookingRow>
  /** Sends a failed or dismissed booking again. @throws StegError `not-found`, `booking-state` */
  retry(tenantId: string, id: string): Promise<BookingRow>
  /** Gives a booking up that is not in Sage. @throws StegError `not-found`, `booking-state` */
  dismiss(tenantId: string, id: string): Promise<BookingRow>
}

/** Behind every time that fits a key. */
const END_OF_TIME = 99_999_999_999_999

export function createBookingsService(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly people: BookedPeople
  /** IANA zone of the tenant's Sage server. */
  readonly timeZoneOf: (tenantId: string) => Promise<string>
}): BookingsService {
  const { store, clock, people } = parts

  async function spanOf(
    tenantId: string,
    first: string | undefined,
    last: string | undefined,
  ): Promise<Span | undefined> {
    if (first === undefined && last === undefined) return undefined
    const timeZone = await parts.timeZoneOf(tenantId)
    const midnight = (day: string, later: number) => {
      const at = instantOf(shiftWall(`${day}T00:00:00`, later), timeZone)
      if (at === undefined) throw new StegError('invalid-request', { problems: `${day}: not a day` })
      return at
    }
    return {
      from: first === undefined ? 0 : midnight(first, 0),
      to: last === undefined ? END_OF_TIME : midnight(last, 86_400),
    }
  }

  /** Repeats the change when somebody else came first: it is judged anew then. */
  async function move(
    tenantId: string,
    id: string,
    eventFor: (booking: BookingRow) => Promise<{ event: BookingEvent; error?: StegError | undefined }>,
  ): Promise<BookingRow> {
    const kept = openBookingStore(store, tenantId, clock.now)
    for (;;) {
      const from = await kept.hold(id)
      const { event, error } = await eventFor(from.booking)
      try {
        const fields = { error: error === undefined ? undefined : recordOf(error), attempts: 0 }
        const [changed] = await kept.change([{ from, event, fields }])
        if (changed !== undefined) return changed.booking
      } catch (conflict) {
        if (!isStegError(conflict, 'store-conflict')) throw conflict
      }
    }
  }

  return {
    accept: (tenantId, items) => takeIn(parts, tenantId, items),
    async list(tenantId, { day, from = day, to = day, ...query }) {
      return listBookings(store, tenantId, { ...query, span: await spanOf(tenantId, from, to) })
    },

    count: (tenantId, state) => countBookings(store, tenantId, state),

    async get(tenantId, id) {
      const booking = await openBookingStore(store, tenantId, clock.now).get(id)
      if (booking === undefined) throw new StegError('not-found', { what: 'booking' })
      return booking
    },

    retry: (tenantId, id) =>
      move(tenantId, id, async ({ externalToken, state }) => {
        if (transitions[state].retry === undefined) throw new StegError('booking-state', { id, state })
        const error = (await lookUpPersons(people, tenantId, [externalToken]))(externalToken)
        return { event: error === undefined ? 'retry' : 'await-person', error }
      }),

    dismiss: (tenantId, id) => move(tenantId, id, async () => ({ event: 'dismiss' })),
  }
}
