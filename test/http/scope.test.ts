import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { balancesTable, currentKey, historyKey } from '../../functions/hr/balances/rows.ts'
import { entryKey, masterDataTable } from '../../functions/hr/masterdata/rows.ts'
import { peopleStatsTable, peopleTable, STATS_KEY } from '../../functions/hr/people/rows.ts'
import { idOfToken, personId } from '../../functions/hr/rules/person-key.ts'
import type { Endpoint } from '../../functions/http/endpoint.ts'
import { httpHandler } from '../../functions/http/handler.ts'
import { type RunRow, runsTable } from '../../functions/jobs/rows.ts'
import { runId, runKey } from '../../functions/jobs/rules/run-key.ts'
import { createRunLogWriter } from '../../functions/jobs/run-log.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { makeFolder, removeFolder } from '../folder.ts'
import { type ComposedHub, composeHub, OPERATOR_TOKEN } from './composed-hub.ts'
import { fakeContext, fakeRequest } from './request.ts'

/** Everybody is known by words that occur nowhere else. 1_1 is named in the scope, 1_2 is in its group. */
const visible = ['1_1', '1_2']
const hidden = ['1_3', '1_4']
const lastName = (token: string) => `Name${token.replace('_', 'x')}`

const RUN = runId(1_700_000_000_000, 'abcdef')
let folder: string
let hub: ComposedHub
let owner: string
let limited: string
let tenantId: string
let group: string
let otherGroup: string
let ids: Record<string, Record<string, string>>

beforeAll(async () => {
  folder = await makeFolder()
  const file = join(folder, 'store.db')
  hub = await composeHub(file)
  const created = await ask(OPERATOR_TOKEN, 'createTenant', {}, { name: 'Muster' })
  owner = created.body.apiToken
  tenantId = created.body.id
  const store = openSqliteStore({ file })
  await seed(store)
  store.close()
  group = (await ask(owner, 'createGroup', {}, { name: 'Lager' })).body.id
  otherGroup = (await ask(owner, 'createGroup', {}, { name: 'Büro' })).body.id
  await ask(owner, 'editPerson', { id: idOfToken('1_2') ?? '' }, { groups: [group] })
  await ask(owner, 'editPerson', { id: idOfToken('1_3') ?? '' }, { groups: [otherGroup] })
  for (const token of [...visible, ...hidden]) {
    const item = {
      id: `booking-${token}`,
      externalToken: token,
      type: 'come',
      time: '2026-11-02T08:00:00+01:00',
    }
    await ask(owner, 'createBookings', {}, { items: [item] })
    const leave = {
      externalToken: token,
      reasonId: 1,
      from: '2027-01-04',
      to: '2027-01-08',
      comment: lastName(token),
    }
    await ask(owner, 'requestAbsences', {}, { items: [{ id: `leave-${token}`, ...leave }] })
  }
  const scope = { people: ['1_1'], groups: [group] }
  limited = (await ask(owner, 'createApiToken', {}, { name: 'limited', roles: ['admin'], scope })).body.secret
  ids = {
    '/people/': { id: idOfToken('1_3') ?? '' },
    '/bookings/': { id: 'booking-1_3' },
    '/absences/': { id: 'leave-1_3' },
    '/groups/': { id: otherGroup },
    '/jobs/': { token: 'SysSageSyncPersonen', id: RUN },
    '/variables/': { name: 'Mandant.Sage.Username' },
  }
}, 60_000)

afterAll(async () => {
  await hub?.close()
  await removeFolder(folder)
})

