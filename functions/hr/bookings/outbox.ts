import type { Store } from '../../platform/store/port.ts'
import type { HeldBooking } from './booking-store.ts'
import { type BookedPeople, lookUpPersons } from './persons.ts'
import { bookingsTable, stateRange } from './rows.ts'
import type { BookingState } from './rules/state.ts'

/** Bookings that one pass takes up at most, the earliest first. */
const PASS = 2_000

export interface OutboxPerson {
  readonly externalToken: string
  readonly sending: HeldBooking | undefined
  readonly pending: readonly HeldBooking[]
}

export interface Outbox {
  readonly people: readonly OutboxPerson[]
  /** Something is there that is not for this pass. */
  readonly more: boolean
}

/**
 * What is to be sent: costs as much as there is of it. Bookings that arrive while it is read are left to the next pass,
 * because an earlier one of the same person may have come too late for the part already read. What is pending is read
 * before what is being sent, so that a booking on its way from one to the other is not overlooked.
 * @param skip people whose bookings are not wanted now
 */
export async function readOutbox(
  store: Store,
  tenantId: string,
  now: number,
  skip: (externalToken: string) => boolean,
): Promise<Outbox> {
  const pending: HeldBooking[] = []
  let more = false
  for await (const held of heldIn(store, tenantId, 'pending')) {
    if (held.booking.receivedAt > now || skip(held.booking.externalToken)) more = true
    else pending.push(held)
    if (pending.length === PASS) {
      more = true
      break
    }
  }
  const sending = new Map<string, HeldBooking>()
  for await (const held of heldIn(store, tenantId, 'sending')) {
    if (skip(held.booking.externalToken)) more = true
    else sending.set(held.booking.externalToken, held)
  }
  const byPerson = Map.groupBy(pending, ({ booking }) => booking.externalToken)
  const tokens = new Set([...sending.keys(), ...byPerson.keys()])
  return {
    people: Array.from(tokens, (externalToken) => ({
      externalToken,
      sending: sending.get(externalToken),
      pending: byPerson.get(externalToken) ?? [],
    })),
    more,
  }
}

/** People looked up for what waits for them; with more waiting, the others are looked at when these have gone on. */
const WAITING_PAGE = 100

/** Whether a run would find something to do: three short pages, and point reads for what waits for a person. */
export async function hasOutgoing(store: Store, people: BookedPeople, tenantId: string): Promise<boolean> {
  const table = bookingsTable.bind(store)
  const some = (state: BookingState, limit: number) =>
    table.query(tenantId, { ...stateRange(state, undefined), limit })
  const [pending, sending, waiting] = await Promise.all([
    some('pending', 1),
    some('sending', 1),
    some('waiting', WAITING_PAGE),
  ])
  if (pending.rows.length > 0 || sending.rows.length > 0) return true
  const tokens = new Set(waiting.rows.map(({ value }) => value.externalToken))
  if (tokens.size === 0) return false
  const problemOf = await lookUpPersons(people, tenantId, tokens)
  return Array.from(tokens).some((token) => problemOf(token) === undefined)
}

/** All bookings of one state, in order of time. */
export async function* heldIn(
  store: Store,
  tenantId: string,
  state: BookingState,
): AsyncIterableIterator<HeldBooking> {
  const rows = bookingsTable.bind(store).all(tenantId, stateRange(state, undefined))
  for await (const { value, etag } of rows) yield { booking: value, etag }
}
