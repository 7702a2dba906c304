import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../functions/platform/store/port.ts'
import { settle } from '../agent/fake-clock.ts'
import { type Death, dyingStore } from './failing-store.ts'
import { continueHealthy, jobsSite, TENANT } from './site.ts'

const MINUTE = 60_000
const DAILY = { cron: '0 10 * * *', timeZone: 'Europe/Berlin' }
const DUE = Date.parse('2026-01-05T09:00Z')
const tenants = ['tenant001', 'tenant002', 'tenant003', 'tenant004']
const deaths: readonly Death[] = ['before', 'after']

type Site = ReturnType<typeof jobsSite>

async function siteWithDueJobs(): Promise<Site> {
  const site = jobsSite()
  for (const tenant of tenants) await site.hub().edit(tenant, 'One', { schedule: DAILY }, undefined)
  site.clock.set(DUE)
  return site
}

/** Exactly one run of every due job, executed once, everything idle and scheduled for the next day. */
async function expectOneRunEach(site: Site, what: string): Promise<void> {
  for (const tenant of tenants) {
    const { runs } = await site.hub().history(tenant, 'One', { limit: 9 })
    expect(
      runs.map(({ state, trigger }) => `${state} ${trigger}`),
      `${what}, ${tenant}`,
    ).toEqual(['succeeded schedule'])
    const { view } = await site.hub().get(tenant, 'One')
    expect([view.status, view.nextRun], what).toEqual(['idle', DUE + 24 * 60 * MINUTE])
  }
  const worked = site.worked.map(({ context }) => context.tenantId).sort()
  expect(worked, what).toEqual(tenants)
  expect(await site.dueEntries(), what).toEqual(
    tenants.map((tenant) => `${tenant} One 2026-01-06T09:00:00.000Z`),
  )
}

describe('a tick that is killed', () => {
  it.each(deaths)('%s any store operation leaves each due job with exactly one run', async (death) => {
    for (let n = 1; ; n++) {
      const site = await siteWithDueJobs()
      const dying = dyingStore(site.store, n, death)
      await site
        .hub(dying.store)
        .tick()
        .catch(() => undefined)
      await continueHealthy(site, 5)
      await expectOneRunEach(site, `killed ${death} operation ${n}`)
      site.close()
      if (dying.operations() < n) {
        expect(n).toBeGreaterThan(30)
        break
      }
    }
  })

  it.each(deaths)(
    '%s any operation while there is nothing to do starts nothing and keeps the schedule',
    async (death) => {
      for (let n = 1; ; n++) {
        const site = await siteWithDueJobs()
        site.idle.add('One')
        const dying = dyingStore(site.store, n, death)
        await site
          .hub(dying.store)
          .tick()
          .catch(() => undefined)
        await continueHealthy(site, 5)
        expect(site.worked).toEqual([])
        expect(await site.dueEntries(), `killed ${death} operation ${n}`).toEqual(
          tenants.map((tenant) => `${tenant} One 2026-01-06T09:00:00.000Z`),
        )
        site.close()
        if (dying.operations() < n) {
          expect(n).toBeGreaterThan(15)
          break
        }
      }
    },
  )

  it.each(deaths)('%s any operation, while another hub ticks, too', async (death) => {
    for (let n = 1; ; n++) {
      const site = await siteWithDueJobs()
      const dying = dyingStore(site.store, n, death)
      await Promise.allSettled([site.hub(dying.store).tick(), site.hub().tick()])
      await continueHealthy(site, 5)
      await expectOneRunEach(site, `killed ${death} operation ${n}`)
      site.close()
      if (dying.operations() < n) break
    }
  })
})

describe('several hubs', () => {
  it('that tick at once start each job once', async () => {
    const site = await siteWithDueJobs()
    const ticks = await Promise.all(Array.from({ length: 6 }, () => site.hub().tick()))
    expect(ticks.reduce((sum, { started }) => sum + started, 0)).toBe(tenants.length)
    expect(site.sent).toHaveLength(tenants.length)
    await continueHealthy(site, 5)
    await expectOneRunEach(site, 'six hubs')
    site.close()
  })

  it('of which one stands still for minutes in the middle of a tick do no harm when it wakes', async () => {
    const probe = await siteWithDueJobs()
    const counted = dyingStore(probe.store, Number.POSITIVE_INFINITY, 'before')
    await probe.hub(counted.store).tick()
    probe.close()
    for (let n = 1; n <= counted.operations(); n++) {
      const site = await siteWithDueJobs()
      const wakes = Promise.withResolvers<void>()
      const sleeper = site.hub(sleepingStore(site.store, n, wakes.promise)).tick()
      await site.clock.advance(0)
      await continueHealthy(site, 5)
      wakes.resolve()
      await sleeper.catch(() => undefined)
      await continueHealthy(site, 5)
      await expectOneRunEach(site, `asleep before operation ${n}`)
      site.close()
    }
  })
})

