import { CookieJar } from 'tough-cookie'
import { describe, expect, test } from 'vitest'
import { startSageSimulator } from '../../infra/local/sage/simulator.ts'
import { cookieOf, credentials, readList, sender, signedIn, started } from './portal.ts'

const page = 'Employee/Employees?options[Skip]=0&options[Take]=1'
const needSession = [
  'AuthorizationInfo',
  'Configuration/CurrentTime',
  page,
  'Time/PlacesOfWork',
  'Time/AbsenceReasons',
]
const needRights = [
  page,
  'Time/PlacesOfWork',
  'Time/AbsenceReasons',
  'Time/AdditionalInputs',
  'Time/TimeEvents',
]

function movableClock() {
  let now = Date.parse('2026-03-02T07:00:00Z')
  return {
    now: () => now,
    sleep: async () => undefined,
    pass: (minutes: number) => {
      now += minutes * 60_000
    },
  }
}

describe('the session cookie behaves by RFC 6265', () => {
  test('it is HttpOnly, for this host alone, and ends with the browser', async () => {
    const { url } = await started()
    const answer = await sender(url)('POST', 'Authorization', { body: credentials })
    expect(answer.status).toBe(204)
    const [header = '', ...more] = answer.headers.getSetCookie()
    expect(more).toEqual([])
    const jar = new CookieJar(undefined, { rejectPublicSuffixes: false })
    const cookie = await jar.setCookie(header, url)
    expect(cookie).toMatchObject({
      httpOnly: true,
      secure: false,
      hostOnly: true,
      path: '/',
      sameSite: 'lax',
    })
    expect(cookie?.isPersistent()).toBe(false)
    const sent = await jar.getCookieString(`${url}/AuthorizationInfo`)
    expect(sent).toBe(header.split(';')[0])
    expect(await jar.getCookieString('http://example.test/hrportalapi')).toBe('')
    expect((await sender(url, { Cookie: sent })('GET', 'AuthorizationInfo')).status).toBe(200)
  })

  test('it is found among others', async () => {
    const { url } = await started()
    const send = sender(url, { Cookie: `a=1; ${await cookieOf(url)}; b=2` })
    expect((await send('GET', page)).status).toBe(200)
  })

  test('every sign-in opens another session', async () => {
    const { url } = await started()
    expect(await cookieOf(url)).not.toBe(await cookieOf(url))
  })
})

describe('what a session may do', () => {
  test.each(needSession)('401 without one: %s', async (path) => {
    const { url } = await started()
    expect((await sender(url)('GET', path)).status).toBe(401)
    expect((await sender(url, { Cookie: '.ASPXAUTH=00FF' })('GET', path)).status).toBe(401)
  })

  test.each(needRights)('403 until Security/Calculate was called: %s', async (path) => {
    const { url } = await started()
    const send = sender(url, { Cookie: await cookieOf(url, {}, false) })
    expect((await send('GET', 'AuthorizationInfo')).status).toBe(200)
    expect((await send('GET', path)).status).toBe(403)
    await send('POST', 'Security/Calculate')
    expect((await send('GET', path)).status).not.toBe(403)
  })

  test('a session ends 20 minutes after its last use', async () => {
    const clock = movableClock()
    const { url } = await started({ clock })
    const send = await signedIn(url)
    for (const [minutes, status] of [
      [19, 200],
      [19, 200],
      [20, 401],
      [0, 401],
    ] as const) {
      clock.pass(minutes)
      expect((await send('GET', page)).status).toBe(status)
    }
  })

  test('sessionMinutes sets the time', async () => {
    const clock = movableClock()
    const { url } = await started({ clock, sessionMinutes: 0.5 })
    const send = await signedIn(url)
    clock.pass(0.5)
    expect((await send('GET', page)).status).toBe(401)
  })

  test('several users, each an employee of their own', async () => {
    const users = [
      { username: 'eins', password: 'a' },
      { username: 'zwei', password: 'b', employee: '3_4' },
    ]
    const { url } = await started({ users })
    const body = { Username: 'zwei', Password: 'b', NtAuthorization: false }
    const answer = await sender(url)('POST', 'Authorization', { body })
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const info = await (await sender(url, { Cookie: cookie })('GET', 'AuthorizationInfo')).json()
    expect(info).toMatchObject({ UserId: 2, Employee: { Fullname: 'Gehalt, Gabi' } })
    expect((await sender(url)('POST', 'Authorization', { body: { ...body, Password: 'a' } })).status).toBe(
      401,
    )
  })

  test('without users there is one with a password made up at the start', async () => {
    const first = await startSageSimulator()
    const second = await startSageSimulator()
    await Promise.all([first.close(), second.close()])
    expect(first.users).toMatchObject([{ username: 'StegConnector', employee: '1_1' }])
    expect(first.users[0]?.password).toMatch(/^[\w-]{16}$/)
    expect(first.users[0]?.password).not.toBe(second.users[0]?.password)
  })
})

describe('the header WebApiDatabaseConnection', () => {
  const databases = [
    { key: 'k1', name: 'eins', people: 5 },
    { key: 'k2', name: 'zwei', people: 7 },
  ]
  const header = (key: string) => ({ WebApiDatabaseConnection: key })

  test('chooses among several, each with people of its own', async () => {
    const { url } = await started({ databases })
    const names: string[] = []
    for (const { key, people } of databases) {
      const list = await readList(await (await signedIn(url, header(key)))('GET', page))
      expect(list.Total).toBe(people)
      names.push(`${list.Results[0]?.Lastname} ${list.Results[0]?.Firstname}`)
    }
    expect(names[0]).toBe('Gehalt Gabi')
    expect(names[1]).not.toBe(names[0])
  })

  test('400 without it when there are several, also at sign-in; Databases/Basic answers', async () => {
    const { url } = await started({ databases })
    const answer = await sender(url)('POST', 'Authorization', { body: credentials })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('WebApiDatabaseConnection')
    const cookie = await cookieOf(url, header('k1'))
    expect((await sender(url, { Cookie: cookie })('GET', page)).status).toBe(400)
    expect((await sender(url)('GET', 'Configuration/Databases/Basic')).status).toBe(200)
  })

  test('400 for an unknown key, also when there is only one database', async () => {
    const { url, databases: own } = await started()
    const send = await signedIn(url)
    expect((await send('GET', page, { headers: header('nein') })).status).toBe(400)
    expect((await send('GET', page, { headers: header(own[0]?.key ?? '') })).status).toBe(200)
    expect(own[0]?.key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-9[\da-f]{3}-[\da-f]{12}$/)
  })

  test('401 for a session of another database; bookings stay apart', async () => {
    const { url, control } = await started({ databases })
    const cookie = await cookieOf(url, header('k1'))
    expect((await sender(url, { Cookie: cookie, ...header('k2') })('GET', page)).status).toBe(401)
    const body = { MdNr: 1, AnNr: 1, Time: '2026-01-01T08:00:00', Type: 'Come' }
    await sender(url, { Cookie: cookie, ...header('k1') })('POST', 'Time/TimeEvents', { body })
    expect([
      control.ledger({ database: 'eins' }).length,
      control.ledger({ database: 'zwei' }).length,
    ]).toEqual([1, 0])
  })
})
