import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { booking, credentials, readId, readKeys, readList, sender, signedIn, started } from './portal.ts'

async function withControl(options: Parameters<typeof started>[0] = {}) {
  const simulator = await started(options)
  return { ...simulator, ask: sender(`http://127.0.0.1:${simulator.port}/_control`) }
}
const employees = 'Employee/Employees?options[Skip]=0&options[Take]=1'
const anna = { MdNr: 2, AnNr: 700, Firstname: 'Änne', Lastname: 'von Größe' }

describe('over HTTP', () => {
  test('faults: set, add, list with counters, remove', async () => {
    const { url, ask } = await withControl()
    const rules = [
      { kind: 'delay', ms: 0 },
      { id: 'mine', kind: 'unavailable', path: { regexp: 'places' }, count: 1 },
    ]
    expect(await (await ask('PUT', 'faults', { body: rules })).json()).toEqual({ ids: ['fault-1', 'mine'] })
    expect(await (await ask('POST', 'faults', { body: { kind: 'drop', path: 'nowhere' } })).json()).toEqual({
      id: 'fault-3',
    })
    const send = await signedIn(url)
    expect((await send('GET', 'Time/PlacesOfWork')).status).toBe(503)
    const list = await (await ask('GET', 'faults')).json()
    expect(list).toMatchObject([
      { rule: { kind: 'delay' }, hits: 3 },
      { rule: { id: 'mine', path: { regexp: 'places' } }, hits: 1 },
      { hits: 0 },
    ])
    expect((await ask('DELETE', 'faults/mine')).status).toBe(204)
    expect((await ask('DELETE', 'faults/mine')).status).toBe(404)
    expect((await ask('DELETE', 'faults')).status).toBe(204)
    expect(await (await ask('GET', 'faults')).json()).toEqual([])
  })

  test('people: add, read, change, remove, reset', async () => {
    const { url, ask } = await withControl()
    const send = await signedIn(url)
    expect((await ask('POST', 'people', { body: { ...anna, position: 0 } })).status).toBe(200)
    expect((await ask('POST', 'people', { body: anna })).status).toBe(409)
    expect(
      (await ask('PATCH', 'people/2_700', { body: { Active: false, Exit: '2026-03-31T00:00:00' } })).status,
    ).toBe(200)
    const shown = { EmployeeKey: { CombinedKey: '2_700' }, Lastname: 'von Größe', Email: null, Active: false }
    expect(await (await ask('GET', 'people/2_700')).json()).toMatchObject(shown)
    expect(await readList(await send('GET', employees))).toMatchObject({ Total: 109, Results: [shown] })
    expect((await ask('DELETE', 'people/3_4')).status).toBe(204)
    expect((await readList(await ask('GET', 'people?skip=1&take=2'))).Results).toMatchObject([
      { EmployeeKey: { CombinedKey: '1_1' } },
      { EmployeeKey: { CombinedKey: '1_3' } },
    ])
    for (const method of ['GET', 'DELETE']) expect((await ask(method, 'people/3_4')).status).toBe(404)
    expect((await ask('PATCH', 'people/3_4', { body: { Active: false } })).status).toBe(404)
    expect((await ask('PUT', 'people', { body: { count: 5 } })).status).toBe(204)
    expect(await readKeys(send)).toEqual(['3_4', '1_1', '1_3', '1_10', '2_10'])
  })

  test('the ledger keeps the order of commits, with receipt time and request id', async () => {
    const { url, ask, databases } = await withControl()
    const send = await signedIn(url)
    const first = await readId(
      await send('POST', 'Time/TimeEvents', {
        body: { ...booking, Time: '2026-03-03T08:00:00' },
        headers: { 'X-Request-Id': 'r1' },
      }),
    )
    await ask('POST', 'ledger', { body: { ...booking, Source: 'Karo' } })
    const all = await (await ask('GET', 'ledger')).json()
    expect(all).toMatchObject([
      { Id: first, requestId: 'r1', database: databases[0]?.key, Time: '2026-03-03T08:00:00', Source: 'Api' },
      {
        Id: first + 1,
        requestId: null,
        Time: '2026-03-02T08:00:00',
        Source: 'Karo',
        receivedAt: expect.any(Number),
      },
    ])
    expect(await (await ask('GET', `ledger?after=${first}&limit=5`)).json()).toHaveLength(1)
    expect(await (await ask('GET', 'ledger?limit=1')).json()).toMatchObject([{ Id: first }])
    expect((await ask('DELETE', 'ledger')).status).toBe(204)
    expect(await (await ask('GET', 'ledger')).json()).toEqual([])
  })

  test('absences can be decided', async () => {
    const { url, ask } = await withControl()
    const send = await signedIn(url)
    const absence = {
      ReasonId: 1,
      From: '2026-07-01T00:00:00',
      To: '2026-07-02T00:00:00',
      HalfDay: false,
      Comment: '',
    }
    const id = await readId(await send('POST', 'Time/Absences', { body: { MdNr: 1, AnNr: 1, ...absence } }))
    expect((await ask('PATCH', `absences/${id}`, { body: { State: 'Approved' } })).status).toBe(204)
    expect((await ask('PATCH', 'absences/99', { body: { State: 'Approved' } })).status).toBe(404)
    expect(await (await ask('GET', 'absences')).json()).toMatchObject([
      { Id: id, ...absence, State: 'Approved' },
    ])
  })

  test('requests are listed and counted without their bodies; control does not count', async () => {
    const { url, ask } = await withControl()
    const send = await signedIn(url)
    await ask('DELETE', 'requests')
    await ask('POST', 'faults', { body: { kind: 'drop', path: 'Time/AbsenceReasons' } })
    await send('GET', 'Time/PlacesOfWork', { headers: { 'X-Request-Id': 'q7' } })
    await send('GET', 'time/placesofwork?x=1')
    await send('POST', 'Authorization', { body: credentials })
    await send('GET', 'Time/AbsenceReasons').catch(() => undefined)
    const text = await (await ask('GET', 'requests')).text()
    expect(text).not.toContain(credentials.Password)
    expect(JSON.parse(text)).toMatchObject({
      total: 4,
      counts: { 'GET time/placesofwork': 2, 'POST authorization': 1, 'GET time/absencereasons': 1 },
      requests: [
        {
          number: 1,
          method: 'GET',
          path: 'Time/PlacesOfWork',
          query: '',
          status: 200,
          requestId: 'q7',
          faults: [],
        },
        { path: 'time/placesofwork', query: 'x=1', status: 400 },
        { method: 'POST', path: 'Authorization', status: 204 },
        { path: 'Time/AbsenceReasons', status: null, faults: ['drop'] },
      ],
    })
  })

  test('sessions, password and clock', async () => {
    const clock = { now: () => Date.parse('2026-06-01T10:00:00Z'), sleep: async () => undefined }
    const { url, ask } = await withControl({ clock })
    const send = await signedIn(url)
    expect((await ask('PUT', 'clock', { body: { offsetMs: -3_600_000 } })).status).toBe(204)
    expect(await (await send('GET', 'Configuration/CurrentTime')).json()).toBe('2026-06-01T11:00:00')
    expect(await (await ask('DELETE', 'sessions')).json()).toEqual({ ended: 1 })
    expect((await send('GET', employees)).status).toBe(401)
    const change = { username: credentials.Username, password: 'neu' }
    expect((await ask('PUT', 'password', { body: change })).status).toBe(204)
    expect((await ask('PUT', 'password', { body: { ...change, username: 'x' } })).status).toBe(404)
    const signIn = (Password: string) =>
      sender(url)('POST', 'Authorization', { body: { ...credentials, Password } })
    expect([(await signIn(credentials.Password)).status, (await signIn('neu')).status]).toEqual([401, 204])
  })

  const wrong = [
    [404, 'GET', 'nothing', undefined],
    [405, 'POST', 'clock', undefined],
    [400, 'PUT', 'clock', { offset: 1 }],
    [400, 'PUT', 'clock', '{'],
    [400, 'PUT', 'clock', undefined],
    [400, 'POST', 'faults', { kind: 'earthquake' }],
    [400, 'POST', 'people', { MdNr: 1 }],
    [400, 'PUT', 'people', { count: -1 }],
    [400, 'GET', 'people?database=nein', undefined],
    [400, 'GET', 'ledger?after=x', undefined],
    [400, 'POST', 'ledger', { ...booking, Time: 'jetzt' }],
  ] as const
  test.each(wrong)('%i %s %s %j', async (status, method, path, body) => {
    const { ask } = await withControl()
    expect((await ask(method, path, { body })).status).toBe(status)
  })

  test('pages in a browser are refused', async () => {
    const { ask } = await withControl()
    expect((await ask('GET', 'requests', { headers: { Origin: 'https://evil.example' } })).status).toBe(403)
  })

  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
  test.skipIf(outside === undefined)('only loopback callers find it', async () => {
    const { port } = await withControl({ host: '0.0.0.0' })
    expect((await fetch(`http://${outside}:${port}/hrportalapi/Configuration/Databases/Basic`)).status).toBe(
      200,
    )
    expect((await fetch(`http://${outside}:${port}/_control/requests`)).status).toBe(404)
    expect((await fetch(`http://127.0.0.1:${port}/_control/requests`)).status).toBe(200)
  })
})

describe('in the process', () => {
  test('each database has people of its own', async () => {
    const databases = [
      { key: 'a', name: 'eins', people: 4 },
      { key: 'b', name: 'zwei', people: 6 },
    ]
    const { control } = await started({ databases })
    control.addPerson(anna, 'zwei')
    control.removePerson('1_1', 'b')
    expect([control.people().length, control.people('a').length, control.people('zwei').length]).toEqual([
      4, 4, 6,
    ])
    expect([control.person('2_700'), control.person('2_700', 'b')?.Firstname]).toEqual([undefined, 'Änne'])
    control.resetPeople(2, 'b')
    expect(control.people('b').map(({ EmployeeKey }) => EmployeeKey.CombinedKey)).toEqual(['3_4', '1_1'])
    expect(() => control.people('drei')).toThrow("There is no database 'drei'.")
  })

  test('requests can be counted and forgotten', async () => {
    const { url, control } = await started()
    await signedIn(url)
    expect(control.requests().counts).toEqual({ 'POST authorization': 1, 'POST security/calculate': 1 })
    control.resetRequests()
    expect(control.requests()).toEqual({ total: 0, counts: {}, requests: [] })
  })
})
