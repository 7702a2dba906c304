import { StegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import {
  type BookingRow,
  bookingsTable,
  idKey,
  orderKey,
  personRange,
  pointersTable,
  type Span,
  stateRange,
} from './rows.ts'
import { type ShownState, statesBehind } from './rules/state.ts'

export interface BookingQuery {
  readonly state?: ShownState | undefined
  /** External token. */
  readonly person?: string | undefined
  readonly span?: Span | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface BookingPage {
  readonly bookings: readonly BookingRow[]
  readonly cursor: string | undefined
}

/** Rows read at once when one person's bookings are searched for a state. */
const PERSON_PAGE = 200

/**
 * One page in order of time. Without a person it merges the ranges of the states asked for, with one it follows that
 * person's range: never more rows are read than can be on the page, times the number of states.
 */
export function listBookings(store: Store, tenantId: string, query: BookingQuery): Promise<BookingPage> {
  return query.person === undefined
    ? listByState(store, tenantId, query)
    : listByPerson(store, tenantId, query, query.person)
}

async function listByState(store: Store, tenantId: string, query: BookingQuery): Promise<BookingPage> {
  const table = bookingsTable.bind(store)
  const after = cursorOf(query)
  const ranges = await Promise.all(
    statesBehind(query.state).map(async (state) => {
      const { from, to } = stateRange(state, query.span)
      const prefix = `s!${state}!`
      const start = after === undefined ? from : later(from, `${prefix}${after}`)
      return (await table.query(tenantId, { from: start, to, limit: query.limit + 1 })).rows
    }),
  )
  const rows = ranges
    .flat()
    .map(({ value }) => value)
    .sort(byOrder)
    .slice(0, query.limit + 1)
  return pageOf(rows, query.limit)
}

async function listByPerson(
  store: Store,
  tenantId: string,
  query: BookingQuery,
  person: string,
): Promise<BookingPage> {
  const pointers = pointersTable.bind(store)
  const bookings = bookingsTable.bind(store)
  const states = new Set(statesBehind(query.state))
  const { from, to } = personRange(person, query.span)
  const after = cursorOf(query)
  const prefix = personRange(person, undefined).from
  const found: BookingRow[] = []
  let start = after === undefined ? from : later(from, `${prefix}${after}`)
  while (found.length <= query.limit) {
    const page = await pointers.query(tenantId, { from: start, to, limit: PERSON_PAGE })
    const rows = await Promise.all(page.rows.map(({ value }) => bookings.get(tenantId, idKey(value.id))))
    for (const row of rows) if (row !== undefined && states.has(row.value.state)) found.push(row.value)
    const last = page.rows.at(-1)
    if (page.cursor === undefined || last === undefined) break
    // The space sorts below everything that a key is made of.
    start = `${last.key} `
  }
  return pageOf(found.slice(0, query.limit + 1), query.limit)
}

function pageOf(rows: readonly BookingRow[], limit: number): BookingPage {
  const next = rows[limit]
  return {
    bookings: rows.slice(0, limit),
    cursor: next === undefined ? undefined : Buffer.from(orderKey(next)).toString('base64url'),
  }
}

/** The cursor names the first booking of the next page. It stays good when bookings change their state meanwhile. */
function cursorOf({ cursor }: BookingQuery): string | undefined {
  if (cursor === undefined) return undefined
  const key = Buffer.from(cursor, 'base64url').toString()
  if (/^\d{14}!\d{18}!/.test(key) && key.length < 400) return key
  throw new StegError('invalid-request', { problems: 'cursor: not one that this list returned' })
}

function byOrder(a: BookingRow, b: BookingRow): number {
  const [left, right] = [orderKey(a), orderKey(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

const later = (a: string, b: string) => (a > b ? a : b)
