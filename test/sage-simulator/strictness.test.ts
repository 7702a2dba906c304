import { describe, expect, test } from 'vitest'
import { absence, booking, cookieOf, credentials, person, sender, signedIn, started } from './portal.ts'
import { exchange } from './raw.ts'
import { expectSchema } from './schemas.ts'

const page = (skip: unknown, take: unknown) => `options[Skip]=${skip}&options[Take]=${take}`
const tomorrow = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19)

describe('refused queries', () => {
  const cases = [
    [400, 'Employee/Employees'],
    [400, 'Employee/Employees?options[Skip]=0'],
    [400, 'Employee/Employees?options[Take]=10'],
    [400, `Employee/Employees?${page(0, 501)}`],
    [400, `Employee/Employees?${page(-1, 10)}`],
    [400, `Employee/Employees?${page('x', 10)}`],
    [400, `Employee/Employees?${page(0, '1e2')}`],
    [400, `Employee/Employees?${page('', 10)}`],
    [400, 'Employee/Employees?skip=0&take=10'],
    [400, `Employee/Employees?${page(0, 10)}&options[Skip]=0`],
    [400, `Employee/Employees?${page(0, 10)}&filter=x`],
    [400, `Employee/Employees?${page(0, 10)}&changedSince=gestern`],
    [400, `Employee/Employees?${page(0, 10)}&changedSince=2026-01-01T00:00:00Z`],
    [400, `Employee/Employees?${page(0, 10)}&changedSince=2026-01-01T00:00:00%2B01:00`],
    [200, `Employee/Employees?${page(0, 500)}`],
    [200, `Employee/Employees?${page(0, 0)}`],
    [200, `Employee/Employees?${page(100000, 500)}`],
    [400, 'AuthorizationInfo?x=1'],
    [400, 'Configuration/CurrentTime?x=1'],
    [400, 'Configuration/Databases/Basic?x=1'],
    [400, 'Time/PlacesOfWork?x=1'],
    [400, 'Time/AbsenceReasons?options[Skip]=0'],
    [400, 'Time/AdditionalInputs?x=1'],
    [400, 'Time/AccountsBooking?mdnr=1&annr=1'],
    [400, 'Time/AccountsBooking?mdnr=1&keyDate=2026-01-01'],
    [400, 'Time/AccountsBooking?MdNr=1&AnNr=1&keyDate=2026-01-01'],
    [400, 'Time/AccountsBooking?mdnr=1&annr=1&keyDate=2026-02-30'],
    [404, 'Time/AccountsBooking?mdnr=1&annr=99999&keyDate=2026-01-01'],
    [400, 'Time/TimePairs?MdNr=1&AnNr=1'],
    [400, 'Time/TimePairs?MdNr=eins&AnNr=1&from=2026-01-01&to=2026-01-02'],
    [404, 'Time/TimePairs?MdNr=9&AnNr=1&from=2026-01-01&to=2026-01-02'],
    [400, 'Time/TimeEvents?MdNr=1&AnNr=1&from=2026-01-01'],
    [400, 'Time/TimeEvents?MdNr=1&AnNr=1&from=2026-01-01T08:00&to=2026-01-02'],
    [400, `Time/TimeEvents?${person}&x=1`],
    [404, 'Time/TimeEvents?MdNr=1&AnNr=2&from=2026-01-01&to=2026-01-02'],
    [400, 'Time/Absences?MdNr=1&AnNr=1&from=2026-01-01&to=2026-01-02T00:00:00-01:00'],
    [404, 'Time/Absences?MdNr=3&AnNr=1&from=2026-01-01&to=2026-01-02'],
  ] as const

  test.each(cases)('%i GET %s', async (status, path) => {
    const { url } = await started()
    const answer = await (await signedIn(url))('GET', path)
    expect(answer.status).toBe(status)
    if (status >= 400) expectSchema('problem.json', await answer.json())
  })
})

