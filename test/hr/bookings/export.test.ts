import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasOutgoing, readOutbox } from '../../../functions/hr/bookings/outbox.ts'
import { createPresence } from '../../../functions/hr/people/presence.ts'
import type { Fate } from '../sage-fates.ts'
import { booking, bookingsSite, TENANT } from './site.ts'

let site: ReturnType<typeof bookingsSite>
beforeEach(async () => {
  site = bookingsSite()
  await site.addPerson('1_1')
  await site.addPerson('1_2')
})
afterEach(() => site.close())

const accept = (...items: unknown[]) => site.service.accept(TENANT, items)
/** What happens to the first requests; the others are answered. */
const fate = (...first: Fate[]) => site.sage.script(first)
const times = () => site.sage.events.map(({ Time }) => Time.slice(11))
const at = (hour: number, fields: object = {}) =>
  booking(`h${hour}`, { time: `2026-11-22T${String(hour).padStart(2, '0')}:00:00+01:00`, ...fields })

describe('SysSageExportBuchungen (A7, F1)', () => {
  it('sends what Sage needs, and keeps its Id and local time', async () => {
    await accept(
      booking('a', { time: '2026-11-22T09:15:30.75Z', type: 'go', placeOfWorkId: 2, additionalInputId: 3 }),
    )
    expect(await site.run()).toEqual({ exported: 1, refused: 0, held: 0 })
    expect(site.sage.events).toMatchObject([
      { MdNr: 1, AnNr: 1, Time: '2026-11-22T10:15:30', Type: 'Go', PlaceOfWorkId: 2, AdditionalInputId: 3 },
    ])
    expect(await site.service.get(TENANT, 'a')).toMatchObject({
      state: 'exported',
      wall: '2026-11-22T10:15:30',
      sageId: '1',
    })
  })

  it('knows whether there is anything to do (F7)', async () => {
    const hasWork = () => hasOutgoing(site.store, createPresence(site.store), TENANT)
    expect(await hasWork()).toBe(false)
    await accept(at(9))
    expect(await hasWork()).toBe(true)
    await site.run()
    expect(await hasWork()).toBe(false)
    await accept(booking('x', { externalToken: '9_9' }))
    expect(await hasWork()).toBe(false)
    await site.addPerson('9_9')
    expect(await hasWork()).toBe(true)
  })

  it.each<[Fate, number]>([
    ['answered', 1],
    ['cut-after', 1],
    ['indeterminate-after', 1],
    ['html-after', 1],
    ['redirect-after', 1],
    ['no-id-after', 1],
    ['lost-after', 1],
    ['unavailable-after', 1],
    ['gateway-after', 1],
    ['cut-before', 2],
    ['indeterminate-before', 2],
    ['unavailable', 2],
    ['signed-out', 2],
    ['late', 1],
    ['late-in-sage', 1],
    ['lost', 2],
  ])('%s: there once, after %i requests, and the next ones follow in order', async (first, requests) => {
    fate(first)
    await accept(at(9), at(8), at(10))
    expect(await site.run()).toEqual({ exported: 3, refused: 0, held: 0 })
    expect(times()).toEqual(['08:00:00', '09:00:00', '10:00:00'])
    expect(site.sage.counts().posts).toBe(requests + 2)
  })

  it('one that looks the same in Sage already is not taken for it', async () => {
    const own = { MdNr: 1, AnNr: 1, Time: '2026-11-22T08:00:00', Type: 'Come' }
    site.sage.addOwn(own)
    site.sage.addOwn(own)
    fate('lost')
    await accept(at(8))
    await site.run()
    expect(times()).toEqual(['08:00:00', '08:00:00', '08:00:00'])
  })

  it('two that look the same are two', async () => {
    fate('cut-after', 'cut-before', 'answered')
    await accept(at(8), at(8, { id: 'twin' }))
    await site.run()
    expect(times()).toEqual(['08:00:00', '08:00:00'])
    expect(await site.states()).toEqual({ h8: 'exported', twin: 'exported' })
  })

  it('a refused booking keeps the reason of Sage and holds up nobody', async () => {
    fate('refused')
    await accept(at(8), at(9), at(9, { id: 'other', externalToken: '1_2' }))
    const counts = await site.run()
    expect(counts).toEqual({ exported: 2, refused: 1, held: 0 })
    const failed = (await site.service.list(TENANT, { state: 'failed', limit: 5 })).bookings
    expect(failed).toMatchObject([
      {
        error: {
          code: 'booking-refused',
          params: { status: 400, reason: 'Time lies more than a day in the future.' },
        },
      },
    ])
    await site.service.retry(TENANT, failed[0]?.id ?? '')
    expect(await site.run()).toMatchObject({ exported: 1 })
  })

  it('a doubt holds its person and nobody else', async () => {
    site.sage.decide(() => (site.sage.counts().posts === 1 ? 'lost' : 'answered'))
    await accept(at(8), at(9), at(10, { externalToken: '1_2' }))
    const began = site.clock.now()
    await site.run()
    // The other person went first, while the first one's booking was in doubt.
    expect(times()).toEqual(['10:00:00', '08:00:00', '09:00:00'])
    expect(site.clock.now() - began).toBeGreaterThan(50_000)
    expect(site.clock.now() - began).toBeLessThan(70_000)
  })

  it('ends at once when Sage cannot be reached, and goes on with the next run', async () => {
    fate('unreachable')
    await accept(at(8), at(9))
    await expect(site.run()).rejects.toMatchObject({ code: 'target-unreachable' })
    expect(site.sage.counts().posts).toBe(1)
    expect(await site.run()).toMatchObject({ exported: 2 })
    expect(times()).toEqual(['08:00:00', '09:00:00'])
  })

  it('gives a booking up that never gets to Sage, so that the next ones go on', async () => {
    site.sage.decide(() => (site.sage.counts().posts <= 20 ? 'unavailable' : 'answered'))
    await accept(at(8), at(9))
    expect(await site.run()).toEqual({ exported: 1, refused: 1, held: 0 })
    expect((await site.service.get(TENANT, 'h8')).error).toMatchObject({ code: 'booking-given-up' })
  })

  it('bookings of the hour that comes twice are told apart by their instants', async () => {
    const item = (id: string, time: string) => booking(id, { time })
    await accept(
      item('b', '2026-10-25T02:30:00+01:00'),
      item('a', '2026-10-25T02:30:00+02:00'),
      item('c', '2026-10-25T02:10:00+01:00'),
    )
    fate('cut-after', 'cut-before', 'cut-after')
    await site.run()
    expect(times()).toEqual(['02:30:00', '02:10:00', '02:30:00'])
  })

  it('uses the zone of the Sage server', async () => {
    const other = bookingsSite({ timeZone: 'America/New_York' })
    await other.addPerson('1_1')
    await other.service.accept(TENANT, [booking('a')])
    await other.run()
    expect(other.sage.events[0]?.Time).toBe('2026-11-22T02:00:00')
    other.close()
  })

  it('leaves to the next pass what arrives while it looks, so that nothing later overtakes it', async () => {
    await accept(at(9))
    const seen = site.clock.now()
    site.clock.advance(1)
    await accept(at(8), at(10, { externalToken: '1_2' }))
    const outbox = await readOutbox(site.store, TENANT, seen, () => false)
    expect(outbox.people.map(({ pending }) => pending.map(({ booking: { id } }) => id))).toEqual([['h9']])
    expect(outbox.more).toBe(true)
    const later = await readOutbox(site.store, TENANT, site.clock.now(), (token) => token === '1_2')
    expect(later.people.map(({ pending }) => pending.map(({ booking: { id } }) => id))).toEqual([
      ['h8', 'h9'],
    ])
    expect(later.more).toBe(true)
  })

  it('costs nothing when there is nothing to do, however much has been exported', async () => {
    await accept(...Array.from({ length: 200 }, (_, index) => at(8, { id: `n${index}` })))
    site.reset()
    await site.run()
    // One batch for each booking and one for the last confirmation.
    expect(site.counts().batches).toBe(201)
    site.reset()
    expect(await site.run()).toEqual({ exported: 0, refused: 0, held: 0 })
    expect(site.counts()).toMatchObject({ queries: 4, rows: 0, transactions: 4 })
  })

  it('a dry run sends and writes nothing', async () => {
    await accept(at(8), at(9))
    site.reset()
    expect(await site.run('export', { dryRun: true })).toEqual({ pending: 2, people: 1 })
    expect(site.counts()).toMatchObject({ writes: 0, batches: 0 })
    expect(site.sage.counts().posts).toBe(0)
  })
})

