import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SageSimulator } from '../../infra/local/sage/simulator.ts'
import { type SageSite, startSageSite } from './sage-site.ts'
import { type Api, runJob } from './tenant.ts'

const EXPORT = 'SysSageExportBuchungen'
const IMPORT = 'SysSageImportBuchungen'

let site: SageSite
let sage: SageSimulator
let api: Api

beforeAll(async () => {
  site = await startSageSite(20)
  ;({ sage } = site)
  api = site.tenant.api
  await api('PUT', '/sage/profile', { timeEvents: { settleSeconds: 1 } })
  expect(await runJob(api)).toMatchObject({ state: 'succeeded' })
})

afterAll(() => site?.close())

const booking = (id: string, fields: object = {}) => ({
  id,
  externalToken: '3_4',
  type: 'come',
  time: '2026-11-02T08:00:00+01:00',
  ...fields,
})

describe('time bookings from the API to Sage (F1)', () => {
  it('are judged one by one, in the language of the caller', async () => {
    const { status, body } = await api(
      'POST',
      '/bookings',
      {
        items: [
          booking('a'),
          booking('a', { type: 'go' }),
          booking('b', { time: 'heute' }),
          booking('x', { externalToken: '9_9' }),
        ],
      },
      { 'accept-language': 'de' },
    )
    expect(status).toBe(200)
    expect(body.items).toEqual([
      { id: 'a', state: 'pending' },
      {
        id: 'a',
        state: 'rejected',
        error: expect.objectContaining({ code: 'booking-conflict', status: 409 }),
      },
      {
        id: 'b',
        state: 'rejected',
        error: expect.objectContaining({ code: 'booking-invalid', status: 400 }),
      },
      {
        id: 'x',
        state: 'failed',
        error: { code: 'person-unknown', status: 409, message: expect.stringContaining('keine Person') },
      },
    ])
  })

  it('refuses an empty call and more than 1,000', async () => {
    for (const items of [[], Array.from({ length: 1001 }, (_, index) => booking(`n${index}`))]) {
      expect(await api('POST', '/bookings', { items })).toMatchObject({ status: 400 })
    }
  })

  it('arrive in Sage once and in order, also when its answers are lost', async () => {
    sage.control.setFaults([
      { kind: 'drop', afterCommit: true, path: 'Time/TimeEvents', method: 'POST', count: 1 },
      { kind: 'drop', path: 'Time/TimeEvents', method: 'POST', count: 1, after: 2 },
    ])
    const later = booking('c', { type: 'go', time: '2026-11-02T16:00:00Z', placeOfWorkId: 1 })
    await api('POST', '/bookings', { items: [later, booking('d', { time: '2026-11-02T18:00:00+01:00' })] })
    const run = await runJob(api, EXPORT, 60)
    expect(run).toMatchObject({ state: 'succeeded', counts: { exported: 3, refused: 0, held: 0 } })
    expect(sage.control.ledger().map(({ Time, Type }) => `${Type} ${Time}`)).toEqual([
      'Come 2026-11-02T08:00:00',
      'Go 2026-11-02T17:00:00',
      'Come 2026-11-02T18:00:00',
    ])
    const one = await api('GET', '/bookings/c')
    expect(one.body).toMatchObject({
      state: 'exported',
      source: 'api',
      sageTime: '2026-11-02T17:00:00',
      inDoubt: false,
    })
    const day = await api('GET', '/bookings?person=3_4&day=2026-11-02&state=exported')
    expect(day.body.items.map(({ id }: { id: string }) => id)).toEqual(['a', 'c', 'd'])
  })

  it('keep the reason for which Sage refuses them, and can be dismissed', async () => {
    const time = new Date(Date.now() + 3 * 86_400_000).toISOString()
    await api('POST', '/bookings', {
      items: [booking('future', { time }), booking('place', { placeOfWorkId: 999 })],
    })
    expect(await runJob(api, EXPORT)).toMatchObject({
      state: 'succeeded',
      counts: { exported: 0, refused: 2 },
    })
    const { body } = await api('GET', '/bookings/future')
    expect(body).toMatchObject({ state: 'failed', error: { code: 'booking-refused' } })
    expect(body.error.message).toContain('more than a day in the future')
    expect((await api('POST', '/bookings/future/dismiss')).body).toMatchObject({
      state: 'dismissed',
      error: null,
    })
    expect(await api('POST', '/bookings/a/dismiss')).toMatchObject({
      status: 409,
      body: { code: 'booking-state' },
    })
    expect(await api('GET', '/bookings/none')).toMatchObject({ status: 404 })
  })

  it('come back from Sage when they were made there', async () => {
    sage.control.addTimeEvent({ MdNr: 1, AnNr: 1, Time: '2026-11-20T09:00:00', Type: 'Come' })
    expect(await runJob(api, IMPORT)).toMatchObject({ state: 'succeeded', counts: { imported: 1 } })
    const { body } = await api('GET', '/bookings?state=imported')
    expect(body.items).toMatchObject([
      { externalToken: '1_1', source: 'sage', type: 'come', time: '2026-11-20T09:00:00+01:00' },
    ])
    expect(await runJob(api, IMPORT)).toMatchObject({ counts: { imported: 0 } })
  })
})