describe('refused bodies', () => {
  const cases = [
    [400, 'Time/TimeEvents', { ...booking, Source: 'x' }],
    [400, 'Time/TimeEvents', { ...booking, time: '2026-03-02T08:00:00' }],
    [400, 'Time/TimeEvents', { ...booking, MdNr: '1' }],
    [400, 'Time/TimeEvents', { ...booking, MdNr: 1.5 }],
    [400, 'Time/TimeEvents', { ...booking, Type: 'come' }],
    [400, 'Time/TimeEvents', { ...booking, Type: 'Break' }],
    [400, 'Time/TimeEvents', { ...booking, Time: '2026-03-02T08:00:00Z' }],
    [400, 'Time/TimeEvents', { ...booking, Time: '2026-03-02T08:00:00+01:00' }],
    [400, 'Time/TimeEvents', { ...booking, Time: '2026-03-02' }],
    [400, 'Time/TimeEvents', { ...booking, Time: '2026-03-02T08:00' }],
    [400, 'Time/TimeEvents', { ...booking, Time: '2026-02-29T08:00:00' }],
    [400, 'Time/TimeEvents', { ...booking, Time: '2026-03-02T24:00:00' }],
    [400, 'Time/TimeEvents', { ...booking, Time: tomorrow(30) }],
    [200, 'Time/TimeEvents', { ...booking, Time: tomorrow(20) }],
    [400, 'Time/TimeEvents', { ...booking, PlaceOfWorkId: 99 }],
    [400, 'Time/TimeEvents', { ...booking, AdditionalInputId: 99 }],
    [200, 'Time/TimeEvents', { ...booking, PlaceOfWorkId: null, AdditionalInputId: null }],
    [404, 'Time/TimeEvents', { ...booking, AnNr: 99999 }],
    [400, 'Time/TimeEvents', { MdNr: 1, AnNr: 1, Type: 'Come' }],
    [400, 'Time/TimeEvents', []],
    [400, 'Time/TimeEvents', 'null'],
    [400, 'Time/TimeEvents', '{"MdNr":1,'],
    [400, 'Time/TimeEvents?x=1', booking],
    [400, 'Time/Absences', { ...absence, State: 'Approved' }],
    [400, 'Time/Absences', { ...absence, HalfDay: 'no' }],
    [400, 'Time/Absences', { ...absence, Comment: undefined }],
    [400, 'Time/Absences', { ...absence, ReasonId: 99 }],
    [400, 'Time/Absences', { ...absence, ReasonId: 5 }],
    [400, 'Time/Absences', { ...absence, From: '2026-07-11T00:00:00' }],
    [400, 'Time/Absences', { ...absence, To: '2026-07-10T00:00:00Z' }],
    [404, 'Time/Absences', { ...absence, AnNr: 2 }],
    [400, 'Time/StampTime', undefined],
    [400, 'Time/StampTime?type=come', undefined],
    [400, 'Time/StampTime?type=Come&placeofworkid=99', undefined],
    [400, 'Time/StampTime?type=Come&additionalInput=99', undefined],
    [400, 'Time/StampTime?type=Come&additionalInput=Pause', undefined],
    [400, 'Time/StampTime?type=Come&time=2026-01-01T00:00:00', undefined],
    [400, 'Time/StampTime?type=Come', { a: 1 }],
    [400, 'Security/Calculate', { a: 1 }],
    [400, 'Authorization', { ...credentials, Domain: 'x' }],
    [400, 'Authorization', { ...credentials, NtAuthorization: undefined }],
    [400, 'Authorization', { ...credentials, NtAuthorization: 'false' }],
    [401, 'Authorization', { ...credentials, NtAuthorization: true }],
    [401, 'Authorization', { ...credentials, Password: 'falsch' }],
    [401, 'Authorization', { ...credentials, Username: 'niemand' }],
  ] as const

  test.each(cases)('%i POST %s %j', async (status, path, body) => {
    const { url, control } = await started()
    const answer = await (await signedIn(url))('POST', path, { body })
    expect(answer.status).toBe(status)
    if (status < 400) return
    expectSchema('problem.json', await answer.json())
    expect(control.ledger()).toEqual([])
    expect(control.absences()).toEqual([])
  })
})

describe('refused content types', () => {
  const types = [
    [415, 'text/plain'],
    [415, 'application/xml'],
    [415, 'application/x-www-form-urlencoded'],
    [415, 'application/json; charset=iso-8859-1'],
    [415, 'application/jsonp'],
    [200, 'Application/JSON;charset=UTF-8'],
    [200, 'application/json; charset="utf-8"'],
  ] as const
  test.each(types)('%i %s', async (status, type) => {
    const { url } = await started()
    const send = await signedIn(url)
    const answer = await send('POST', 'Time/TimeEvents', { body: booking, headers: { 'Content-Type': type } })
    expect(answer.status).toBe(status)
  })

  test('415 without any', async () => {
    const { port, url } = await started()
    const cookie = await cookieOf(url)
    const head = `POST /hrportalapi/Time/TimeEvents HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\nConnection: close\r\n`
    const { text } = await exchange(port, `${head}Content-Length: 2\r\n\r\n{}`)
    expect(text).toMatch(/^HTTP\/1\.1 415 /)
  })
})

describe('refused addresses and verbs', () => {
  test.each([
    '',
    'Time',
    'Time/TimeEvents/1',
    'Employee',
    'api/Employee/Employees',
    'Time//TimeEvents',
    '%2e%2e/web.config',
  ])('404 page of IIS for /%s', async (path) => {
    const { url } = await started()
    const answer = await (await signedIn(url))('GET', path)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await answer.text()).toMatch(/^<!DOCTYPE html>/)
  })

  test('404 page outside the base path, and for one that only begins alike', async () => {
    const { port } = await started()
    for (const path of ['/', '/hrportal/Time/PlacesOfWork', '/hrportalapi2/Configuration/Databases/Basic']) {
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404)
    }
  })

  const verbs = [
    ['GET', 'Authorization', 'POST'],
    ['GET', 'Security/Calculate', 'POST'],
    ['POST', 'AuthorizationInfo', 'GET'],
    ['POST', 'Configuration/Databases/Basic', 'GET'],
    ['DELETE', 'Employee/Employees', 'GET'],
    ['PUT', 'Time/TimeEvents', 'GET, POST'],
    ['GET', 'Time/StampTime', 'POST'],
    ['OPTIONS', 'Time/Absences', 'GET, POST'],
  ] as const
  test.each(verbs)('405 %s %s, allowed: %s', async (method, path, allow) => {
    const { url } = await started()
    const answer = await sender(url)(method, path)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
    expectSchema('problem.json', await answer.json())
  })

  test('411 for a POST of unknown length, as http.sys', async () => {
    const { port } = await started()
    const { text } = await exchange(port, 'POST /hrportalapi/Security/Calculate HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1\.1 411 /)
  })

  test('413 for a body of more than 4 MiB', async () => {
    const { url } = await started()
    const answer = await sender(url)('POST', 'Authorization', { body: 'x'.repeat(4 * 1024 * 1024 + 1) })
    expect(answer.status).toBe(413)
  })

  test('400 for a path that cannot be decoded', async () => {
    const { port } = await started()
    const { text } = await exchange(port, 'GET /hrportalapi/%zz HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
  })
})
