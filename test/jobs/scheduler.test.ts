import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDueStore } from '../../functions/jobs/due-store.ts'
import { jobsTable } from '../../functions/jobs/rows.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { codeOf } from '../code-of.ts'
import { jobsSite, TENANT } from './site.ts'

const MINUTE = 60_000
const EVERY_MINUTE = { cron: '* * * * *', timeZone: 'Europe/Berlin' }
/** The tests begin on a Monday at 08:00 UTC, 09:00 in Berlin. */
const DAILY = { cron: '0 10 * * *', timeZone: 'Europe/Berlin' }

let site: ReturnType<typeof jobsSite>
beforeEach(() => {
  site = jobsSite()
})
afterEach(() => site.close())

const at = (text: string) => Date.parse(`2026-01-${text}Z`)
const set = (job: string, schedule: typeof DAILY | null, tenant = TENANT) =>
  site.hub().edit(tenant, job, { schedule }, undefined)
const runsOf = async (job: string, tenant = TENANT) =>
  (await site.hub().history(tenant, job, { limit: 500 })).runs

describe('what is due (A6)', () => {
  it('starts at its time, once, and says that the schedule did it', async () => {
    const view = await set('One', DAILY)
    expect(view).toMatchObject({ schedule: DAILY, nextRun: at('05T09:00') })
    site.clock.set(at('05T08:59') + 58_000)
    expect(await site.hub().tick()).toEqual({ started: 0, idle: 0, waiting: 0, failed: 0 })
    site.clock.set(at('05T09:00'))
    expect(await site.hub().tick()).toEqual({ started: 1, idle: 0, waiting: 0, failed: 0 })
    expect(await site.hub().tick()).toEqual({ started: 0, idle: 0, waiting: 0, failed: 0 })
    await site.workAll()
    expect(await runsOf('One')).toMatchObject([{ trigger: 'schedule', state: 'succeeded' }])
    expect((await site.hub().get(TENANT, 'One')).view.nextRun).toBe(at('06T09:00'))
    expect(await site.dueEntries()).toEqual([`${TENANT} One 2026-01-06T09:00:00.000Z`])
  })

  it('moves on without a run when there is nothing to do, and starts when there is (F7)', async () => {
    await set('One', EVERY_MINUTE)
    site.idle.add('One')
    for (let minute = 1; minute <= 3; minute++) {
      site.clock.set(at('05T08:00') + minute * MINUTE)
      expect(await site.hub().tick()).toEqual({ started: 0, idle: 1, waiting: 0, failed: 0 })
    }
    expect(await runsOf('One')).toEqual([])
    expect(await site.dueEntries()).toEqual([`${TENANT} One 2026-01-05T08:04:00.000Z`])
    const byHand = await site.hub().start(TENANT, 'One')
    expect(byHand.state).toBe('queued')
    await site.workAll()
    site.idle.delete('One')
    site.clock.set(at('05T08:04'))
    expect((await site.hub().tick()).started).toBe(1)
  })

  it('starts when the timer fires a moment early', async () => {
    await set('One', DAILY)
    site.clock.set(at('05T09:00') - 20)
    expect((await site.hub().tick()).started).toBe(1)
    expect((await site.jobRow('One'))?.nextRun).toBe(at('06T09:00'))
  })

  it('is made up once after hours without a hub', async () => {
    await set('One', EVERY_MINUTE)
    await set('Two', DAILY)
    site.clock.set(at('08T12:34'))
    expect((await site.hub().tick()).started).toBe(2)
    await site.workAll()
    expect(await runsOf('One')).toHaveLength(1)
    expect(await runsOf('Two')).toHaveLength(1)
    expect(await site.dueEntries()).toEqual([
      `${TENANT} One 2026-01-08T12:35:00.000Z`,
      `${TENANT} Two 2026-01-09T09:00:00.000Z`,
    ])
  })

  it('is every minute for as long as it is set', async () => {
    await set('One', EVERY_MINUTE)
    for (let minute = 1; minute <= 10; minute++) {
      site.clock.set(at('05T08:00') + minute * MINUTE)
      await site.hub().tick()
      await site.workAll()
    }
    expect(await runsOf('One')).toHaveLength(10)
    await set('One', null)
    expect(await site.dueEntries()).toEqual([])
    site.clock.set(at('05T09:00'))
    expect((await site.hub().tick()).started).toBe(0)
  })

  it('is each tenant for itself', async () => {
    await set('One', DAILY, 'tenant001')
    await set('One', { cron: '30 10 * * *', timeZone: 'Europe/Berlin' }, 'tenant002')
    site.clock.set(at('05T09:00'))
    await site.hub().tick()
    expect(await runsOf('One', 'tenant001')).toHaveLength(1)
    expect(await runsOf('One', 'tenant002')).toHaveLength(0)
  })

  it('does not wait for a job that this version does not know', async () => {
    await set('One', DAILY)
    const row = { tenantId: TENANT, job: 'Gone', due: at('05T08:30') }
    await jobsTable
      .bind(site.store)
      .put(TENANT, 'Gone', { schedule: DAILY, nextRun: row.due }, { kind: 'any' })
    await createDueStore(site.store, 100).put([row])
    site.clock.set(at('05T09:00'))
    expect(await site.hub().tick()).toEqual({ started: 1, idle: 0, waiting: 0, failed: 1 })
  })

  it('comes late but comes when the broker was away', async () => {
    await set('One', DAILY)
    site.clock.set(at('05T09:00'))
    site.bus.fail = true
    expect(await codeOf(site.hub().tick())).toBe('bus-unavailable')
    site.bus.fail = false
    site.clock.set(at('05T09:02'))
    await site.hub().tick()
    expect(await site.hub().recover()).toBe(1)
    await site.workAll()
    expect(await runsOf('One')).toMatchObject([{ state: 'succeeded' }])
  })
})