async function seed(store: ReturnType<typeof openSqliteStore>) {
  const at = '2026-11-01T00:00:00.000Z'
  const any = { kind: 'any' } as const
  const all = [...visible, ...hidden]
  await peopleStatsTable.bind(store).put(tenantId, STATS_KEY, { total: all.length }, any)
  for (const token of all) {
    const [clientNumber = 0, employeeNumber = 0] = token.split('_').map(Number)
    const id = personId({ clientNumber, employeeNumber })
    const row = {
      ...{ externalToken: token, clientNumber, employeeNumber, lastName: lastName(token) },
      ...{ active: true, timeManagement: true, accessControl: true, locked: false },
      ...{ identMedia: [], groups: [], createdAt: at, updatedAt: at },
    }
    await peopleTable.bind(store).put(tenantId, id, row, any)
    const balance = { personId: id, externalToken: token, day: '2026-11-01', accounts: [] }
    await balancesTable.bind(store).put(tenantId, currentKey(id), balance, any)
    await balancesTable.bind(store).put(tenantId, historyKey(id, '2026-11-01'), balance, any)
  }
  const reason = { id: 1, fields: { name: 'Urlaub', requestable: true }, gone: false, updatedAt: at }
  await masterDataTable.bind(store).put(tenantId, entryKey('absence-reason', 1), reason, any)
  const run: RunRow = {
    ...{ id: RUN, job: 'SysSageSyncPersonen', state: 'failed', trigger: 'manual', queuedAt: 1, attempts: 1 },
    ...{ counts: {}, error: { code: 'person-unknown', params: { token: '1_3' } } },
  }
  await runsTable.bind(store).put(tenantId, runKey(run.job, RUN), run, any)
  const log = createRunLogWriter({
    ...{ store, tenantId, runId: RUN, attempt: 1, level: 'info', now: () => 1 },
  })
  for (const token of all) log.write('info', 'person-created', { token })
  log.write('info', 'people-read', { count: 4 })
  log.write('warning', 'failed', { reason: `Sage says: ${lastName('1_4')}` })
  await log.flush()
}

