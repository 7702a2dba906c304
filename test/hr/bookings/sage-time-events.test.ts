import { describe, expect, it } from 'vitest'
import { sageTimeEvents } from '../../../functions/hr/bookings/sage-time-events.ts'
import { toConnection } from '../../../functions/hr/sage/connection.ts'
import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import { createSageSession } from '../../../functions/hr/sage/session.ts'
import type { RelayRequest, RelayResponse } from '../../../functions/relay/service.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'

const json = (value: unknown, status = 200): RelayResponse => ({
  status,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify(value)),
})
const done = { status: 204, headers: [], body: Buffer.alloc(0) } satisfies RelayResponse

/** A session whose answers come from the test; the sign-in is done. */
async function signedIn(answer: (request: RelayRequest) => RelayResponse, profile: object = {}) {
  const clock = instantClock()
  const requests: RelayRequest[] = []
  const resolved = SageProfile.parse(profile)
  const session = createSageSession({
    exchange: async (request, signal) => {
      if (/Authorization|Calculate/.test(request.path)) return done
      requests.push(request)
      if (request.idempotency === 'once') expect(signal).toBeUndefined()
      return answer(request)
    },
    credentials: {
      baseUrl: 'http://localhost/hrportalapi',
      username: 'u',
      password: 'p',
      database: undefined,
    },
    profile: resolved,
    clock,
    signal: new AbortController().signal,
    explainBadRequest: async () => undefined,
  })
  await session.ready()
  const connection = toConnection({ agentName: 'agent', session, profile: resolved, now: clock.now })
  return { clock, requests, session, events: sageTimeEvents(connection) }
}

const entry = { wall: '2026-11-22T08:00:00', type: 'come' as const, placeOfWorkId: 2 }

describe('a booking on its way to Sage', () => {
  it('is sent once, never after its deadline, and in the words of the profile', async () => {
    const { clock, events, requests } = await signedIn(() => json({ Nr: 5 }), {
      timeEvents: { id: 'Nr', come: 'Kommen', placeOfWorkId: 'Ort', path: 'Zeit/Buchung' },
    })
    const deadline = clock.now() + 20_000
    expect(await events.add('3_4', entry, deadline)).toMatchObject({ status: 200, id: 5 })
    expect(requests).toMatchObject([
      {
        method: 'POST',
        path: '/Zeit/Buchung',
        idempotency: 'once',
        notAfter: deadline,
        timeout: 20_000,
      },
    ])
    expect(JSON.parse(Buffer.from(requests[0]?.body ?? []).toString())).toEqual({
      MdNr: 3,
      AnNr: 4,
      Time: '2026-11-22T08:00:00',
      Type: 'Kommen',
      Ort: 2,
    })
  })

  it.each([500, 503, 401, 302])('is not repeated after %i', async (status) => {
    const { clock, events, requests } = await signedIn(() => json('', status))
    expect(await events.add('3_4', entry, clock.now() + 1)).toMatchObject({ status, id: undefined })
    expect(requests).toHaveLength(1)
  })

  it.each(['response-broken', 'target-unreachable', 'indeterminate'] as const)(
    'is not repeated after %s',
    async (code) => {
      const { clock, events, requests } = await signedIn(() => {
        throw StegError.fromRecord({ code, params: {} })
      })
      await expect(events.add('3_4', entry, clock.now() + 1)).rejects.toMatchObject({ code })
      expect(requests).toHaveLength(1)
    },
  )

  it('signs in again before the next one when the session was lost', async () => {
    const { clock, events, session, requests } = await signedIn(({ headers }) =>
      json({ Id: 1 }, headers.some(([name]) => name === 'cookie') ? 200 : 401),
    )
    expect(await events.add('3_4', entry, clock.now() + 1)).toMatchObject({ status: 401 })
    await session.ready()
    expect(requests).toHaveLength(1)
  })
})

describe('bookings in Sage', () => {
  const row = (fields: object = {}) => ({
    Id: 1,
    MdNr: 3,
    AnNr: 4,
    Time: '2026-11-22T08:00:00',
    Type: 'Come',
    PlaceOfWorkId: null,
    AdditionalInputId: null,
    ...fields,
  })
  const list = (...rows: object[]) => json({ Results: rows, Total: rows.length })
  const read = async (answer: RelayResponse) => {
    const site = await signedIn(() => answer)
    return site.events.read('3_4', '2026-11-22T08:00:00', '2026-11-22T09:00:00')
  }

  it('are asked for by person and time, a second more on either side', async () => {
    const { events, requests } = await signedIn(() => list())
    await events.read('3_4', '2026-11-22T00:00:00', '2026-11-22T09:00:00')
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.path.split('?')[1]))).toMatchObject({
      MdNr: '3',
      AnNr: '4',
      from: '2026-11-21T23:59:59',
      to: '2026-11-22T09:00:01',
    })
  })

  it('are read in Steg’s terms; fractions and other types do not matter', async () => {
    const rows = [
      row(),
      row({ Id: 'x', Type: 'Go', Time: '2026-11-22T08:30:00.123', PlaceOfWorkId: 4, AdditionalInputId: 5 }),
      row({ Id: 3, Type: 'Break' }),
      row({ Id: 4, Time: '2026-11-22T09:00:01' }),
    ]
    expect(await read(list(...rows))).toEqual([
      { id: '1', wall: '2026-11-22T08:00:00', type: 'come' },
      { id: 'x', wall: '2026-11-22T08:30:00', type: 'go', placeOfWorkId: 4, additionalInputId: 5 },
    ])
  })

  it.each<[string, object]>([
    ['no Id', { Id: null }],
    ['no time', { Time: undefined }],
    ['a time of another form', { Time: '22.11.2026 08:00' }],
    ['no type', { Type: 5 }],
    ['a place that is no number', { PlaceOfWorkId: 'Halle' }],
  ])('with %s are not guessed at', async (_, fields) => {
    await expect(read(list(row(fields)))).rejects.toMatchObject({ code: 'sage-unexpected-data' })
  })
})