describe('a run that takes longer than its interval (C7)', () => {
  async function busy() {
    const done = Promise.withResolvers<void>()
    site.behave(() => done.promise)
    await set('One', EVERY_MINUTE)
    site.clock.set(at('05T08:01'))
    await site.hub().tick()
    const working = site.workAll()
    await site.clock.advance(1)
    return { done, working }
  }

  it('is followed at once by the next, by one, and never overlaps', async () => {
    const { done, working } = await busy()
    for (let minute = 0; minute < 5; minute++) {
      await site.clock.advance(MINUTE)
      expect(await site.hub().tick()).toEqual({ started: 0, idle: 0, waiting: 1, failed: 0 })
    }
    expect(site.worked).toHaveLength(1)
    site.behave(async () => undefined)
    done.resolve()
    await working
    expect(site.worked).toHaveLength(2)
    expect(await runsOf('One')).toMatchObject([
      { trigger: 'schedule', state: 'succeeded' },
      { trigger: 'schedule', state: 'succeeded' },
    ])
    expect(await site.dueEntries()).toEqual([`${TENANT} One 2026-01-05T08:07:00.000Z`])
  })

  it('is followed by the next tick when its worker dies right after the end', async () => {
    const { done, working } = await busy()
    await site.clock.advance(3 * MINUTE)
    await set('One', null)
    done.resolve()
    await working
    expect(site.worked).toHaveLength(1)
    await set('One', EVERY_MINUTE)
    await site.clock.advance(MINUTE)
    expect((await site.hub().tick()).started).toBe(1)
  })

  it('is not followed at once when it was stopped by hand', async () => {
    site.behave(
      (_, { signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        ),
    )
    await set('One', EVERY_MINUTE)
    site.clock.set(at('05T08:01'))
    await site.hub().tick()
    const working = site.workAll()
    await site.clock.advance(3 * MINUTE)
    const [run] = await runsOf('One')
    await site.hub().stop(TENANT, 'One', run?.id ?? '')
    await site.clock.advance(4_000)
    await working
    expect((await runsOf('One')).map(({ state }) => state)).toEqual(['stopped'])
    expect((await site.jobRow('One'))?.nextRun).toBe(at('05T08:05'))
    expect(await site.dueEntries()).toEqual([`${TENANT} One 2026-01-05T08:05:00.000Z`])
  })

  it('keeps a run by hand from being joined by a scheduled one', async () => {
    await set('One', DAILY)
    site.clock.set(at('05T08:59'))
    await site.hub().start(TENANT, 'One')
    site.clock.set(at('05T09:00'))
    expect(await site.hub().tick()).toEqual({ started: 0, idle: 0, waiting: 1, failed: 0 })
    await site.workAll()
    expect((await runsOf('One')).map(({ trigger }) => trigger)).toEqual(['schedule', 'manual'])
  })
})

describe('a run whose worker died', () => {
  it('is taken up again by recovery while ticks leave it alone', async () => {
    await set('One', EVERY_MINUTE)
    site.clock.set(at('05T08:01'))
    await site.hub().tick()
    site.behave(() => new Promise(() => undefined))
    const [lost] = site.sent.splice(0)
    void site.hub().work(JSON.parse(Buffer.from(lost?.body ?? '').toString()))
    await expect.poll(() => site.worked.length).toBe(1)
    site.behave(async () => undefined)
    site.clock.set(at('05T08:04'))
    const [tick, recovered] = await Promise.all([site.hub().tick(), site.hub().recover()])
    expect([tick.started, tick.waiting, recovered]).toEqual([0, 1, 1])
    await site.workAll()
    const runs = await runsOf('One')
    expect(runs.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(['succeeded 1', 'succeeded 2'])
    expect(await site.hub().recover()).toBe(0)
  })
})

describe('setting a schedule', () => {
  it('moves the entry in the index', async () => {
    await set('One', DAILY)
    await set('One', { cron: '0 11 * * *', timeZone: 'Europe/Berlin' })
    expect(await site.dueEntries()).toEqual([`${TENANT} One 2026-01-05T10:00:00.000Z`])
    await set('One', { cron: '0 11 * * *', timeZone: 'UTC' })
    expect(await site.dueEntries()).toEqual([`${TENANT} One 2026-01-05T11:00:00.000Z`])
  })

  it('leaves everything as it is when it is refused', async () => {
    await set('One', DAILY)
    expect(await codeOf(set('One', { cron: 'x', timeZone: 'UTC' }))).toBe('cron-invalid')
    expect(await codeOf(set('One', { cron: '0 0 * * *', timeZone: 'Mars' }))).toBe('time-zone-unknown')
    const { etag } = await site.hub().get(TENANT, 'One')
    await site.hub().edit(TENANT, 'One', { position: 3 }, etag)
    const late = site.hub().edit(TENANT, 'One', { schedule: EVERY_MINUTE }, etag)
    expect(await codeOf(late)).toBe('store-conflict')
    expect((await site.jobRow('One'))?.schedule).toEqual(DAILY)
    site.clock.set(at('05T09:00'))
    expect((await site.hub().tick()).started).toBe(1)
    expect(await site.dueEntries()).toEqual([`${TENANT} One 2026-01-06T09:00:00.000Z`])
  })

  it('that leaves an entry behind does not delay the one that counts', async () => {
    await set('One', DAILY)
    await createDueStore(site.store, 100).put([{ tenantId: TENANT, job: 'One', due: at('05T08:30') }])
    site.clock.set(at('05T09:00'))
    expect((await site.hub().tick()).started).toBe(1)
    await site.hub().tick()
    expect(await site.dueEntries()).toEqual([`${TENANT} One 2026-01-06T09:00:00.000Z`])
  })

  it('is kept by the other settings, and keeps them', async () => {
    await site.hub().edit(TENANT, 'One', { agentId: 'a', schedule: DAILY }, undefined)
    await site.hub().edit(TENANT, 'One', { warningMessage: 'w' }, undefined)
    expect((await site.hub().get(TENANT, 'One')).view).toMatchObject({
      agentId: 'a',
      warningMessage: 'w',
      schedule: DAILY,
      nextRun: at('05T09:00'),
    })
  })

  it('shows beforehand when it is due', () => {
    expect(site.hub().preview(DAILY).times).toEqual([
      '2026-01-05T10:00:00+01:00',
      '2026-01-06T10:00:00+01:00',
      '2026-01-07T10:00:00+01:00',
      '2026-01-08T10:00:00+01:00',
      '2026-01-09T10:00:00+01:00',
    ])
  })
})

describe('default schedules (A7)', () => {
  it('apply to the jobs that have one, once, and not against the admin', async () => {
    const hub = site.hub()
    await hub.applyDefaultSchedules(TENANT)
    await hub.applyDefaultSchedules(TENANT)
    const schedules = (await hub.list(TENANT)).map(({ token, schedule }) => [
      token,
      schedule !== undefined && 'cron' in schedule ? schedule.cron : undefined,
    ])
    expect(schedules).toContainEqual(['SysSageExportBuchungen', '* * * * *'])
    expect(schedules.filter(([, cron]) => cron !== undefined)).toHaveLength(1)
    expect(await site.dueEntries()).toHaveLength(1)
    await set('SysSageExportBuchungen', null)
    await hub.applyDefaultSchedules(TENANT)
    expect((await hub.get(TENANT, 'SysSageExportBuchungen')).view.schedule).toBeUndefined()
    await set('SysSageExportBuchungen', DAILY)
    await hub.applyDefaultSchedules(TENANT)
    expect((await hub.get(TENANT, 'SysSageExportBuchungen')).view.schedule).toEqual(DAILY)
  })
})

describe('the cost of a tick (F7)', () => {
  it('depends on what is due, not on what exists', async () => {
    const costs: number[] = []
    for (const others of [0, 500]) {
      const own = jobsSite()
      const counted = countStore(own.store)
      for (let tenant = 0; tenant < others; tenant++) {
        await own
          .hub()
          .edit(`other${tenant}`, 'One', { schedule: { cron: '0 12 * * *', timeZone: 'UTC' } }, undefined)
      }
      for (let tenant = 0; tenant < 20; tenant++) {
        await own.hub().edit(`tenant${tenant}`, 'One', { schedule: DAILY }, undefined)
      }
      own.clock.set(at('05T09:00'))
      counted.reset()
      expect((await own.hub(counted.store).tick()).started).toBe(20)
      costs.push(counted.counts().transactions)
      own.close()
    }
    expect(costs[0]).toBe(costs[1])
    expect(costs[0]).toBeLessThan(20 * 8)
  })

  it('is small when nothing is due', async () => {
    const counted = countStore(openSqliteStore({ file: ':memory:' }))
    await site.hub(counted.store).tick()
    expect(counted.counts().transactions).toBe(16)
  })
})
