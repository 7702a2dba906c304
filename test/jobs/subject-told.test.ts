import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunGoesOn } from '../../functions/jobs/port.ts'
import { type Death, dyingStore } from './failing-store.ts'
import { jobsSite, TENANT } from './site.ts'

const MINUTE = 60_000

let site: ReturnType<typeof jobsSite>
beforeEach(async () => {
  site = jobsSite()
  await site.hub().edit(TENANT, 'Mail', { schedule: null }, undefined, 'one')
})
afterEach(() => site.close())

const notify = () => site.hub().notify(TENANT, 'Mail', 'one')
const start = (dryRun = false) => site.hub().start(TENANT, 'Mail', { subject: 'one', dryRun })
const stop = (id: string) => site.hub().stop(TENANT, 'Mail', id, 'one')
/** The runs that came to a worker: real ones, and those that only plan. */
const ran = () => site.worked.map(({ context }) => (context.dryRun ? 'dry' : 'real'))

async function expectIdle(): Promise<void> {
  const row = await site.subjectRow('one')
  expect([row?.pending, row?.lease, row?.activeRun, row?.again]).toEqual(Array(4).fill(undefined))
  expect(await site.activeIds()).toEqual([])
}

describe('a change that was told before a run was started by hand', () => {
  it('is seen by that run, and by no other', async () => {
    await notify()
    const run = await start()
    await notify()
    await site.workAll()
    expect(site.worked.map(({ context }) => context.runId)).toEqual([run.id])
    await expectIdle()
  })

  it('is seen when that run is stopped before it begins', async () => {
    await notify()
    const run = await start()
    await stop(run.id)
    await site.workAll()
    expect(ran()).toEqual(['real'])
    await expectIdle()
  })

  it('is seen when each of several such runs is stopped before it begins', async () => {
    await notify()
    for (let n = 0; n < 3; n++) await stop((await start()).id)
    await site.workAll()
    expect(ran()).toEqual(['real'])
    await expectIdle()
  })

  it('and joined a message of the schedule is seen when that run is stopped before it begins', async () => {
    await site.hub().edit(TENANT, 'Mail', { schedule: { everySeconds: 300 } }, undefined, 'one')
    site.clock.set(site.clock.now() + 5 * MINUTE)
    await site.hub().tick()
    await notify()
    await site.hub().edit(TENANT, 'Mail', { schedule: null }, undefined, 'one')
    await stop((await start()).id)
    await site.workAll()
    expect(ran()).toEqual(['real'])
    await expectIdle()
  })

  it('is seen when the bus does not take that run', async () => {
    await notify()
    site.bus.fail = true
    await expect(start()).rejects.toMatchObject({ code: 'bus-unavailable' })
    site.bus.fail = false
    site.clock.set(site.clock.now() + 2 * MINUTE)
    await site.hub().recover()
    await site.workAll()
    expect(ran()).toEqual(['real'])
    await expectIdle()
  })

  it('is not taken as seen by a dry run', async () => {
    await notify()
    await start(true)
    await site.workAll()
    expect(ran()).toEqual(['dry', 'real'])
    await expectIdle()
  })

  it('is not taken as seen by a run that undoes another', async () => {
    site.behaveSubject(async ({ record }) => {
      await record([{ id: 'x', before: null, after: 'y' }])
      return { read: 1 }
    })
    const run = await start()
    await site.workAll()
    await notify()
    await site.hub().undo(TENANT, 'Mail', run.id, { subject: 'one' })
    await site.workAll()
    expect(site.undone).toHaveLength(1)
    expect(ran()).toEqual(['real', 'real'])
    await expectIdle()
  })
})

describe('a hub that dies', () => {
  const deaths: readonly Death[] = ['before', 'after']

  async function goOn(): Promise<void> {
    for (let minute = 0; minute < 4; minute++) {
      site.clock.set(site.clock.now() + MINUTE)
      await site.hub().recover()
      await site.workAll()
    }
  }

  it.each(deaths)('%s any store operation of a stop loses nothing that was told', async (death) => {
    for (let n = 1, over = false; !over; n++) {
      await notify()
      const run = await start()
      const dying = dyingStore(site.store, n, death)
      await site
        .hub(dying.store)
        .stop(TENANT, 'Mail', run.id, 'one')
        .catch(() => undefined)
      await goOn()
      expect(ran(), `operation ${n}`).toEqual(['real'])
      await expectIdle()
      site.worked.length = 0
      over = dying.operations() < n
    }
  })

  it.each(deaths)(
    '%s any store operation of a run that takes the place of a message, neither',
    async (death) => {
      for (let n = 1, over = false; !over; n++) {
        await notify()
        const dying = dyingStore(site.store, n, death)
        const hub = site.hub(dying.store)
        await hub.start(TENANT, 'Mail', { subject: 'one' }).catch(() => undefined)
        await site.workAll(hub).catch(() => undefined)
        await goOn()
        expect(ran(), `operation ${n}`).toContain('real')
        await expectIdle()
        site.worked.length = 0
        over = dying.operations() < n
      }
    },
  )
})

describe('a change that is told before the next part of a run', () => {
  it('may be behind what that part goes on from, and is due once more', async () => {
    const hub = site.hub()
    site.behaveSubject(async ({ saved, progress }) => {
      if (saved !== undefined || site.worked.length > 1) return { read: 1 }
      await progress({ done: 1, total: 2, saved: 'half' })
      await hub.notify(TENANT, 'Mail', 'one')
      throw new RunGoesOn()
    })
    await start()
    await site.workAll(hub)
    expect(site.worked.map(({ context }) => context.saved)).toEqual([undefined, 'half', undefined])
    await expectIdle()
  })
})
