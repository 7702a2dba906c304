import { describe, expect, it } from 'vitest'
import { readSageClock } from '../../../functions/hr/sage/clock.ts'
import { explainDatabase, readDatabases } from '../../../functions/hr/sage/databases.ts'
import { readEmployees } from '../../../functions/hr/sage/employees.ts'
import { readWholeList, sageLists } from '../../../functions/hr/sage/list.ts'
import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import { createSageSession, type Exchange } from '../../../functions/hr/sage/session.ts'
import type { RelayResponse } from '../../../functions/relay/service.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'

const profile = SageProfile.parse({})
const json = (value: unknown, headers: RelayResponse['headers'] = []): RelayResponse => ({
  status: 200,
  headers: [['content-type', 'application/json'], ...headers],
  body: Buffer.from(JSON.stringify(value)),
})
const status = (code: number, body = ''): RelayResponse => ({
  status: code,
  headers: [],
  body: Buffer.from(body),
})
const html = (code: number): RelayResponse => ({
  status: code,
  headers: [['content-type', 'text/html']],
  body: Buffer.from('<!DOCTYPE html><html></html>'),
})

type Step = RelayResponse | StegError
const signedIn: Step[] = [
  { status: 204, headers: [['set-cookie', 'session=abc; path=/; HttpOnly']], body: Buffer.alloc(0) },
  status(204),
]

/** A Sage that gives these answers one after the other. */
function scripted(steps: readonly Step[]) {
  const asked: { method: string; path: string; cookie: string | undefined; database: string | undefined }[] =
    []
  const clock = instantClock()
  const exchange: Exchange = async ({ method, path, headers }) => {
    const value = (name: string) => headers.find(([key]) => key === name)?.[1]
    asked.push({ method, path, cookie: value('cookie'), database: value('webapidatabaseconnection') })
    const step = steps[asked.length - 1]
    if (step === undefined) throw new Error(`unexpected call ${method} ${path}`)
    if (step instanceof StegError) throw step
    return step
  }
  const session = createSageSession({
    exchange,
    credentials: { baseUrl: 'http://localhost/hrportalapi', username: 'u', password: 'p', database: 'key-1' },
    profile,
    clock,
    explainBadRequest: async () => new StegError('sage-database-unknown', { key: 'key-1', names: 'a' }),
  })
  return { session, asked, clock }
}

const unreachable = new StegError('target-unreachable', { url: 'http://x', reason: 'connection refused' })
const broken = new StegError('response-broken', { url: 'http://x', reason: 'cut' })

describe('session with Sage (A7)', () => {
  it('signs in once, keeps the cookie and names the database', async () => {
    const { session, asked } = scripted([...signedIn, json(1), json(2)])
    expect(await session.get('A')).toBe(1)
    expect(await session.get('B', { x: 'ä' })).toBe(2)
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /Authorization',
      'POST /Security/Calculate',
      'GET /A',
      'GET /B?x=%C3%A4',
    ])
    expect(asked[2]?.cookie).toBe('session=abc')
    expect(asked.every(({ database }) => database === 'key-1')).toBe(true)
  })

  it.each<[string, Step[], unknown]>([
    ['expired session: signs in again', [...signedIn, status(401), ...signedIn, json(7)], 7],
    ['redirect to the sign-in page: the same', [...signedIn, status(302), ...signedIn, json(7)], 7],
    ['application pool recycles', [...signedIn, html(503), html(503), json(7)], 7],
    ['connection breaks', [...signedIn, broken, json(7)], 7],
    ['server refuses for a moment', [unreachable, ...signedIn, json(7)], 7],
    ['error page with status 200', [...signedIn, html(200), json(7)], 7],
  ])('survives: %s', async (_, steps, expected) => {
    const { session, asked } = scripted(steps)
    expect(await session.get('A')).toBe(expected)
    expect(asked).toHaveLength(steps.length)
  })

  it.each<[string, Step[], string]>([
    ['wrong password', [status(401)], 'sage-sign-in-rejected'],
    ['wrong database', [status(400, '"bad"')], 'sage-database-unknown'],
    [
      'session lost again right after signing in',
      [...signedIn, status(401), ...signedIn, status(401)],
      'sage-session-lost',
    ],
    ['unreachable', [unreachable, unreachable, unreachable, unreachable], 'target-unreachable'],
    ['web pages only', [html(200), html(200), html(200), html(200)], 'sage-not-json'],
    ['out of order', [html(503), html(503), html(503), html(503)], 'sage-unavailable'],
    ['no such path', [...signedIn, html(404)], 'sage-not-json'],
    ['refused', [...signedIn, status(403)], 'sage-refused'],
    ['not JSON', [...signedIn, status(200, 'x')], 'sage-unexpected-data'],
    [
      'agent offline: no second try',
      [new StegError('agent-offline', { agent: 'a', lastSeen: '–' })],
      'agent-offline',
    ],
  ])('fails within seconds: %s', async (_, steps, code) => {
    const { session, asked, clock } = scripted(steps)
    await expect(session.get('A')).rejects.toMatchObject({ code })
    expect(asked).toHaveLength(steps.length)
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(10_000)
  })

  it('never puts the password into an error', async () => {
    const { session } = scripted([status(401)])
    await expect(session.get('A')).rejects.not.toThrow(/\bp\b/)
  })
})

