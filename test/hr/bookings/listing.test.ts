import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type BookingQuery, listBookings } from '../../../functions/hr/bookings/listing.ts'
import { shownStates, toShownState } from '../../../functions/hr/bookings/rules/state.ts'
import { idOfToken } from '../../../functions/hr/rules/person-key.ts'
import { booking, bookingsSite, TENANT } from './site.ts'

let site: ReturnType<typeof bookingsSite>
beforeEach(() => {
  site = bookingsSite()
})
afterEach(() => site.close())

/** The people whom a limited caller sees; many of them are looked through, a few are followed. */
function among(tokens: readonly string[], others = 0): NonNullable<BookingQuery['among']> {
  const more = Array.from({ length: others }, (_, index) => `8_${index}`)
  const ids = [...tokens, ...more].map((token) => idOfToken(token) ?? '').sort()
  const known = new Set([...tokens, ...more])
  return { ids, has: (id) => ids.includes(id), hasToken: (token) => known.has(token) }
}

it('shows each booking once and in order, by state, days and people, whoever asks (A8, A9)', async () => {
  const tokens = ['1_1', '1_2', '1_3', '2_1']
  for (const token of tokens.slice(0, 3)) await site.addPerson(token)
  const hour = (n: number) =>
    `2026-11-${String(2 + Math.floor(n / 24)).padStart(2, '0')}T${String(n % 24).padStart(2, '0')}:00:00Z`
  const items = Array.from({ length: 160 }, (_, n) =>
    booking(`b${n}`, { externalToken: tokens[(n * 7) % 4], time: hour(n % 90) }),
  )
  await site.service.accept(TENANT, items)
  for (let n = 0; n < 160; n += 9) await site.service.dismiss(TENANT, `b${n}`)
  const all = (await listBookings(site.store, TENANT, { limit: 500 })).bookings
  expect(all).toHaveLength(160)

  const day = fc.integer({ min: 0, max: 5 }).map((n) => Date.parse('2026-11-01T00:00:00Z') + n * 86_400_000)
  const queries = fc.record({
    state: fc.option(fc.constantFrom(...shownStates), { nil: undefined }),
    span: fc.option(fc.record({ from: day, to: day }), { nil: undefined }),
    people: fc.option(fc.subarray(tokens), { nil: undefined }),
    others: fc.constantFrom(0, 60),
    limit: fc.integer({ min: 1, max: 60 }),
  })
  await fc.assert(
    fc.asyncProperty(queries, async ({ people, others, ...query }) => {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await listBookings(site.store, TENANT, {
          ...query,
          cursor,
          ...(people === undefined ? {} : { among: among(people, others) }),
        })
        expect(page.bookings.length).toBeLessThanOrEqual(query.limit)
        found.push(...page.bookings.map(({ id }) => id))
        cursor = page.cursor
      } while (cursor !== undefined)
      const { span, state } = query
      const expected = all.filter(
        (one) =>
          (state === undefined || toShownState(one.state) === state) &&
          (span === undefined || (one.at >= span.from && one.at < span.to)) &&
          (people === undefined || people.includes(one.externalToken)),
      )
      expect(found).toEqual(expected.map(({ id }) => id))
    }),
    { numRuns: 80 },
  )
})

it('ends a page early, with a cursor, when it would look at too much', async () => {
  await site.addPerson('1_1')
  const minute = (n: number) => new Date(Date.parse('2026-11-02T00:00:00Z') + n * 60_000).toISOString()
  for (let from = 0; from < 3000; from += 1000) {
    const items = Array.from({ length: 1000 }, (_, n) =>
      booking(`b${from + n}`, { externalToken: '1_1', time: minute(from + n) }),
    )
    await site.service.accept(TENANT, items)
  }
  const query = { limit: 100, state: 'exported' as const, among: among(['1_1']) }
  const first = await listBookings(site.store, TENANT, query)
  expect(first).toMatchObject({ bookings: [], cursor: expect.any(String) })
  let cursor = first.cursor
  for (let round = 0; cursor !== undefined && round < 10; round++) {
    cursor = (await listBookings(site.store, TENANT, { ...query, cursor })).cursor
  }
  expect(cursor).toBeUndefined()
})

it('takes a first and a last day in the zone of the Sage server', async () => {
  await site.addPerson('1_1')
  const at = (id: string, time: string) => booking(id, { time })
  await site.service.accept(TENANT, [
    at('before', '2026-11-01T22:59:59Z'),
    at('first', '2026-11-01T23:00:00Z'),
    at('last', '2026-11-03T22:59:59Z'),
    at('after', '2026-11-03T23:00:00Z'),
  ])
  const ids = async (query: object) =>
    (await site.service.list(TENANT, { limit: 9, ...query })).bookings.map(({ id }) => id)
  expect(await ids({ from: '2026-11-02', to: '2026-11-03' })).toEqual(['first', 'last'])
  expect(await ids({ from: '2026-11-02' })).toEqual(['first', 'last', 'after'])
  expect(await ids({ to: '2026-11-03' })).toEqual(['before', 'first', 'last'])
})
