import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SageSimulator } from '../../infra/local/sage/simulator.ts'
import type { TestPlatform } from './platform.ts'
import { type SageSite, startSageSite } from './sage-site.ts'
import { allPeople, endOf, runJob, type TestTenant } from './tenant.ts'

const CHILDREN = [
  'SysSageSyncPersonen',
  'SysSageSyncAbwesenheitsgruende',
  'SysSageSyncZusatzeingaben',
  'SysSageSyncKontostaende',
]
const EXPORT = 'SysSageExportAntraege'

let site: SageSite
let platform: TestPlatform
let sage: SageSimulator
let tenant: TestTenant
let due: string[]

beforeAll(async () => {
  site = await startSageSite(108)
  ;({ platform, sage, tenant } = site)
  due = sage.control
    .people()
    .filter(({ Active, TimeManagement }) => Active && TimeManagement)
    .map(({ EmployeeKey }) => EmployeeKey.CombinedKey)
})

afterAll(() => site?.close())

beforeEach(() => {
  sage.control.clearFaults()
  sage.control.resetRequests()
})

async function lastRun(job: string) {
  return (await tenant.api('GET', `/jobs/${job}/runs?limit=1`)).body.items[0]
}

/** Every item of a list, page by page. */
async function all(list: string, limit = 50) {
  const items = []
  let cursor = ''
  do {
    const page = await tenant.api('GET', `${list}?limit=${limit}${cursor && `&cursor=${cursor}`}`)
    expect(page.status, JSON.stringify(page.body)).toBe(200)
    items.push(...page.body.items)
    cursor = page.body.cursor
  } while (cursor)
  return items
}

const countsOf = async () => Promise.all(CHILDREN.map(async (job) => (await lastRun(job)).counts))

describe('SysSageSync (A7)', () => {
  it('runs all synchronisations in order, and what Sage has is there', async () => {
    expect(await runJob(tenant.api, 'SysSageSync', 60)).toMatchObject({
      state: 'succeeded',
      counts: { jobs: CHILDREN.length },
    })
    const runs = await Promise.all(CHILDREN.map(lastRun))
    expect(runs.map(({ state, trigger }) => `${state} ${trigger}`)).toEqual(
      CHILDREN.map(() => 'succeeded parent'),
    )
    const starts = runs.map(({ startedAt }) => startedAt)
    expect(starts).toEqual([...starts].sort())

    expect((await all('/absence-reasons', 4)).map(({ name }) => name)).toContain('Gleitzeitausgleich')
    expect((await all('/absence-reasons')).find(({ name }) => name === 'Krank')).toMatchObject({
      short: 'K',
      requestable: false,
      active: true,
    })
    expect((await all('/additional-inputs')).map(({ active }) => active)).toEqual([true, true, true, false])
    expect((await all('/places-of-work')).map(({ name }) => name)).toEqual([
      'Büro Leipzig',
      'Homeoffice',
      'Werk Süd',
      'Außendienst',
    ])
    const balances = await all('/balances', 25)
    expect(balances.map(({ externalToken }) => externalToken).sort()).toEqual([...due].sort())
    expect(balances[0].accounts.map(({ name }: { name: string }) => name)).toEqual([
      'Gleitzeit',
      'Resturlaub',
      'Überstunden',
    ])
    expect(sage.control.requests().counts['GET time/accountsbooking']).toBe(due.length)
  })

  it('a second run writes nothing', async () => {
    const before = await all('/balances')
    expect(await runJob(tenant.api, 'SysSageSync', 60)).toMatchObject({ state: 'succeeded' })
    for (const counts of await countsOf()) {
      expect(counts).toMatchObject({ created: 0, updated: 0, unchanged: counts.read })
      expect(counts.deactivated ?? 0).toBe(0)
    }
    expect(await all('/balances')).toEqual(before)
  })

  it('a booking changes the balance of one person, and the day before stays readable', async () => {
    const token = due[3] ?? ''
    const [MdNr = 0, AnNr = 0] = token.split('_').map(Number)
    const person = (await allPeople(tenant.api)).find(({ externalToken }) => externalToken === token)
    const read = async (query = '') => (await tenant.api('GET', `/people/${person.id}/balances${query}`)).body
    const before = await read()
    expect(before.readThrough).toBe(before.changedOn)
    sage.control.addTimeEvent({ MdNr, AnNr, Time: '2026-01-05T08:00:00', Type: 'Come' })
    sage.control.addTimeEvent({ MdNr, AnNr, Time: '2026-01-05T10:00:00', Type: 'Go' })
    expect((await runJob(tenant.api, 'SysSageSyncKontostaende')).counts).toMatchObject({ updated: 1 })
    const flexitime = (balance: typeof before) => balance.accounts[0].minutes
    expect(flexitime(await read())).toBe(flexitime(before) + 120)
    expect(await read('?keyDate=2026-01-01')).toMatchObject({ accounts: [], changedOn: null })
    expect((await read(`?keyDate=${before.changedOn}`)).changedOn).toBe(before.changedOn)
  })

  it.each([
    ['application pool recycles', { kind: 'unavailable', path: 'Time', count: 2 }],
    ['session expires', { kind: 'session-expired', path: 'Time/AccountsBooking', after: 20, count: 1 }],
    ['answer cut in the middle', { kind: 'cut-body', path: 'Time', after: 1, count: 2 }],
    ['connection dropped', { kind: 'drop', path: 'Time/AccountsBooking', after: 30, count: 2 }],
    ['error page with status 200', { kind: 'html-page', path: 'Time/AbsenceReasons', count: 1 }],
  ] as const)('comes to its end when: %s', async (_, fault) => {
    sage.control.addFault(fault)
    expect(await runJob(tenant.api, 'SysSageSync', 60)).toMatchObject({ state: 'succeeded' })
    expect(sage.control.faults().every(({ hits }) => hits > 0)).toBe(true)
    for (const counts of await countsOf()) expect(counts).toMatchObject({ created: 0, updated: 0 })
  })

  it('a Sage that stays out of order fails the run with its reason, and nothing is lost', async () => {
    const before = await all('/absence-reasons')
    sage.control.addFault({ kind: 'unavailable', path: 'Time/AbsenceReasons' })
    const run = await runJob(tenant.api, 'SysSageSync', 60)
    expect(run).toMatchObject({ state: 'failed', code: 'child-job-failed' })
    expect(run.message).toContain('SysSageSyncAbwesenheitsgruende')
    expect(await all('/absence-reasons')).toEqual(before)
  })
})

