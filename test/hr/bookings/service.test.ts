import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBookingsService } from '../../../functions/hr/bookings/service.ts'
import { createPresence } from '../../../functions/hr/people/presence.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { booking, bookingsSite, TENANT } from './site.ts'

let site: ReturnType<typeof bookingsSite>
beforeEach(async () => {
  site = bookingsSite()
  await site.addPerson('1_1')
  await site.addPerson('1_2')
  await site.addPerson('1_3', false)
})
afterEach(() => site.close())

const accept = (...items: unknown[]) => site.service.accept(TENANT, items)
const list = (query: object = {}) => site.service.list(TENANT, { limit: 100, ...query })

describe('handing bookings over', () => {
  it('judges each by itself', async () => {
    const items = await accept(
      booking('a'),
      booking('b', { type: 'left' }),
      { id: 7 },
      null,
      booking('c', { time: '2026-11-22T08:00:00' }),
      booking('d', { externalToken: '9_9' }),
      booking('e', { externalToken: '1_3' }),
      booking('f', { externalToken: 'chip 5' }),
      booking('g', { unknown: true }),
    )
    expect(items.map(({ id, state, error }) => [id, state, error?.code])).toEqual([
      ['a', 'pending', undefined],
      ['b', 'rejected', 'booking-invalid'],
      [null, 'rejected', 'booking-invalid'],
      [null, 'rejected', 'booking-invalid'],
      ['c', 'rejected', 'booking-invalid'],
      ['d', 'failed', 'person-unknown'],
      ['e', 'failed', 'person-inactive'],
      ['f', 'failed', 'person-unknown'],
      ['g', 'rejected', 'booking-invalid'],
    ])
    expect(await site.states()).toEqual({ a: 'pending', d: 'waiting', e: 'waiting', f: 'waiting' })
  })

  it.each([
    ['no offset', '2026-11-22T08:00:00'],
    ['no seconds', '2026-11-22T08:00+01:00'],
    ['no such day', '2026-02-30T08:00:00Z'],
    ['long ago', '1999-12-31T23:59:59Z'],
    ['not a time', 'morgens'],
  ])('refuses a time with %s', async (_, time) => {
    expect(await accept(booking('a', { time }))).toMatchObject([{ state: 'rejected' }])
  })

  it.each(['', 'x'.repeat(65), 'a\u0000', 'sage:5'])('refuses the id "%s"', async (id) => {
    expect(await accept(booking(id))).toMatchObject([{ state: 'rejected' }])
  })

  it('takes any other id of 1 to 64 characters', async () => {
    const ids = ['/', '!#?\\%', ' ', 'ä€😀', '.'.repeat(64), '!'.repeat(64)]
    await accept(...ids.map((id) => booking(id)))
    for (const id of ids) expect((await site.service.get(TENANT, id)).id).toBe(id)
    expect((await list()).bookings).toHaveLength(ids.length)
  })

  it('a repeat with the same content changes nothing, however its offset is written', async () => {
    await accept(booking('a'))
    const before = await site.service.get(TENANT, 'a')
    site.clock.advance(5_000)
    expect(await accept(booking('a', { time: '2026-11-22T07:00:00.000Z' }))).toEqual([
      { id: 'a', state: 'pending' },
    ])
    expect(await site.service.get(TENANT, 'a')).toEqual(before)
    await site.run()
    expect(await accept(booking('a'))).toEqual([{ id: 'a', state: 'exported' }])
    await site.run()
    expect(site.sage.events).toHaveLength(1)
  })

  it('a repeat with other content is a conflict and changes nothing', async () => {
    await accept(booking('a'))
    for (const fields of [{ type: 'go' }, { externalToken: '1_2' }, { placeOfWorkId: 1 }]) {
      expect(await accept(booking('a', fields))).toMatchObject([
        { id: 'a', state: 'rejected', error: { code: 'booking-conflict' } },
      ])
    }
    expect((await site.service.get(TENANT, 'a')).type).toBe('come')
  })

  it('the same id twice in one call', async () => {
    const items = await accept(booking('a'), booking('a'), booking('a', { type: 'go' }))
    expect(items.map(({ state }) => state)).toEqual(['pending', 'pending', 'rejected'])
    expect((await list()).bookings).toHaveLength(1)
  })

  it('costs 31 batches for 1,000 and few more for a mixture of old and new', async () => {
    const items = Array.from({ length: 1_000 }, (_, index) => booking(`n${index}`))
    site.reset()
    await accept(...items)
    expect(site.counts()).toMatchObject({ batches: 31, reads: 1, queries: 0 })
    const later = items.map((item, index) => (index % 2 === 0 ? item : { ...item, id: `m${index}` }))
    expect((await accept(...later)).every(({ state }) => state === 'pending')).toBe(true)
    expect(Object.keys(await countAll())).toHaveLength(1_500)
  })

  it('a hub that dies between two batches leaves nothing later behind than what is missing', async () => {
    const items = Array.from({ length: 70 }, (_, index) =>
      booking(`n${index}`, { time: new Date(Date.UTC(2026, 10, 20) - index * 60_000).toISOString() }),
    )
    let batches = 0
    const dying: Store = {
      ...site.store,
      async batch(...call) {
        if (++batches > 1) throw new StegError('store-unavailable', { reason: 'test' })
        return site.store.batch(...call)
      },
    }
    const service = createBookingsService({
      store: dying,
      clock: site.clock,
      people: createPresence(dying),
      timeZoneOf: async () => 'UTC',
    })
    await expect(service.accept(TENANT, items)).rejects.toMatchObject({ code: 'store-unavailable' })
    expect(Object.keys(await site.states())).toEqual(
      Array.from({ length: 33 }, (_, index) => `n${69 - index}`),
    )
    // The sender sends the same again, and everything is there once.
    expect((await accept(...items)).every(({ state }) => state === 'pending')).toBe(true)
    expect(Object.keys(await countAll())).toHaveLength(70)
  })

  async function countAll() {
    const found: Record<string, true> = {}
    let cursor: string | undefined
    do {
      const page = await site.service.list(TENANT, { limit: 500, cursor })
      for (const { id } of page.bookings) found[id] = true
      cursor = page.cursor
    } while (cursor !== undefined)
    return found
  }
})

