import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { absence, booking, person, readId, readList, signedIn, started } from './portal.ts'
import { expectSchema } from './schemas.ts'

const page = encodeURI('options[Skip]=0&options[Take]=500')

describe('every call answers in the shape of the contract', () => {
  const calls = [
    ['GET', 'AuthorizationInfo', undefined, 'authorization-info.json'],
    ['GET', 'Configuration/CurrentTime', undefined, 'local-time.json'],
    ['GET', `Employee/Employees?${page}`, undefined, 'employees.json'],
    ['GET', `Employee/Employees?${page}&changedSince=2021-01-01T00:00:00`, undefined, 'employees.json'],
    ['GET', 'Time/PlacesOfWork', undefined, 'places-of-work.json'],
    ['GET', 'Time/Common/PlacesOfWork', undefined, 'places-of-work.json'],
    ['GET', 'Time/AbsenceReasons', undefined, 'absence-reasons.json'],
    ['GET', `Time/AbsenceReasons?${page}`, undefined, 'absence-reasons.json'],
    ['GET', 'Time/AdditionalInputs', undefined, 'additional-inputs.json'],
    ['GET', 'Time/AccountsBooking?mdnr=1&annr=1&keyDate=2026-03-02', undefined, 'accounts-booking.json'],
    ['GET', `Time/TimePairs?${person}`, undefined, 'time-pairs.json'],
    ['POST', 'Time/StampTime?type=Go', undefined, 'stamped.json'],
    ['POST', 'Time/StampTime?type=Come&placeofworkid=2&additionalInput=1', undefined, 'stamped.json'],
    ['GET', `Time/TimeEvents?${person}`, undefined, 'time-events.json'],
    ['GET', `Time/TimeEvents?${person}&${page}`, undefined, 'time-events.json'],
    ['POST', 'Time/TimeEvents', { ...booking, PlaceOfWorkId: 1, AdditionalInputId: 1 }, 'created.json'],
    [
      'POST',
      'Time/Absences',
      { ...absence, From: '2026-09-01T00:00:00', To: '2026-09-01T00:00:00' },
      'created.json',
    ],
    ['GET', `Time/Absences?${person}`, undefined, 'absences.json'],
  ] as const

  test.each(calls)('%s %s', async (method, path, body, schema) => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.addTimeEvent(booking)
    await send('POST', 'Time/Absences', { body: absence })
    const answer = await send(method, path, { body })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expectSchema(schema, await answer.json())
  })

  test('the schemas can fail', () => {
    expect(() => expectSchema('created.json', { id: 1 })).toThrow()
    expect(() => expectSchema('local-time.json', '2026-11-22T08:00:00Z')).toThrow()
  })

  test('POST Security/Calculate answers without a body', async () => {
    const { url } = await started()
    const answer = await (await signedIn(url))('POST', 'Security/Calculate')
    expect([answer.status, await answer.text()]).toEqual([204, ''])
  })

  test('paths are found in any case, also below a base path in another case', async () => {
    const { url } = await started()
    const send = await signedIn(url.replace('hrportalapi', 'HrPortalApi'))
    expect((await send('GET', 'TIME/placesOFwork')).status).toBe(200)
  })
})

test('A10: databases are listed as XML in the shape of the manual, before any sign-in', async () => {
  const databases = [
    { key: '11111111-2222-4333-8444-555555555555', name: 'Zeit & Lohn <alt>', isPkp: true },
    { key: '66666666-7777-4888-9999-000000000000', name: 'neu', database: 'hr_neu' },
  ]
  const { url } = await started({ databases })
  const answer = await fetch(`${url}/Configuration/Databases/Basic`)
  const text = await answer.text()
  expect(answer.headers.get('content-type')).toBe('application/xml; charset=utf-8')
  expect(XMLValidator.validate(text)).toBe(true)
  expect(text).toMatch(
    /^<ArrayOfXConnectionSettingsBasic xmlns:xsi="http:\/\/www.w3.org\/2001\/XMLSchema-instance" xmlns:xsd="http:\/\/www.w3.org\/2001\/XMLSchema">\r\n {2}<XConnectionSettingsBasic>\r\n {4}<Key>/,
  )
  const parsed = new XMLParser({ parseTagValue: false }).parse(text)
  expect(parsed).toEqual({
    ArrayOfXConnectionSettingsBasic: {
      XConnectionSettingsBasic: [
        { Key: databases[0]?.key, Name: 'Zeit & Lohn <alt>', Database: 'Zeit & Lohn <alt>', IsPKP: 'true' },
        { Key: databases[1]?.key, Name: 'neu', Database: 'hr_neu', IsPKP: 'false' },
      ],
    },
  })
})

