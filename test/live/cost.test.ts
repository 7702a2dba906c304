import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { liveSite } from './site.ts'

const HOUR = 3_600_000

let site: Awaited<ReturnType<typeof liveSite>>
beforeEach(async () => {
  site = await liveSite()
})
afterEach(() => site.close())

/** Store transactions and messages of a quiet hour. */
async function hourOf(count: number, wanted?: string[]) {
  site.listen(count, wanted)
  await site.clock.advance(120_000)
  site.counted.reset()
  const sent = site.messages()
  await site.clock.advance(HOUR)
  return { transactions: site.counted.counts().transactions, sent: site.messages() - sent }
}

describe('a quiet hour', () => {
  it('of streams costs a look a minute, however many streams there are and jobs have run', async () => {
    const hub = site.hub(site.counted.store)
    for (const job of ['One', 'Two', 'Both']) {
      await hub.start(site.tenant, job)
      await site.workAll(hub)
    }
    const { transactions, sent } = await hourOf(50)
    expect(sent).toBe(0)
    // 60 looks at agents, jobs, variables and people and at four pages of bookings, and 15 times that somebody listens.
    expect(transactions).toBeLessThanOrEqual(60 * 8 + 15 + 10)
  })

  it('costs a single look a minute for who hears one topic', async () => {
    expect((await hourOf(1, ['agents'])).transactions).toBeLessThanOrEqual(60 + 15 + 5)
  })

  it('costs nothing without streams, whatever was before', async () => {
    site.listen(3)
    await site.clock.advance(10_000)
    site.stopListening()
    await site.clock.advance(60_000)
    site.counted.reset()
    await site.clock.advance(HOUR)
    expect(site.counted.counts().transactions).toBe(0)
    expect(site.clock.sleeping()).toEqual([])
  })
})

describe('a change', () => {
  it('is heard by all streams of the tenant and read once', async () => {
    const hub = site.hub(site.changes.store)
    const heard = site.listen(50, ['jobs'])
    await site.clock.advance(30_000)
    const before = heard.length
    site.counted.reset()
    await hub.edit(site.tenant, 'One', { position: 3 }, undefined)
    const own = site.counted.counts().transactions
    await site.clock.advance(100)
    expect(heard.length - before).toBe(50)
    // The job's rows and last runs, once, and who else listens, once.
    expect(site.counted.counts().transactions - own).toBeLessThanOrEqual(2)
  })
})