describe('listing', () => {
  beforeEach(async () => {
    const times = [
      '2026-10-24T23:30:00+02:00',
      '2026-10-25T00:00:00+02:00',
      '2026-10-25T23:59:59+01:00',
      '2026-10-26T00:00:00+01:00',
    ]
    await accept(
      ...times.map((time, index) => booking(`a${index}`, { time })),
      ...times.map((time, index) => booking(`b${index}`, { time, externalToken: '1_2' })),
      booking('w', { externalToken: '9_9', time: '2026-10-25T12:00:00Z' }),
    )
    await site.service.dismiss(TENANT, 'a2')
  })
  const ids = async (query: object) => (await list(query)).bookings.map(({ id }) => id)

  it.each<[object, string[]]>([
    [{}, ['a0', 'b0', 'a1', 'b1', 'w', 'a2', 'b2', 'a3', 'b3']],
    [{ state: 'pending' }, ['a0', 'b0', 'a1', 'b1', 'b2', 'a3', 'b3']],
    [{ state: 'failed' }, ['w']],
    [{ state: 'dismissed' }, ['a2']],
    [{ state: 'exported' }, []],
    [{ person: '1_1' }, ['a0', 'a1', 'a2', 'a3']],
    [{ person: '1_1', state: 'pending' }, ['a0', 'a1', 'a3']],
    [{ person: '9_9' }, ['w']],
    // The day of the zone, with its 25 hours.
    [{ day: '2026-10-25' }, ['a1', 'b1', 'w', 'a2', 'b2']],
    [{ day: '2026-10-25', person: '1_2' }, ['b1', 'b2']],
    [{ day: '2026-10-25', state: 'pending' }, ['a1', 'b1', 'b2']],
    [{ day: '2026-10-27' }, []],
  ])('%j, whole and page by page', async (query, expected) => {
    expect(await ids(query)).toEqual(expected)
    for (const limit of [1, 2, 3]) {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await list({ ...query, limit, cursor })
        found.push(...page.bookings.map(({ id }) => id))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(found).toEqual(expected)
    }
  })

  it('refuses a cursor that is not one', async () => {
    await expect(list({ cursor: 'abc' })).rejects.toMatchObject({ code: 'invalid-request' })
  })

  it('reads no more than a page of each state', async () => {
    await accept(...Array.from({ length: 500 }, (_, index) => booking(`x${index}`)))
    site.reset()
    await list({ limit: 10 })
    expect(site.counts().rows).toBeLessThan(7 * 11)
  })

  it('shows nothing of another tenant', async () => {
    expect((await site.service.list('tenant002', { limit: 10 })).bookings).toEqual([])
    await expect(site.service.get('tenant002', 'a0')).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('retrying and dismissing', () => {
  it('a booking goes on by itself once its person is there', async () => {
    await accept(booking('d', { externalToken: '9_9' }), booking('e', { externalToken: '1_3' }))
    expect(await site.run()).toMatchObject({ exported: 0 })
    await site.addPerson('9_9')
    expect(await site.run()).toMatchObject({ exported: 1 })
    await site.addPerson('1_3')
    expect(await site.service.retry(TENANT, 'e')).toMatchObject({ state: 'pending' })
    expect(await site.run()).toMatchObject({ exported: 1 })
    expect(await site.states()).toEqual({ d: 'exported', e: 'exported' })
  })

  it('a retry says again why it cannot be', async () => {
    await accept(booking('d', { externalToken: '9_9' }))
    expect(await site.service.retry(TENANT, 'd')).toMatchObject({
      state: 'waiting',
      error: { code: 'person-unknown' },
    })
  })

  it('a dismissed booking is not sent, and can be taken up again', async () => {
    await accept(booking('a'))
    await site.service.dismiss(TENANT, 'a')
    await site.run()
    expect(site.sage.events).toEqual([])
    await site.service.retry(TENANT, 'a')
    await site.run()
    expect(site.sage.events).toHaveLength(1)
  })

  it.each(['retry', 'dismiss'] as const)('%s is not possible once Sage has it', async (action) => {
    await accept(booking('a'))
    await site.run()
    await expect(site.service[action](TENANT, 'a')).rejects.toMatchObject({ code: 'booking-state' })
    await expect(site.service[action](TENANT, 'none')).rejects.toMatchObject({ code: 'not-found' })
  })

  it.each(['retry', 'dismiss'] as const)('%s is not possible while it is in doubt', async (action) => {
    await accept(booking('a'))
    const run = new AbortController()
    site.sage.decide(() => {
      run.abort()
      return 'indeterminate-before'
    })
    await expect(site.run('export', { signal: run.signal })).rejects.toThrow()
    await expect(site.service[action](TENANT, 'a')).rejects.toMatchObject({ code: 'booking-state' })
  })
})