describe('what the calls mean', () => {
  test('the signed-in user is an employee of the manual', async () => {
    const { url } = await started()
    expect(await (await (await signedIn(url))('GET', 'AuthorizationInfo')).json()).toEqual({
      UserId: 1,
      Employee: { Firstname: 'Manuela', Lastname: 'Gehalt', Fullname: 'Gehalt, Manuela' },
      EmployeeKey: { MdNr: 1, AnNr: 1, CombinedKey: '1_1', IsEmpty: false },
    })
  })

  test('a user whose employee is gone has an empty key and cannot stamp', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.removePerson('1_1')
    expect(await (await send('GET', 'AuthorizationInfo')).json()).toMatchObject({
      EmployeeKey: { IsEmpty: true },
    })
    expect((await send('POST', 'Time/StampTime?type=Come')).status).toBe(404)
  })

  test('the same booking sent twice is stored twice; fractions of a second are dropped', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    const body = { ...booking, Time: '2026-03-02T08:00:07.9876543' }
    const first = await readId(
      await send('POST', 'Time/TimeEvents', { body, headers: { 'X-Request-Id': 'a' } }),
    )
    const second = await readId(await send('POST', 'Time/TimeEvents', { body }))
    expect(second).toBeGreaterThan(first)
    const rows = { MdNr: 1, AnNr: 1, Time: '2026-03-02T08:00:07', Type: 'Come', Source: 'Api' }
    expect(control.ledger()).toMatchObject([
      { ...rows, Id: first, requestId: 'a' },
      { ...rows, Id: second, requestId: null },
    ])
    const list = await readList(await send('GET', `Time/TimeEvents?${person}`))
    expect(list).toMatchObject({ Total: 2, Results: [rows, rows] })
    expect(list.Results[0]).not.toHaveProperty('requestId')
  })

  test('time events are limited to the range, in the order of time, and paged', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    for (const day of ['05', '03', '04', '01'])
      control.addTimeEvent({ ...booking, Time: `2026-03-${day}T08:00:00` })
    control.addTimeEvent({ ...booking, AnNr: 3, Time: '2026-03-04T08:00:00' })
    const range = 'MdNr=1&AnNr=1&from=2026-03-03&to=2026-03-05T08:00:00'
    const all = await readList(await send('GET', `Time/TimeEvents?${range}`))
    const times = ['2026-03-03T08:00:00', '2026-03-04T08:00:00', '2026-03-05T08:00:00']
    expect(all.Results.map(({ Time }) => Time)).toEqual(times)
    const page2 = await (await send('GET', `Time/TimeEvents?${range}&options[Skip]=2&options[Take]=2`)).json()
    expect(page2).toMatchObject({ Total: 3, Results: [{ Time: times[2] }] })
  })

  test('stamping books now, by the clock of the server', async () => {
    const now = Date.parse('2026-07-01T06:30:15.900Z')
    const clock = { now: () => now, sleep: async () => undefined }
    const { url, control } = await started({ clock, clockOffsetMs: 60_000 })
    const send = await signedIn(url)
    expect(await (await send('POST', 'Time/StampTime?type=Come&placeofworkid=3')).json()).toBe(true)
    expect(await (await send('GET', 'Configuration/CurrentTime')).text()).toBe('"2026-07-01T08:31:15"')
    expect(control.ledger()).toMatchObject([
      { Time: '2026-07-01T08:31:15', Type: 'Come', PlaceOfWorkId: 3, Source: 'Portal', receivedAt: now },
    ])
    expect(await (await send('GET', `Time/TimePairs?${person}`)).json()).toEqual([
      { From: { Time: '2026-07-01T08:31:15', PlaceOfWork: { Id: 3, Name: 'Werk Süd' } }, To: null },
    ])
  })

  test('pairs close with a Go; balances grow by what was worked', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    const balance = async (keyDate: string) => {
      const answer = await send('GET', `Time/AccountsBooking?mdnr=1&annr=1&keyDate=${keyDate}`)
      return (
        z.array(z.object({ AmountInMinutes: z.int() })).parse(await answer.json())[0]?.AmountInMinutes ??
        Number.NaN
      )
    }
    const before = await balance('2026-03-02')
    control.addTimeEvent(booking)
    control.addTimeEvent({ ...booking, Time: '2026-03-02T08:00:30' })
    control.addTimeEvent({ ...booking, Time: '2026-03-02T16:30:00', Type: 'Go', AdditionalInputId: 3 })
    control.addTimeEvent({ ...booking, Time: '2026-03-02T16:31:00', Type: 'Go' })
    expect(await (await send('GET', `Time/TimePairs?${person}`)).json()).toEqual([
      {
        From: { Time: '2026-03-02T08:00:00', PlaceOfWork: { Id: 1, Name: 'Büro Leipzig' } },
        To: { Time: '2026-03-02T16:30:00', AdditionalInput: { Description: 'Arzttermin' } },
      },
    ])
    expect(await balance('2026-03-02')).toBe(before + 510)
    expect(await balance('2026-03-01')).toBe(before)
  })

  test('absences: requested, overlapping ones refused by the day, rejected ones in nobody’s way', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    const post = async (From: string, To: string, AnNr = 1) =>
      (await send('POST', 'Time/Absences', { body: { ...absence, AnNr, From, To } })).status
    const Id = await readId(await send('POST', 'Time/Absences', { body: absence }))
    expect(await post('2026-07-10T12:00:00', '2026-07-11T00:00:00')).toBe(409)
    expect(await post('2026-06-01T00:00:00', '2026-08-01T00:00:00')).toBe(409)
    expect(await post('2026-07-11T00:00:00', '2026-07-12T00:00:00')).toBe(200)
    expect(await post('2026-07-01T00:00:00', '2026-07-10T00:00:00', 3)).toBe(200)
    expect(control.setAbsenceState(Id, 'Rejected')).toBe(true)
    expect(await post('2026-07-02T00:00:00', '2026-07-03T00:00:00')).toBe(200)
    const list = await readList(
      await send('GET', 'Time/Absences?MdNr=1&AnNr=1&from=2026-07-01&to=2026-07-10'),
    )
    expect(list.Results).toMatchObject([{ Id, ...absence, State: 'Rejected' }, { State: 'Requested' }])
  })
})
