import { describe, expect, it } from 'vitest'
import { serviceBusLines } from '../../agent/connection/service-bus-line.ts'
import { straight } from '../../agent/network/outbound.ts'
import { silentLogger } from '../../shared/log.ts'
import { type BreakableWay, breakableWay } from './breakable-way.ts'
import type { AgentProcess } from './process.ts'
import { site } from './site.ts'
import { targetServer } from './target-server.ts'

const soon = { timeout: 90_000, interval: 50 }
const names = (agent: AgentProcess) => agent.events.map(({ event }) => event)
const connected = (agent: AgentProcess) => expect.poll(() => names(agent), soon).toContain('connected')

async function behindWay(options: Parameters<typeof site>[0] = {}) {
  const place = await site({ lockSeconds: 5, ...options })
  const way = await breakableWay(place.brokerPort)
  place.brokerPort = way.port
  const agent = place.run()
  await connected(agent)
  return { place, way, agent }
}

describe('a connection that fails in silence', { timeout: 240_000 }, () => {
  const faults = {
    'in both directions': (way) => way.silence('both'),
    'towards the agent': (way) => way.silence('in'),
    'from the agent': (way) => way.silence('out'),
    'because the other end is gone': (way) => way.halfOpen(),
  } satisfies Record<string, (way: BreakableWay) => void>

  it(`is replaced by one other, which works: ${Object.keys(faults).join(', ')}`, async () => {
    const cases = Object.values(faults).map(async (fail) => {
      const { place, way, agent } = await behindWay()
      fail(way)
      await expect.poll(() => names(agent), soon).toEqual(['connected', 'disconnected', 'connected'])
      expect((await place.ping()).outcome.kind).toBe('pong')
      expect(way.opened()).toBe(2)
    })
    await Promise.all(cases)
  })

  it('does not keep an agent from hearing that it is revoked', async () => {
    const { place, way, agent } = await behindWay({ sessionSeconds: 4 })
    const target = await targetServer((_request, response) => response.end('late'))
    void place.call({ url: target.url, timeout: 50_000 })
    await expect.poll(() => target.seen.length, soon).toBe(1)
    way.silence('in')
    const asked = place.hub.asked.length
    place.hub.revoked = true
    expect(await agent.exited).toEqual({ code: 3, signal: null })
    expect(agent.events.at(-1)).toMatchObject({ event: 'stopped', code: 'agent-revoked' })
    expect(place.hub.asked.length - asked).toBeLessThanOrEqual(3)
  })
})

describe('a hub that is away for longer than a session lasts', { timeout: 240_000 }, () => {
  it('finds its agent again, which has not asked without a pause', async () => {
    const { place, way, agent } = await behindWay({ sessionSeconds: 3 })
    await place.hub.stop()
    await expect.poll(() => way.open(), soon).toBe(0)
    const asked = place.hub.asked.length
    await place.hub.start()
    expect((await place.ping(90_000)).outcome.kind).toBe('pong')
    expect(names(agent).at(-1)).toBe('connected')
    expect(place.hub.asked.length - asked).toBeLessThanOrEqual(5)
  })
})

describe('two hundred lines', () => {
  it('leave nothing behind, however they end', { timeout: 240_000 }, async () => {
    const place = await site()
    const way = await breakableWay(place.brokerPort)
    place.brokerPort = way.port
    const open = serviceBusLines({ log: silentLogger, outbound: straight, now: Date.now })
    const never = new AbortController().signal
    const openAndEnd = async (count: number) => {
      for (let left = count; left > 0; left--) {
        const session = { wire: 2, agentId: 'a', serverTime: '', ...place.hub.grant('t1-agent1', Date.now()) }
        const line = await open(session, async () => undefined, never)
        if (left % 2 === 0) way.cut()
        else line.lose('test')
        await line.lost
        await line.close()
      }
    }
    const resources = () => process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length
    await openAndEnd(20)
    await expect.poll(() => way.open(), soon).toBe(0)
    const [before, listeners] = [resources(), process.listenerCount('exit')]
    await openAndEnd(200)
    await expect.poll(() => way.open(), soon).toBe(0)
    await expect.poll(() => resources() - before, soon).toBeLessThanOrEqual(20)
    expect(process.listenerCount('exit')).toBe(listeners)
  })
})
