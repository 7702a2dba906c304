import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSharedReads } from '../../functions/live/shared-reads.ts'
import { createLiveSources } from '../../functions/live/sources.ts'
import { liveStream, type Permission } from '../../functions/live/stream.ts'
import { liveTopics } from '../../functions/live/topics.ts'
import { setupSite } from '../setup/site.ts'

let site: Awaited<ReturnType<typeof setupSite>>
beforeEach(async () => {
  site = await setupSite()
})
afterEach(() => site.close())

/** Store transactions of `count` streams in their third minute, when nothing has happened for long. */
async function minuteOf(count: number, wanted?: readonly string[]) {
  const stopping = new AbortController()
  const share = createSharedReads(site.clock)
  const described = liveTopics({ ...site.parts, observed: [site.observe(share)], share })
  const topics = described.map(({ name }) => name)
  const sources = createLiveSources({ topics: described, jobs: site.parts.jobs, share })
  const permission: Permission = {
    tenantId: site.tenant,
    topics: new Set(topics),
    run: true,
    log: true,
  }
  const streams = Array.from({ length: count }, async () => {
    const stream = liveStream({
      sources,
      clock: site.clock,
      signal: stopping.signal,
      language: 'en',
      topics: new Set(wanted ?? topics),
      run: undefined,
      marks: {},
      permission: async () => permission,
    })
    for await (const _ of stream) if (stopping.signal.aborted) return
  })
  await site.clock.advance(120_000)
  site.counted.reset()
  await site.clock.advance(60_000)
  const { transactions } = site.counted.counts()
  stopping.abort()
  await Promise.all(streams)
  return transactions
}

it('of a stream on which nothing happens stays low, however many jobs have run', async () => {
  const hub = site.hub(site.counted.store)
  for (const job of ['One', 'Two', 'Both']) {
    await hub.start(site.tenant, job)
    await site.workAll(hub)
  }
  // Twelve looks at agents and jobs, four at bookings (four pages) and at variables and people.
  expect(await minuteOf(1)).toBeLessThanOrEqual(50)
  expect(await minuteOf(1, ['agents'])).toBe(12)
})

it('is shared by the streams of a tenant', async () => {
  const one = await minuteOf(1)
  expect(await minuteOf(20)).toBe(one)
})