describe('SysSageImportBuchungen (A7)', () => {
  const own = (hour: number, fields: object = {}) =>
    site.sage.addOwn({
      MdNr: 1,
      AnNr: 1,
      Time: `2026-11-22T${String(hour).padStart(2, '0')}:00:00`,
      Type: 'Come',
      ...fields,
    })
  const imported = async () => (await site.service.list(TENANT, { state: 'imported', limit: 100 })).bookings

  it('brings what was made in Sage, once, and nothing of what was exported', async () => {
    fate('answered', 'cut-after')
    await accept(at(7), at(8))
    await site.run()
    own(8)
    own(9, { Type: 'Go', PlaceOfWorkId: 4 })
    own(9, { Type: 'Break' })
    expect(await site.run('import')).toEqual({ people: 2, imported: 2 })
    expect(await imported()).toMatchObject([
      { id: 'sage:3', source: 'sage', type: 'come', time: '2026-11-22T08:00:00+01:00', sageId: '3' },
      { id: 'sage:4', source: 'sage', type: 'go', time: '2026-11-22T09:00:00+01:00', placeOfWorkId: 4 },
    ])
    expect(await site.run('import')).toEqual({ people: 2, imported: 0 })
  })

  it('sees what was entered late, three days back', async () => {
    await site.run('import')
    own(1, { Time: '2026-11-20T08:00:00' })
    own(1, { Time: '2026-11-18T08:00:00' })
    expect(await site.run('import')).toMatchObject({ imported: 1 })
  })

  it('takes nothing in that may be the booking under way', async () => {
    const stop = new AbortController()
    site.sage.decide(() => {
      stop.abort()
      return 'late-in-sage'
    })
    await accept(at(8))
    await expect(site.run('export', { signal: stop.signal })).rejects.toThrow()
    site.clock.advance(31_000)
    expect(await site.run('import')).toMatchObject({ imported: 0 })
    expect(await site.run()).toMatchObject({ exported: 1 })
    expect(await site.run('import')).toMatchObject({ imported: 0 })
    expect(site.sage.events).toHaveLength(1)
  })

  it('a dry run writes nothing', async () => {
    own(8)
    expect(await site.run('import', { dryRun: true })).toMatchObject({ imported: 1 })
    expect(await imported()).toEqual([])
    expect(await site.run('import')).toMatchObject({ imported: 1 })
  })
})
