import { announceChanges } from '../../functions/live/changes.ts'
import { createRooms } from '../../functions/live/rooms.ts'
import { type Marks, marksOf } from '../../functions/live/rules/events.ts'
import { createSharedReads, shareOf } from '../../functions/live/shared-reads.ts'
import { createLiveSources } from '../../functions/live/sources.ts'
import { liveStream, type Permission } from '../../functions/live/stream.ts'
import { liveTopics } from '../../functions/live/topics.ts'
import { watchesOf } from '../../functions/live/watches.ts'
import { countBus } from '../../functions/platform/bus/counting.ts'
import { openPushOverBus } from '../../functions/platform/push/over-bus.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { setupSite } from '../setup/site.ts'

/** A hub instance with streams over a store that counts, in a time that the test lets pass. */
export async function liveSite() {
  const site = await setupSite()
  const done = () => Promise.resolve()
  const session = { check: done, close: done }
  const bus = countBus({ send: done, ensureQueue: done, openReplySession: async () => session } as never)
  const push = openPushOverBus({
    bus: bus.bus,
    store: site.counted.store,
    clock: site.clock,
    random: systemRandom,
    instanceId: 'hub-one',
    log: silentLogger,
  })
  let published = 0
  const reads = createSharedReads(site.clock)
  const share = shareOf(reads)
  const topicsOfHub = liveTopics({ ...site.parts, observed: [site.observe(share)], share })
  const sources = createLiveSources({ topics: topicsOfHub, jobs: site.parts.jobs, reads })
  const changes = announceChanges(site.counted.store, (tenantId, channels) => {
    published += 1
    push.publish(
      tenantId,
      channels.map((channel) => ({ channel })),
    )
  })
  changes.watch(watchesOf(sources.topics))
  const rooms = createRooms({ push, sources, clock: site.clock, random: systemRandom })
  const stopping = new AbortController()
  const topics = sources.topics.map(({ name }) => name)
  const permission: Permission = { tenantId: site.tenant, topics: new Set(topics), run: true, log: true }
  const last = new Map<string, unknown>()

  /** Connects again whenever it ends, as browsers do. */
  async function stream(wanted: readonly string[], heard: string[]): Promise<void> {
    let marks: Marks = {}
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
        const [, event = '', id = '', data = ''] = /^event: (.*)\nid: (.*)\ndata: (.*)\n\n$/.exec(piece) ?? []
        if (event === '') continue
        heard.push(event)
        last.set(event, JSON.parse(data))
        marks = marksOf(id)
      }
      await site.clock.sleep(2_000, stopping.signal).catch(() => undefined)
    }
  }

  return {
    ...site,
    changes,
    rooms,
    sources,
    /** How often a write has told something. */
    published: () => published,
    messages: () => bus.counts().sent,
    /** So many streams. @returns the names of the events that they hear */
    listen(count: number, wanted = topics): string[] {
      const heard: string[] = []
      for (let n = 0; n < count; n++) void stream(wanted, heard)
      return heard
    },
    /** What was heard last of a topic, by whomever. */
    last: (topic: string) => last.get(topic),
    stopListening: () => stopping.abort(),
    async close() {
      stopping.abort()
      rooms.close()
      await push.close()
      site.close()
    },
  }
}