describe('requests for leave (A7)', () => {
  let number = 0
  const request = (person: number, from: string, to: string) => ({
    id: `leave-${++number}`,
    externalToken: due[person],
    reasonId: 1,
    from,
    to,
    comment: 'Urlaub',
  })
  type Item = ReturnType<typeof request>

  async function submit(...items: readonly Item[]) {
    const answer = await tenant.api('POST', '/absences', { items })
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    return answer.body.items
  }
  const read = async ({ id }: Item) => (await tenant.api('GET', `/absences/${id}`)).body
  const posts = () => sage.control.requests().counts['POST time/absences'] ?? 0
  const inSage = (item: Item) =>
    sage.control.absences().filter(({ MdNr, AnNr, From }) => {
      return `${MdNr}_${AnNr}` === item.externalToken && From === `${item.from}T00:00:00`
    })

  it('are kept with their own result each, sent once, and decided in Sage', async () => {
    const [a, b] = [request(0, '2027-03-01', '2027-03-05'), request(1, '2027-03-01', '2027-03-01')]
    const unknown = { ...request(0, '2027-04-01', '2027-04-01'), externalToken: '9_9' }
    const sick = { ...request(0, '2027-05-01', '2027-05-01'), reasonId: 5 }
    expect(await submit(a, b, unknown, sick)).toMatchObject([
      { id: a.id, state: 'pending', error: null },
      { id: b.id, state: 'pending' },
      { state: null, error: { code: 'absence-person-unknown' } },
      { state: null, error: { code: 'absence-reason-unknown' } },
    ])
    expect(await submit(a)).toMatchObject([{ state: 'pending', error: null }])
    expect(await submit({ ...a, comment: 'x' })).toMatchObject([{ error: { code: 'absence-conflict' } }])
    expect((await runJob(tenant.api, EXPORT)).counts).toMatchObject({ exported: 2, open: 2 })
    expect(await read(a)).toMatchObject({ state: 'requested', error: null })
    expect(posts()).toBe(2)

    const [first, second] = [inSage(a)[0], inSage(b)[0]]
    sage.control.setAbsenceState(first?.Id ?? 0, 'Approved')
    sage.control.setAbsenceState(second?.Id ?? 0, 'Rejected')
    expect((await runJob(tenant.api, EXPORT)).counts).toMatchObject({ approved: 1, rejected: 1, open: 0 })
    expect(await read(a)).toMatchObject({ state: 'approved', sageId: String(first?.Id) })
    expect((await tenant.api('GET', '/absences?state=rejected')).body.items).toMatchObject([{ id: b.id }])
    expect(posts()).toBe(2)
  })

  it('an overlap is refused in the words of Sage', async () => {
    const clash = request(0, '2027-03-05', '2027-03-06')
    await submit(clash)
    expect((await runJob(tenant.api, EXPORT)).counts).toMatchObject({ refused: 1 })
    const { state, error } = await read(clash)
    expect(state).toBe('refused')
    expect(error.code).toBe('absence-refused')
    expect(error.message).toContain('overlaps')
  })

  it('are in Sage once although the answer was lost after they were stored', {
    timeout: 90_000,
  }, async () => {
    const items = [10, 11, 12].map((person) => request(person, '2027-06-01', '2027-06-04'))
    const after = { path: 'Time/Absences', method: 'POST', afterCommit: true, count: 1 } as const
    sage.control.setFaults([
      { ...after, kind: 'drop' },
      { ...after, kind: 'unavailable' },
      { ...after, kind: 'html-page', status: 500 },
    ])
    await submit(...items)
    expect(await runJob(tenant.api, EXPORT, 60)).toMatchObject({
      state: 'succeeded',
      counts: { exported: 3 },
    })
    expect(sage.control.faults().every(({ hits }) => hits === 1)).toBe(true)
    expect(posts()).toBe(3)
    for (const item of items) {
      expect(inSage(item)).toHaveLength(1)
      expect(await read(item)).toMatchObject({ state: 'requested', sageId: String(inSage(item)[0]?.Id) })
    }
  })

  it('is in Sage once although the hub was killed between its storing and the answer', {
    timeout: 150_000,
  }, async () => {
    const item = request(30, '2027-07-01', '2027-07-02')
    sage.control.addFault({
      kind: 'delay',
      ms: 5_000,
      path: 'Time/Absences',
      method: 'POST',
      afterCommit: true,
      count: 1,
    })
    await submit(item)
    const started = await tenant.api('POST', `/jobs/${EXPORT}/runs`)
    await expect.poll(() => inSage(item).length, { timeout: 20_000, interval: 20 }).toBe(1)
    process.kill(platform.pid('hub'), 'SIGKILL')
    await expect
      .poll(
        () =>
          fetch(`${platform.url}/api/v1/health`).then(
            (answer) => answer.status,
            () => 0,
          ),
        {
          timeout: 30_000,
        },
      )
      .toBe(200)
    const run = await endOf(tenant.api, EXPORT, started.body.id, 120)
    expect(run).toMatchObject({ state: 'succeeded', counts: { exported: 1 } })
    expect(run.attempts).toBeGreaterThan(1)
    expect(inSage(item)).toHaveLength(1)
    expect(posts()).toBe(1)
    expect(await read(item)).toMatchObject({ state: 'requested' })
  })

  it.each<[string, () => unknown]>([
    ['no items', () => ({ items: [] })],
    [
      'too many',
      () => ({ items: Array.from({ length: 101 }, () => request(0, '2028-01-01', '2028-01-01')) }),
    ],
    ['days the wrong way round', () => ({ items: [request(0, '2028-01-02', '2028-01-01')] })],
    ['no date', () => ({ items: [request(0, '2028-02-30', '2028-03-01')] })],
    ['an id that is none', () => ({ items: [{ ...request(0, '2028-01-01', '2028-01-01'), id: 'a/b' }] })],
  ])('%s: refused as a whole', async (_, body) => {
    expect(await tenant.api('POST', '/absences', body())).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    })
  })
})
