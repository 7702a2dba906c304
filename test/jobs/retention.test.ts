import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changesOf } from '../../functions/jobs/change-store.ts'
import { PRUNED_AT_ONCE, RETENTION_DAYS } from '../../functions/jobs/rules/retention.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import { jobsSite, TENANT } from './site.ts'

const DAY = 24 * 3_600_000

let site: ReturnType<typeof jobsSite>
beforeEach(() => {
  site = jobsSite()
})
afterEach(() => site.close())

async function oneRun(job = 'One') {
  const run = await site.hub().start(TENANT, job)
  await site.workAll()
  return run
}
const idsOf = async (job = 'One') =>
  (await site.hub().history(TENANT, job, { limit: 500 })).runs.map(({ id }) => id)

describe('old runs (A6)', () => {
  it('go with log and changes when the job runs again; younger ones and other jobs stay', async () => {
    site.behave(async (_, { record, log }) => {
      for (let line = 0; line < 250; line++) log('info', 'person-created', { token: `1_${line}` })
      await record([{ id: 'x', before: null, after: 'y' }])
    })
    const old = await oneRun()
    const other = await oneRun('Two')
    site.clock.set(site.clock.now() + 2 * DAY)
    const young = await oneRun()
    site.clock.set(site.clock.now() + (RETENTION_DAYS - 2) * DAY + 1)
    const now = await oneRun()
    expect(await idsOf()).toEqual([now.id, young.id])
    expect(await idsOf('Two')).toEqual([other.id])
    const linesOf = async (id: string) => (await site.hub().log.page(TENANT, id, { limit: 500 })).lines.length
    expect([await linesOf(old.id), await linesOf(young.id), await linesOf(other.id)]).toEqual([0, 252, 252])
    expect(await changesOf(site.store, TENANT, old.id)).toEqual([])
    expect(await changesOf(site.store, TENANT, young.id)).toHaveLength(1)
  })

  it('go a few at a time, so that no run pays for all', async () => {
    const many = PRUNED_AT_ONCE + 5
    for (let round = 0; round < many; round++) await oneRun()
    site.clock.set(site.clock.now() + (RETENTION_DAYS + 1) * DAY)
    await oneRun()
    expect(await idsOf()).toHaveLength(6)
    await oneRun()
    expect(await idsOf()).toHaveLength(2)
  })

  it('cost one read when there are none', async () => {
    const cost = async (days: number) => {
      const counted = countStore(site.store)
      const run = await site.hub().start(TENANT, 'One')
      site.clock.set(site.clock.now() + days * DAY)
      await site.hub(counted.store).work(site.message(run))
      return counted.counts()
    }
    const first = await cost(0)
    expect(await cost(0)).toEqual(first)
    expect(first.queries).toBe(1)
  })

  it('are still there when the job has not run since, and the job can be shown', async () => {
    await oneRun()
    site.clock.set(site.clock.now() + 200 * DAY)
    expect((await site.hub().get(TENANT, 'One')).view.lastRun?.state).toBe('succeeded')
    expect(await idsOf()).toHaveLength(1)
  })
})
