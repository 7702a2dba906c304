import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBalancesService } from '../../../functions/hr/balances/service.ts'
import { balancesSyncJob } from '../../../functions/hr/balances/sync-job.ts'
import { peopleTable } from '../../../functions/hr/people/rows.ts'
import { createPeopleService } from '../../../functions/hr/people/service.ts'
import { everyone } from '../../../functions/http/principal.ts'
import { countStore } from '../../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { systemRandom } from '../../../shared/random.ts'
import { instantClock } from '../../clock.ts'
import { codesOf, runOnce, sageWith, TENANT } from '../job-site.ts'

const NOTHING_WRITTEN = { writes: 0, batches: 0, deletes: 0 }

const DAY_MS = 86_400_000
const start = Date.parse('2026-11-22T03:00:00Z')

let store: ReturnType<typeof openSqliteStore>
let clock: ReturnType<typeof instantClock>
let minutes: Map<number, number>
let calls: string[]
let running: number
let most: number
let counted: ReturnType<typeof countStore>
/** What goes wrong with the call of this number. */
let fault: ((call: number, employee: number) => void) | undefined

beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' })
  clock = instantClock(start)
  minutes = new Map()
  calls = []
  running = 0
  most = 0
  counted = countStore(store)
  fault = undefined
})
afterEach(() => store.close())

const idOf = (employee: number) => `s000001-${String(employee).padStart(8, '0')}`

async function addPeople(count: number, change: (employee: number) => object = () => ({})) {
  const people = peopleTable.bind(store)
  const writesOf = Array.from({ length: count }, (_, index) => ({
    kind: 'put' as const,
    key: idOf(index + 1),
    value: {
      externalToken: `1_${index + 1}`,
      clientNumber: 1,
      employeeNumber: index + 1,
      active: true,
      timeManagement: true,
      accessControl: false,
      locked: false,
      identMedia: [],
      groups: [],
      createdAt: '',
      updatedAt: '',
      ...change(index + 1),
    },
    condition: { kind: 'any' as const },
  }))
  await people.chunked(TENANT, writesOf)
}

function site() {
  const session = {
    async get(path: string, query: Readonly<Record<string, string>> = {}) {
      // Sage's clock is one hour ahead of UTC.
      if (path === 'Configuration/CurrentTime') {
        return new Date(clock.now() + 3_600_000).toISOString().slice(0, 19)
      }
      expect(path).toBe('Time/AccountsBooking')
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      calls.push(`${query.mdnr}_${query.annr} ${query.keyDate}`)
      const employee = Number(query.annr)
      fault?.(calls.length, employee)
      return [{ Id: 1, Name: 'Gleitzeit', AmountInMinutes: minutes.get(employee) ?? 0 }]
    },
  }
  const people = createPeopleService({ store, clock, random: systemRandom })
  return {
    job: balancesSyncJob({ store: counted.store, sage: sageWith(session, clock), people, clock }),
    service: createBalancesService({ store, people }),
  }
}

