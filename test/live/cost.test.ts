import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { announceChanges } from '../../functions/live/changes.ts'
import { createRooms, type Rooms } from '../../functions/live/rooms.ts'
import { createLiveSources, type LiveSources } from '../../functions/live/sources.ts'
import { liveStream, type Permission } from '../../functions/live/stream.ts'
import { watchesOf } from '../../functions/live/watches.ts'
import { countBus } from '../../functions/platform/bus/counting.ts'
import { openPushOverBus } from '../../functions/platform/push/over-bus.ts'
import type { Push } from '../../functions/platform/push/port.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { setupSite } from '../setup/site.ts'

const HOUR = 3_600_000

let site: Awaited<ReturnType<typeof setupSite>>
let sources: LiveSources
let push: Push
let rooms: Rooms
let bus: ReturnType<typeof countBus>
let changes: ReturnType<typeof announceChanges>
let stopping: AbortController

beforeEach(async () => {
  site = await setupSite()
  const done = () => Promise.resolve()
  const session = { check: done, close: done }
  bus = countBus({ send: done, ensureQueue: done, openReplySession: async () => session } as never)
  push = openPushOverBus({
    bus: bus.bus,
    store: site.counted.store,
    clock: site.clock,
    random: systemRandom,
    instanceId: 'hub-one',
    log: silentLogger,
  })
  sources = createLiveSources({ ...site.parts, clock: site.clock })
  changes = announceChanges(site.counted.store, (tenantId, channels) =>
    push.publish(
      tenantId,
      channels.map((channel) => ({ channel })),
    ),
  )
  changes.watch(watchesOf(sources.topics))
  rooms = createRooms({ push, sources, clock: site.clock, random: systemRandom })
  stopping = new AbortController()
})
afterEach(async () => {
  stopping.abort()
  rooms.close()
  await push.close()
  site.close()
})

/** Streams that connect again whenever they end, as browsers do. */
function listen(count: number, wanted: readonly string[] = sources.topics.map(({ name }) => name)) {
  const permission: Permission = {
    tenantId: site.tenant,
    topics: new Set(sources.topics.map(({ name }) => name)),
    run: true,
    log: true,
  }
  const heard: string[] = []
  const stream = async () => {
    let marks = {}
    while (!stopping.signal.aborted) {
      const room = rooms.of(site.tenant)
      const text = liveStream({
        sources,
        room,
        seat: room.enter(undefined),
        clock: site.clock,
        signal: stopping.signal,
        language: 'en',
        topics: wanted,
        run: undefined,
        marks,
        permission: async () => permission,
      })
      for await (const piece of text) {
        if (!piece.startsWith('event')) continue
        heard.push(piece.split('\n')[0] ?? '')
        marks = Object.fromEntries(
          (/id: (.*)/.exec(piece)?.[1] ?? '').split('&').map((part) => part.split('=')),
        )
      }
      await site.clock.sleep(2_000, stopping.signal).catch(() => undefined)
    }
  }
  for (let n = 0; n < count; n++) void stream()
  return heard
}

/** Store transactions and messages of a quiet hour. */
async function hourOf(count: number, wanted?: readonly string[]) {
  listen(count, wanted)
  await site.clock.advance(120_000)
  site.counted.reset()
  const sent = bus.counts().sent
  await site.clock.advance(HOUR)
  return { transactions: site.counted.counts().transactions, sent: bus.counts().sent - sent }
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

  it('costs nothing without streams, whatever happens before', async () => {
    listen(3)
    await site.clock.advance(10_000)
    stopping.abort()
    await site.clock.advance(60_000)
    site.counted.reset()
    await site.clock.advance(HOUR)
    expect(site.counted.counts().transactions).toBe(0)
    expect(site.clock.sleeping()).toEqual([])
  })
})

describe('a change', () => {
  it('is heard by all streams of the tenant and read once', async () => {
    const hub = site.hub(changes.store)
    const heard = listen(50, ['jobs'])
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