async function ask(
  token: string,
  id: string,
  params: Record<string, string> = {},
  body?: unknown,
  query = '',
) {
  const endpoint = hub.endpoints.find((one) => one.id === id)
  if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
  const response = await httpHandler(
    endpoint,
    hub.authentication,
    hub.site,
    hub.audit,
  )(
    fakeRequest({
      method: endpoint.method,
      path: `/x${query}`,
      params,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    fakeContext(),
  )
  const { status, body: text } = response as { status: number; body?: string }
  return { status, text: text ?? '', body: text === undefined || text === '' ? undefined : JSON.parse(text) }
}

const peopleOf = (text: string) => ({
  seen: visible.filter((token) => text.includes(token) || text.includes(lastName(token))),
  leaked: hidden.filter(
    (token) =>
      text.includes(token) || text.includes(lastName(token)) || text.includes(idOfToken(token) ?? '?'),
  ),
})

function paramsOf({ path }: Endpoint): Record<string, string> {
  return Object.entries(ids).find(([prefix]) => path.startsWith(prefix))?.[1] ?? {}
}

/** What is asked about somebody hidden. */
const bodies: Readonly<Record<string, unknown>> = {
  editPerson: { locked: true },
  actOnPeople: () => ({ action: { kind: 'lock' }, people: { filter: {} } }),
  createBookings: {
    items: [{ id: 'new', externalToken: '1_3', type: 'go', time: '2026-11-02T16:00:00+01:00' }],
  },
  requestAbsences: {
    items: [{ id: 'new', externalToken: '1_4', reasonId: 1, from: '2027-02-01', to: '2027-02-02' }],
  },
  createApiToken: { name: 'wider', roles: ['team'] },
}

async function stateOfHidden() {
  const answers = await Promise.all([
    ...hidden.map((token) => ask(owner, 'getPerson', { id: idOfToken(token) ?? '' })),
    ask(owner, 'listBookings'),
    ask(owner, 'listAbsences'),
  ])
  return answers.map(({ text }) => text)
}

describe('a token that is limited to certain people (A9)', () => {
  it('finds nobody else on any endpoint, and changes nobody else', async () => {
    const before = await stateOfHidden()
    const walked: string[] = []
    for (const endpoint of hub.endpoints.filter(({ access }) => typeof access === 'object')) {
      const body = bodies[endpoint.id]
      const { status, text } = await ask(
        limited,
        endpoint.id,
        paramsOf(endpoint),
        // Where no body is given here a limited token is refused before it is looked at.
        endpoint.body === undefined ? undefined : typeof body === 'function' ? body() : (body ?? {}),
      )
      // An answer repeats the token that was asked for; only that one may be named.
      const asked = JSON.stringify(body ?? '')
      const leaked = peopleOf(text).leaked.filter((token) => !asked.includes(token))
      expect(leaked, `${endpoint.id} → ${status} ${text}`).toEqual([])
      expect(status, `${endpoint.id} → ${text}`).toBeLessThan(500)
      if (endpoint.scope === undefined) expect(`${endpoint.id} ${status}`).toBe(`${endpoint.id} 403`)
      walked.push(endpoint.id)
    }
    expect(walked).toContain('getRunLog')
    // Locking everybody whom the token sees is all that has changed.
    expect(await stateOfHidden()).toEqual(before)
    const locked = await ask(owner, 'listPeople', {}, undefined, '?locked=true')
    expect(locked.body.items.map(({ externalToken }: { externalToken: string }) => externalToken)).toEqual(
      visible,
    )
  })

  it.each(['listPeople', 'listBookings', 'listAbsences', 'listBalances', 'getRunLog'])(
    'sees its own people with %s',
    async (id) => {
      const { text } = await ask(
        limited,
        id,
        id === 'getRunLog' ? { token: 'SysSageSyncPersonen', id: RUN } : {},
      )
      expect(peopleOf(text)).toEqual({ seen: visible, leaked: [] })
    },
  )

  it.each([
    ['getPerson', (token: string) => ({ id: idOfToken(token) ?? '' })],
    ['getPersonBalances', (token: string) => ({ id: idOfToken(token) ?? '' })],
    ['getBooking', (token: string) => ({ id: `booking-${token}` })],
    ['getAbsence', (token: string) => ({ id: `leave-${token}` })],
  ] as const)('reads its own people and finds no other with %s', async (id, params) => {
    for (const token of visible) expect((await ask(limited, id, params(token))).status).toBe(200)
    for (const token of hidden) expect((await ask(limited, id, params(token))).status).toBe(404)
  })

  it('pages and counts only its own people', async () => {
    const first = await ask(limited, 'listPeople', {}, undefined, '?limit=1')
    expect(first.body).toMatchObject({ total: 2, items: [{ externalToken: '1_1' }] })
    const second = await ask(limited, 'listPeople', {}, undefined, `?limit=1&cursor=${first.body.cursor}`)
    expect(second.body).toMatchObject({ total: 2, items: [{ externalToken: '1_2' }], cursor: null })
    const searched = await ask(limited, 'listPeople', {}, undefined, '?search=name')
    expect(searched.body.total).toBe(2)
    expect((await ask(limited, 'listPeople', {}, undefined, `?group=${otherGroup}`)).body.total).toBe(0)
    for (const list of ['listBookings', 'listAbsences']) {
      const of = async (token: string, person: string) =>
        (await ask(token, list, {}, undefined, `?person=${person}`)).body.items.map(
          ({ externalToken }: { externalToken: string }) => externalToken,
        )
      expect(await of(limited, '1_3'), list).toEqual([])
      expect(await of(limited, '1_1'), list).toEqual(['1_1'])
      expect(await of(owner, '1_3'), list).toEqual(['1_3'])
      expect(await of(owner, 'nobody'), list).toEqual([])
    }
    expect(
      (await ask(limited, 'listBookings', {}, undefined, '?state=pending&limit=1')).body.items,
    ).toHaveLength(1)
  })

  it('hands in for its own people, and is told of the others', async () => {
    const item = (token: string) => ({
      id: `late-${token}`,
      externalToken: token,
      type: 'go',
      time: '2026-11-03T16:00:00Z',
    })
    const { body } = await ask(
      limited,
      'createBookings',
      {},
      { items: [item('1_3'), item('1_1'), item('9_9')] },
    )
    expect(body.items).toMatchObject([
      { id: 'late-1_3', state: 'rejected', error: { code: 'person-out-of-scope' } },
      { id: 'late-1_1', state: 'pending' },
      { id: 'late-9_9', state: 'rejected', error: { code: 'person-out-of-scope' } },
    ])
    expect((await ask(owner, 'getBooking', { id: 'late-1_3' })).status).toBe(404)
  })

  it('can neither widen its own reach nor give more than it has', async () => {
    const own = { id: idOfToken('1_1') ?? '' }
    expect((await ask(limited, 'editPerson', own, { groups: [otherGroup] })).body.code).toBe('scope-limited')
    const create = (scope: object | null) =>
      ask(limited, 'createApiToken', {}, { name: 'x', roles: ['team'], scope })
    expect((await create(null)).body.code).toBe('token-exceeds-rights')
    expect((await create({ people: ['1_3'], groups: [] })).body.code).toBe('token-exceeds-rights')
    expect((await create({ people: ['1_1'], groups: [] })).status).toBe(201)
    const names = (await ask(limited, 'listApiTokens')).body.items.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['x', 'limited']))
    expect(names).not.toContain('POST /tenants')
    expect((await ask(limited, 'listGroups')).body.items).toMatchObject([{ name: 'Lager' }])
  })
})
