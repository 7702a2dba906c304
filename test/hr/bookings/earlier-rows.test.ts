import { afterEach, beforeEach, expect, it } from 'vitest'
import { bookingsSite, TENANT } from './site.ts'

/** Rows as the versions before the delivery engine wrote them, and what becomes of them. */
let site: ReturnType<typeof bookingsSite>
beforeEach(async () => {
  site = bookingsSite()
  await site.addPerson('1_1')
})
afterEach(() => site.close())

const EVENT = { MdNr: 1, AnNr: 1, Time: '2026-11-22T08:00:00', Type: 'Come' }

/** A booking that is being sent; `settled` says whether its request can still be under way. */
async function keep(fields: { settled?: boolean; seen?: string[]; attempt?: boolean }): Promise<void> {
  const { settled = true, seen = [], attempt = true } = fields
  const startedAt = site.clock.now() - (settled ? 120_000 : 1_000)
  const values = {
    id: 'a',
    externalToken: '1_1',
    type: 'come',
    at: 1_795_330_800_000,
    time: '2026-11-22T08:00:00+01:00',
    source: 'api',
    state: 'sending',
    receivedAt: startedAt,
    position: 0,
    changedAt: startedAt,
    attempts: 1,
    ...(attempt
      ? {
          attempt__json: JSON.stringify({
            wall: '2026-11-22T08:00:00',
            type: 'come',
            startedAt,
            deadline: startedAt + 20_000,
            settledAt: startedAt + 55_000,
            seen,
          }),
        }
      : {}),
  }
  const order = `01795330800000!0${startedAt}0000!a`
  const rows: [string, Record<string, string | number>][] = [
    ['i!a', values],
    [`s!sending!${order}`, values],
    [`p!s000001-00000001!${order}`, { id: 'a' }],
    ['h!s000001-00000001', { id: 'a' }],
  ]
  for (const [key, row] of rows) {
    await site.store.put('Bookings', { partition: TENANT, key, values: row }, { kind: 'absent' })
  }
}
const sent = () => site.sage.events.filter(({ own }) => !own).length
const rowsUnder = async (from: string) => {
  const { rows } = await site.store.query('Bookings', TENANT, { from, to: `${from}~` })
  return rows.map(({ key }) => key)
}

it.each([
  ['in Sage', { settled: true }, true, 0],
  ['in Sage, early', { settled: false }, true, 0],
  ['not in Sage', { settled: true }, false, 1],
  ['not in Sage yet, early', { settled: false }, false, 1],
  ['not in Sage, taken back', { attempt: false }, false, 1],
  ['not in Sage, where another looks the same', { seen: ['1'] }, true, 1],
] as const)('%s', async (_, fields, isThere, requests) => {
  if (isThere) site.sage.addOwn(EVENT)
  await keep({ ...fields, seen: 'seen' in fields ? [...fields.seen] : [] })
  const began = site.clock.now()
  await site.run()
  expect(await site.states()).toEqual({ a: 'exported' })
  expect([site.sage.counts().posts, sent()]).toEqual([requests, requests])
  // Nothing was sent before the request of before could have arrived.
  const early = 'settled' in fields && !fields.settled && !isThere
  expect(site.clock.now() - began >= 54_000).toBe(early)
  expect(await rowsUnder('h!')).toEqual([])
  expect(await rowsUnder('s!')).toHaveLength(1)
})