describe('whole lists', () => {
  /** A list that is read in pages of two; `change` may alter it before each page. */
  function listOf(
    initial: readonly string[],
    change: (rows: string[], page: number) => void = () => undefined,
  ) {
    const rows = [...initial]
    let page = 0
    const session = {
      get: async (_: string, query?: Readonly<Record<string, string>>) => {
        change(rows, page++)
        const skip = Number(query?.['options[Skip]'])
        return { Results: rows.slice(skip, skip + 2), Total: rows.length }
      },
    }
    return readWholeList(session, profile, 'L', (row: string) => row, String)
  }

  it('come page by page', async () => {
    expect(await listOf(['a', 'b', 'c', 'd', 'e'])).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(await listOf([])).toEqual([])
  })

  it('are read again when a row disappeared meanwhile, so that nobody is missed', async () => {
    const rows = await listOf(['a', 'b', 'c', 'd', 'e'], (list, page) => {
      if (page === 1) list.shift()
    })
    expect(rows).toEqual(['b', 'c', 'd', 'e'])
  })

  it('are read again when a row went and another came: the total alone would not tell', async () => {
    const rows = await listOf(['a', 'b', 'c', 'd'], (list, page) => {
      if (page !== 1) return
      list.shift()
      list.push('e')
    })
    expect(rows).toEqual(['b', 'c', 'd', 'e'])
  })

  it('that never hold still are given up', async () => {
    await expect(
      listOf(['a', 'b', 'c', 'd'], (list, page) => {
        if (page % 2 === 1) list.push(`x${page}`)
      }),
    ).rejects.toMatchObject({ code: 'sage-list-unstable' })
  })

  it('with a wrong total are not believed', async () => {
    const session = { get: async () => ({ Results: ['a'], Total: 5 }) }
    await expect(readWholeList(session, profile, 'L', String, String)).rejects.toMatchObject({
      code: 'sage-list-unstable',
    })
  })
})

describe('employees', () => {
  const row = {
    EmployeeKey: { MdNr: 3, AnNr: 4, CombinedKey: '3_4', IsEmpty: false },
    Firstname: ' Gabi ',
    Lastname: 'Gehalt',
    Email: '',
    Active: true,
    TimeManagement: true,
    AccessControl: null,
    Entry: '2020-01-01T00:00:00',
    Exit: null,
    LastChange: '2024-01-01T00:00:00',
  }
  const list = (rows: readonly unknown[], names = profile) =>
    readEmployees(sageLists({ get: async () => ({ Results: rows, Total: rows.length }) }, names), names)
  const read = async (rows: readonly unknown[], names = profile) => [
    ...(await list(rows, names)).items.values(),
  ]

  it('are read by the names of the profile', async () => {
    expect(await read([row])).toEqual([
      {
        clientNumber: 3,
        employeeNumber: 4,
        firstName: 'Gabi',
        lastName: 'Gehalt',
        email: undefined,
        active: true,
        timeManagement: true,
        accessControl: false,
        entry: '2020-01-01',
        exit: undefined,
      },
    ])
    const renamed = SageProfile.parse({ employees: { firstName: 'Person.Vorname' } })
    expect(await read([{ ...row, Person: { Vorname: 'Änne' } }], renamed)).toMatchObject([
      { firstName: 'Änne' },
    ])
  })

  it('say which field is not as expected', async () => {
    await expect(read([{ ...row, Active: 'ja' }])).rejects.toThrow('"Active"')
    await expect(read([{ ...row, EmployeeKey: {} }])).rejects.toThrow('"EmployeeKey.MdNr"')
  })
})

describe('databases (A10)', () => {
  const xml = (content: string) =>
    `<ArrayOfXConnectionSettingsBasic>${content}</ArrayOfXConnectionSettingsBasic>`
  const one = (key: string) =>
    `<XConnectionSettingsBasic><Key>${key}</Key><Name>n &amp; m</Name><Database>d</Database><IsPKP>false</IsPKP></XConnectionSettingsBasic>`
  const read = (text: string) => readDatabases({ getText: async () => text }, profile)

  it('are read from XML, none, one or several', async () => {
    expect(await read(xml(''))).toEqual([])
    expect(await read(xml(one('0123')))).toEqual([{ key: '0123', name: 'n & m', database: 'd' }])
    expect(await read(xml(one('a') + one('b')))).toHaveLength(2)
  })

  it.each(['', '<html></html>', '<ArrayOf', '{"a":1}', xml('<XConnectionSettingsBasic/>')])(
    '%s is refused',
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({ code: 'sage-unexpected-data' })
    },
  )

  it('explain a refused sign-in', () => {
    const [a, b] = ['a', 'b'].map((key) => ({ key, name: key, database: key }))
    if (!a || !b) throw new Error('no databases')
    expect(explainDatabase([a, b], undefined)?.code).toBe('sage-database-needed')
    expect(explainDatabase([a, b], 'x')?.code).toBe('sage-database-unknown')
    expect(explainDatabase([a], undefined)).toBeUndefined()
    expect(explainDatabase([a], 'a')).toBeUndefined()
  })
})

describe("Sage's clock", () => {
  const now = Date.parse('2026-11-22T07:00:00Z')
  const read = (text: unknown) => readSageClock({ get: async () => text }, profile, () => now)

  it.each([
    ['2026-11-22T08:00:00', 60, 0],
    ['2026-11-22T09:00:30.5', 120, 30_500],
    ['2026-11-22T06:58:00', 0, -120_000],
    ['2026-11-22T12:30:00', 330, 0],
  ])('%s', async (text, offsetMinutes, driftMs) => {
    expect(await read(text)).toEqual({ offsetMinutes, driftMs })
  })

  it.each([null, 5, 'gestern', '2026-11-22T08:00:00Z'])('%s is refused', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'sage-unexpected-data' })
  })
})