describe('a hub that stands still', () => {
  const HALF_PAST_NINE = { cron: '30 9 * * *', timeZone: 'Europe/Berlin' }
  const meanwhile: Readonly<Record<string, (site: Site) => Promise<unknown>>> = {
    'the new time passes': async (site) => {
      site.clock.set(Date.parse('2026-01-05T08:31Z'))
      await site.hub().tick()
    },
    'it is changed back': (site) => site.hub().edit(TENANT, 'One', { schedule: DAILY }, undefined),
    'it is taken away': (site) => site.hub().edit(TENANT, 'One', { schedule: null }, undefined),
  }

  it.each(Object.keys(meanwhile))(
    'in the middle of changing a schedule forgets nothing when %s',
    async (what) => {
      for (let n = 1; n <= 6; n++) {
        const site = jobsSite()
        await site.hub().edit(TENANT, 'One', { schedule: DAILY }, undefined)
        const wakes = Promise.withResolvers<void>()
        const sleeper = site
          .hub(sleepingStore(site.store, n, wakes.promise))
          .edit(TENANT, 'One', { schedule: HALF_PAST_NINE }, undefined)
        await site.clock.advance(0)
        await meanwhile[what]?.(site)
        wakes.resolve()
        await sleeper
        const row = await site.jobRow('One')
        const named =
          row?.nextRun === undefined ? [] : [`${TENANT} One ${new Date(row.nextRun).toISOString()}`]
        expect(await site.dueEntries(), `${what}, asleep before operation ${n}`).toEqual(
          expect.arrayContaining(named),
        )
        site.close()
      }
    },
  )

  it('in the middle of starting a run starts it whole or not at all', async () => {
    let refused = 0
    for (let n = 1; n <= 6; n++) {
      const site = jobsSite()
      const wakes = Promise.withResolvers<void>()
      const sleeper = site.hub(sleepingStore(site.store, n, wakes.promise)).start(TENANT, 'One')
      await site.clock.advance(0)
      site.clock.set(site.clock.now() + 2 * MINUTE)
      await site.hub().recover()
      wakes.resolve()
      const run = await sleeper.catch(() => undefined)
      if (run === undefined) refused += 1
      await continueHealthy(site, 5)
      const { runs } = await site.hub().history(TENANT, 'One', { limit: 9 })
      const expected = run === undefined ? [] : [{ id: run.id, state: 'succeeded' }]
      expect(runs, `asleep before operation ${n}`).toMatchObject(expected)
      expect((await site.hub().get(TENANT, 'One')).view.status).toBe('idle')
      site.close()
    }
    // One whose claim was cleared away meanwhile is claimed again.
    expect(refused).toBe(0)
  })
})

describe('schedules that are changed while hubs tick and die', () => {
  it('never leave a job without the entry that its row names', async () => {
    const action = fc.record({
      what: fc.constantFrom('tick', 'hourly', 'daily', 'clear', 'recover', 'work', 'start', 'stop'),
      dies: fc.option(fc.integer({ min: 1, max: 25 }), { nil: Number.POSITIVE_INFINITY }),
      death: fc.constantFrom<Death>('before', 'after'),
      minutes: fc.integer({ min: 0, max: 90 }),
    })
    const round = fc.array(action, { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
        const site = jobsSite()
        for (const actions of rounds) {
          site.clock.set(site.clock.now() + (actions[0]?.minutes ?? 0) * MINUTE)
          await allEnded(
            site,
            actions.map(({ what, dies, death }) =>
              perform(site, what, dyingStore(site.store, dies, death).store),
            ),
          )
        }
        const row = await site.jobRow('One')
        const entries = await site.dueEntries()
        if (row?.nextRun !== undefined) {
          expect(entries).toContain(`${TENANT} One ${new Date(row.nextRun).toISOString()}`)
        }
        expect(row?.nextRun !== undefined).toBe(row?.schedule !== undefined && row.schedule !== null)
        site.clock.set(site.clock.now() + 25 * 60 * MINUTE)
        await continueHealthy(site, 5)
        const settled = await site.dueEntries()
        expect(settled).toHaveLength(row?.nextRun === undefined ? 0 : 1)
        const { view } = await site.hub().get(TENANT, 'One')
        expect(view.status).toBe('idle')
        if (row?.nextRun !== undefined) expect(view.nextRun).toBeGreaterThan(site.clock.now())
        site.close()
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})

/** Who finds the lease of a dead worker waits for its end, and gets the time for it. */
async function allEnded(site: Site, works: readonly Promise<unknown>[]): Promise<void> {
  let over = false
  const ended = Promise.allSettled(works).then(() => {
    over = true
  })
  for (await settle(); !over; await settle()) await site.clock.advance(MINUTE)
  await ended
}

async function perform(site: Site, what: string, store: Store): Promise<void> {
  const hub = site.hub(store)
  const edit = (cron: string | null) =>
    hub.edit(TENANT, 'One', { schedule: cron === null ? null : { cron, timeZone: 'UTC' } }, undefined)
  if (what === 'tick') await hub.tick()
  else if (what === 'recover') await hub.recover()
  else if (what === 'work') await site.workAll(hub)
  else if (what === 'start') await hub.start(TENANT, 'One')
  else if (what === 'stop') {
    const { view } = await hub.get(TENANT, 'One')
    await hub.stop(TENANT, 'One', view.lastRun?.id ?? 'none')
  } else await edit(what === 'hourly' ? '0 * * * *' : what === 'daily' ? '30 8 * * *' : null)
}

/** A process that stands still before its n-th operation, with all others of its own that come after. */
function sleepingStore(inner: Store, n: number, wakes: Promise<void>): Store {
  let operations = 0
  async function pass<T>(operate: () => Promise<T>): Promise<T> {
    operations += 1
    if (operations >= n) await wakes
    return operate()
  }
  return {
    get: (...call) => pass(() => inner.get(...call)),
    put: (...call) => pass(() => inner.put(...call)),
    delete: (...call) => pass(() => inner.delete(...call)),
    query: (...call) => pass(() => inner.query(...call)),
    batch: (...call) => pass(() => inner.batch(...call)),
  }
}
