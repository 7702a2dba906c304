import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Store, Write } from '../../platform/store/port.ts'
import {
  type BookingRow,
  bookingsTable,
  idKey,
  lockKey,
  personRowKey,
  pointersTable,
  sageRowKey,
  stateKey,
} from './rows.ts'
import { type BookingEvent, transitions } from './rules/state.ts'

/** A booking with what a change of it is conditioned on. */
export interface HeldBooking {
  readonly booking: BookingRow
  /** Of the row by state. */
  readonly etag: string
}

export interface BookingChange {
  readonly from: HeldBooking
  readonly event: BookingEvent
  /** What changes besides the state; undefined takes a field away. */
  readonly fields: Partial<{ [K in keyof BookingRow]: BookingRow[K] | undefined }>
}

/** The tenant's bookings as rows: every change is one atomic batch. */
export interface BookingStore {
  get(id: string): Promise<BookingRow | undefined>
  /** The booking for a change. @throws StegError `not-found` */
  hold(id: string): Promise<HeldBooking>
  /**
   * Makes changes of different bookings together, all or none.
   * @throws StegError `store-conflict` when one of them was changed by somebody else, `booking-state` when the table of
   *   states does not know the change
   */
  change(changes: readonly BookingChange[]): Promise<readonly HeldBooking[]>
  /** Keeps new bookings, 33 in each batch, in order. @returns those whose id was taken already */
  add(bookings: readonly BookingRow[]): Promise<readonly BookingRow[]>
}

/** Rows by id, by state and by person; imported ones also by their Id in Sage. */
const ROWS_PER_BOOKING = 3
const BATCH = 100

export function openBookingStore(store: Store, tenantId: string, now: () => number): BookingStore {
  const bookings = bookingsTable.bind(store)
  const pointers = pointersTable.bind(store)

  function changed({ from, event, fields }: BookingChange): BookingRow {
    const { booking } = from
    const state = transitions[booking.state][event]
    if (state === undefined) throw new StegError('booking-state', { id: booking.id, state: booking.state })
    const next = { ...booking, ...fields, state, changedAt: now() }
    const present = Object.entries(next).filter(([, value]) => value !== undefined)
    return bookingsTable.schema.parse(Object.fromEntries(present))
  }

  function writesOf(change: BookingChange, next: BookingRow): Write[] {
    const { booking, etag } = change.from
    const before = stateKey(booking)
    const after = stateKey(next)
    const row = (key: string, condition: Parameters<typeof bookings.toPut>[2]) =>
      bookings.toPut(key, next, condition)
    const moved: Write[] =
      before === after
        ? [row(after, { kind: 'match', etag })]
        : [
            { kind: 'delete', key: before, condition: { kind: 'match', etag } },
            row(after, { kind: 'absent' }),
          ]
    const inSage =
      next.sageId === undefined || next.wall === undefined || booking.sageId === next.sageId
        ? []
        : [
            pointers.toPut(
              sageRowKey(next.externalToken, next.wall, next.sageId),
              { id: next.id },
              { kind: 'any' },
            ),
          ]
    return [...moved, row(idKey(next.id), { kind: 'any' }), ...inSage]
  }

  /** Of each person one booking is being sent at most: taking up a second one is a conflict. */
  function locks(changes: readonly BookingChange[], next: readonly BookingRow[]): Write[] {
    const left = new Set<string>()
    const taken = new Map<string, BookingRow>()
    for (const [index, { from }] of changes.entries()) {
      const after = next[index]
      if (after === undefined || (from.booking.state === 'sending') === (after.state === 'sending')) continue
      if (after.state === 'sending') taken.set(after.externalToken, after)
      else left.add(after.externalToken)
    }
    const released = Array.from(left)
      .filter((token) => !taken.has(token))
      .map((token): Write => ({ kind: 'delete', key: lockKey(token), condition: { kind: 'any' } }))
    const held = Array.from(taken, ([token, { id }]) =>
      pointers.toPut(lockKey(token), { id }, left.has(token) ? { kind: 'any' } : { kind: 'absent' }),
    )
    return [...released, ...held]
  }

  function writesFor(booking: BookingRow): Write[] {
    const absent = { kind: 'absent' } as const
    const pointer = { id: booking.id }
    const writes = [
      bookings.toPut(idKey(booking.id), booking, absent),
      bookings.toPut(stateKey(booking), booking, absent),
      pointers.toPut(personRowKey(booking), pointer, absent),
    ]
    if (booking.sageId !== undefined && booking.wall !== undefined) {
      const key = sageRowKey(booking.externalToken, booking.wall, booking.sageId)
      writes.push(pointers.toPut(key, pointer, { kind: 'any' }))
    }
    return writes
  }

  /** @returns those whose id was taken */
  async function addTogether(group: readonly BookingRow[]): Promise<readonly BookingRow[]> {
    let left = group
    const taken: BookingRow[] = []
    while (left.length > 0) {
      try {
        await store.batch(bookingsTable.name, tenantId, left.flatMap(writesFor))
        break
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
        const known = await Promise.all(left.map(({ id }) => bookings.get(tenantId, idKey(id))))
        const repeated = left.filter((_, index) => known[index] !== undefined)
        // Nothing is taken, and yet the batch met a conflict: let the caller send it again.
        if (repeated.length === 0) throw error
        taken.push(...repeated)
        left = left.filter((_, index) => known[index] === undefined)
      }
    }
    return taken
  }

  return {
    get: async (id) => (await bookings.get(tenantId, idKey(id)))?.value,

    async hold(id) {
      for (;;) {
        const byId = await bookings.get(tenantId, idKey(id))
        if (byId === undefined) throw new StegError('not-found', { what: 'booking' })
        const byState = await bookings.get(tenantId, stateKey(byId.value))
        if (byState !== undefined) return { booking: byState.value, etag: byState.etag }
      }
    },

    async change(changes) {
      const next = changes.map(changed)
      const writes = changes.flatMap((change, index) => {
        const row = next[index]
        return row === undefined ? [] : writesOf(change, row)
      })
      writes.push(...locks(changes, next))
      const etags = await store.batch(bookingsTable.name, tenantId, writes)
      return next.map((booking) => {
        const at = writes.findIndex(({ kind, key }) => kind === 'put' && key === stateKey(booking))
        return { booking, etag: etags[at] ?? '' }
      })
    },

    async add(added) {
      const taken: BookingRow[] = []
      const size = Math.floor(BATCH / (ROWS_PER_BOOKING + (added[0]?.sageId === undefined ? 0 : 1)))
      for (let from = 0; from < added.length; from += size) {
        taken.push(...(await addTogether(added.slice(from, from + size))))
      }
      return taken
    },
  }
}