describe('balances (A7)', () => {
  it('cost one call for each active person in time management, eight at a time; a second run writes nothing', async () => {
    await addPeople(100, (employee) => ({ active: employee % 5 !== 0, timeManagement: employee % 2 === 1 }))
    const { job } = site()
    const first = await runOnce(job)
    expect(first.counts).toEqual({ read: 40, created: 40, updated: 0, unchanged: 0, failed: 0 })
    expect(calls).toHaveLength(40)
    expect(new Set(calls).size).toBe(40)
    expect(calls.every((call) => call.endsWith('2026-11-22T00:00:00'))).toBe(true)
    expect(most).toBe(8)

    counted.reset()
    const second = await runOnce(job)
    expect(second.counts).toMatchObject({ read: 40, created: 0, updated: 0, unchanged: 40 })
    expect(counted.counts()).toMatchObject(NOTHING_WRITTEN)
  })

  it('are for the day that the clock of the Sage server shows', async () => {
    await addPeople(1)
    clock.advance(Date.parse('2026-11-22T23:30:00Z') - start)
    await runOnce(site().job)
    expect(calls).toEqual(['1_1 2026-11-23T00:00:00'])
  })

  it('keep a history of the days on which they changed', async () => {
    await addPeople(2)
    const { job, service } = site()
    const readings = [10, 10, 30, 30]
    for (const value of readings) {
      minutes.set(1, value)
      await runOnce(job)
      clock.advance(DAY_MS)
    }
    const of = async (day?: string) => {
      const { accounts, changedOn } = await service.ofPerson(TENANT, idOf(1), day, everyone)
      return [accounts[0]?.minutes, changedOn]
    }
    expect(await of()).toEqual([30, '2026-11-24'])
    expect(await of('2026-11-21')).toEqual([undefined, undefined])
    expect(await of('2026-11-22')).toEqual([10, '2026-11-22'])
    expect(await of('2026-11-23')).toEqual([10, '2026-11-22'])
    expect(await of('2026-11-25')).toEqual([30, '2026-11-24'])
    expect(await service.readThrough(TENANT)).toBe('2026-11-25')
    const listed = await service.list(TENANT, { keyDate: '2026-11-23', limit: 10 }, everyone)
    expect(listed.balances.map(({ accounts }) => accounts[0]?.minutes)).toEqual([10, 0])
    expect((await service.list(TENANT, { keyDate: '2026-11-21', limit: 10 }, everyone)).balances).toEqual([])
    await expect(service.ofPerson(TENANT, idOf(9), undefined, everyone)).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('changed twice on one day leave one row of that day', async () => {
    await addPeople(1)
    const { job, service } = site()
    for (const value of [1, 2]) {
      minutes.set(1, value)
      await runOnce(job)
    }
    expect((await service.ofPerson(TENANT, idOf(1), '2026-11-22', everyone)).accounts).toMatchObject([
      { minutes: 2 },
    ])
    const rows = await store.query('Balances', TENANT, { from: 'h~', to: 'h~~' })
    expect(rows.rows).toHaveLength(1)
  })

  it('an interrupted run goes on where it was, and reads at most one block twice', async () => {
    await addPeople(1000)
    fault = (call) => {
      if (call === 700) throw new StegError('sage-unavailable', { path: 'x', status: 503 })
    }
    const { job, service } = site()
    await expect(runOnce(job)).rejects.toMatchObject({ code: 'sage-unavailable' })
    expect(running).toBe(0)
    const before = calls.length
    expect(before).toBeLessThan(710)
    fault = undefined
    const { counts, log } = await runOnce(job)
    expect(codesOf(log)).toContain('balances-continued')
    expect(calls.length - before).toBe(500)
    expect(counts).toEqual({ read: 1000, created: 1000, updated: 0, unchanged: 0, failed: 0 })
    expect(await service.readThrough(TENANT)).toBe('2026-11-22')
    const listed: string[] = []
    let cursor: string | undefined
    do {
      const page = await service.list(TENANT, { limit: 300, cursor }, everyone)
      listed.push(...page.balances.map(({ personId }) => personId))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(listed).toEqual(Array.from({ length: 1000 }, (_, index) => idOf(index + 1)))
    // The next run is a whole one.
    calls = []
    await runOnce(job)
    expect(calls).toHaveLength(1000)
  })

  it('stop when the run is stopped', async () => {
    await addPeople(300)
    const stop = new AbortController()
    fault = (call) => {
      if (call === 50) stop.abort(new Error('stopped'))
    }
    await expect(runOnce(site().job, { signal: stop.signal })).rejects.toThrow('stopped')
    expect(calls.length).toBeLessThan(60)
  })

  it('of somebody whom Sage no longer knows are left out with a warning; another refusal ends the run', async () => {
    await addPeople(3)
    fault = (_, employee) => {
      if (employee === 2) throw new StegError('sage-refused', { path: 'x', status: 404 })
    }
    const { job } = site()
    const { counts, log } = await runOnce(job)
    expect(counts).toMatchObject({ read: 2, failed: 1 })
    expect(log).toContainEqual({
      level: 'warning',
      code: 'balance-unknown-person',
      params: { token: '1_2' },
    })
    fault = () => {
      throw new StegError('sage-refused', { path: 'x', status: 403 })
    }
    await expect(runOnce(job)).rejects.toMatchObject({ code: 'sage-refused' })
  })

  it('of one person that cannot be understood are left out and stay; when nobody can be, the run fails', async () => {
    await addPeople(3)
    const { job, service } = site()
    await runOnce(job)
    clock.advance(DAY_MS)
    fault = (_, employee) => {
      minutes.set(employee, 7)
      if (employee === 2) minutes.set(employee, 'viel' as unknown as number)
    }
    const { counts, log } = await runOnce(job)
    expect(counts).toMatchObject({ read: 2, updated: 2, failed: 1 })
    expect(log.find(({ code }) => code === 'balance-left-out')?.params.token).toBe('1_2')
    const known = await Promise.all(
      [1, 2, 3].map((nr) => service.ofPerson(TENANT, idOf(nr), undefined, everyone)),
    )
    expect(known.map(({ accounts }) => accounts[0]?.minutes)).toEqual([7, 0, 7])
    fault = (_, employee) => void minutes.set(employee, 'viel' as unknown as number)
    await expect(runOnce(job)).rejects.toMatchObject({ code: 'sage-unexpected-data' })
  })

  it('are not written by a dry run', async () => {
    await addPeople(3)
    expect((await runOnce(site().job, { dryRun: true })).counts).toMatchObject({ created: 3 })
    expect(counted.counts()).toMatchObject(NOTHING_WRITTEN)
  })
})
