import { StegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import { inLanes } from '../../sync/lanes.ts'
import type { VisiblePeople } from '../people/service.ts'
import { tokenOf } from '../rules/person-key.ts'
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
  /** Only bookings of these people. */
  readonly among?: VisiblePeople | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface BookingPage {
  /** May be fewer than asked for, or none, although there is a cursor: one page looks at so many and no more. */
  readonly bookings: readonly BookingRow[]
  readonly cursor: string | undefined
}

/** Up to so many people's own bookings are followed; of more, all bookings are looked through. */
const FOLLOWED_PEOPLE = 40
/** Rows read at once of each range when not all of them are wanted. */
const SIFTED_PAGE = 500
/** What one page costs at most: rounds of reading every range once, and bookings read by id. */
const ROUNDS = 10
const LOOKS = 2_000
const READS = 32

/** Rows in order of time: of one state, or of one person. Keys are the prefix and the order. */
interface Source {
  readonly prefix: string
  readonly from: string
  readonly to: string
}

/** A row of a source; `booking` is undefined when it is not wanted. */
interface Seen {
  readonly order: string
  booking(): Promise<BookingRow | undefined>
}

/**
 * One page in order of time. Without people it merges the ranges of the states asked for; of one person, or a few, it
 * merges theirs.
 */
export function listBookings(store: Store, tenantId: string, query: BookingQuery): Promise<BookingPage> {
  const { among } = query
  if (query.person !== undefined) return listByPeople(store, tenantId, query, [query.person])
  if (among !== undefined && among.ids.length <= FOLLOWED_PEOPLE) {
    return listByPeople(store, tenantId, query, among.ids.map(tokenOf))
  }
  return listByState(store, tenantId, query)
}

function listByState(store: Store, tenantId: string, query: BookingQuery): Promise<BookingPage> {
  const table = bookingsTable.bind(store)
  const { among, limit } = query
  const sources = statesBehind(query.state).map((state) => ({
    ...stateRange(state, query.span),
    prefix: `s!${state}!`,
  }))
  const pageRows = among === undefined ? limit + 1 : Math.max(limit + 1, SIFTED_PAGE)
  return mergePages(query, sources, async ({ prefix }, range) => {
    const { rows, cursor } = await table.query(tenantId, { ...range, limit: pageRows })
    const seen = rows.map(({ key, value }) => ({
      order: key.slice(prefix.length),
      booking: async () => (among?.hasToken(value.externalToken) === false ? undefined : value),
    }))
    return { seen, more: cursor !== undefined }
  })
}

function listByPeople(
  store: Store,
  tenantId: string,
  query: BookingQuery,
  people: readonly string[],
): Promise<BookingPage> {
  const pointers = pointersTable.bind(store)
  const bookings = bookingsTable.bind(store)
  const states = new Set(statesBehind(query.state))
  const sources = people.map((person) => ({
    ...personRange(person, query.span),
    prefix: personRange(person, undefined).from,
  }))
  return mergePages(query, sources, async ({ prefix }, range) => {
    const { rows, cursor } = await pointers.query(tenantId, { ...range, limit: query.limit + 1 })
    const seen = rows.map(({ key, value }) => ({
      order: key.slice(prefix.length),
      async booking() {
        const row = await bookings.get(tenantId, idKey(value.id))
        return row !== undefined && states.has(row.value.state) ? row.value : undefined
      },
    }))
    return { seen, more: cursor !== undefined }
  })
}

async function mergePages(
  query: BookingQuery,
  sources: readonly Source[],
  read: (
    source: Source,
    range: { readonly from: string; readonly to: string },
  ) => Promise<{ seen: readonly Seen[]; more: boolean }>,
): Promise<BookingPage> {
  const found: BookingRow[] = []
  let after = cursorOf(query)
  let looks = 0
  for (let round = 1; ; round++) {
    const pages = await inLanes(sources, { width: READS }, (source) =>
      read(source, {
        from: after === undefined ? source.from : later(source.from, source.prefix + after),
        to: source.to,
      }),
    )
    // Beyond the earliest end of a page that has more behind it, a row in between could be missing.
    const ends = pages.flatMap(({ seen, more }) => (more ? [seen.at(-1)?.order ?? ''] : []))
    const horizon = ends.toSorted()[0]
    const rows = pages
      .flatMap(({ seen }) => seen)
      .filter(({ order }) => horizon === undefined || order <= horizon)
      .sort((a, b) => (a.order < b.order ? -1 : 1))
    for (let from = 0; from < rows.length && found.length <= query.limit; from += READS) {
      const some = rows.slice(from, from + READS)
      const loaded = await inLanes(some, { width: READS }, (row) => row.booking())
      found.push(...loaded.filter((booking) => booking !== undefined))
      looks += some.length
      const last = some.at(-1)
      if (looks >= LOOKS && found.length <= query.limit && last !== undefined) {
        return { bookings: found, cursor: encoded(behind(last.order)) }
      }
    }
    const next = found[query.limit]
    if (next !== undefined) return { bookings: found.slice(0, query.limit), cursor: encoded(orderKey(next)) }
    if (horizon === undefined) return { bookings: found, cursor: undefined }
    after = behind(horizon)
    if (round === ROUNDS) return { bookings: found, cursor: encoded(after) }
  }
}

/** The space sorts below everything that a key is made of. */
const behind = (order: string) => `${order} `

const encoded = (order: string) => Buffer.from(order).toString('base64url')

/** The cursor says where the next page begins. It stays good when bookings change their state meanwhile. */
function cursorOf({ cursor }: BookingQuery): string | undefined {
  if (cursor === undefined) return undefined
  const key = Buffer.from(cursor, 'base64url').toString()
  if (/^\d{14}!\d{18}!/.test(key) && key.length < 400) return key
  throw new StegError('invalid-request', { problems: 'cursor: not one that this list returned' })
}

const later = (a: string, b: string) => (a > b ? a : b)
