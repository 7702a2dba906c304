import { describe, expect, it } from 'vitest'
import { SILENCE_MS } from '../../functions/connectors/rules/status.ts'
import { agentDepth } from '../../functions/metrics/depth.ts'
import { ANNOUNCED, connectorsSite, TENANT } from './site.ts'

const MAIN = `site-${TENANT}.main`
const REPLIES = `replies-${TENANT}`

function opens(agent: { channel: { open(id: string, sealed: Uint8Array): Buffer } }, sealed: Uint8Array) {
  try {
    return agent.channel.open('c', sealed).toString()
  } catch {
    return 'refused'
  }
}

describe('agents of one site (F3)', () => {
  it('a second agent shares the queue of the first without any configuration', async () => {
    const { connectors, enrol, report, session, queues } = await connectorsSite()
    const [first, second] = [await enrol('first'), await enrol('second')]
    for (const agent of [first, second]) {
      expect(await session(agent)).toMatchObject({
        requests: { queue: `agent-${agent.id}`, sas: `listen agent-${agent.id}` },
        site: { queue: MAIN, sas: `listen ${MAIN}` },
        replies: { sas: `send ${REPLIES}` },
        heartbeats: { sas: 'send heartbeats-0' },
        events: { sas: 'send events-0' },
      })
    }
    expect([...queues.keys()].sort()).toEqual(
      [`agent-${first.id}`, `agent-${second.id}`, MAIN, REPLIES].sort(),
    )
    expect(queues.get(MAIN)).toMatchObject({ duplicateDetectionSeconds: 600, lockSeconds: 30 })
    await report(first)
    await report(second)
    const chosen = await connectors.choose(TENANT, 'sage', undefined)
    expect(chosen.to).toBe(`${TENANT}.main`)
    expect(chosen.agents.map(({ name }) => name).sort()).toEqual(['first', 'second'])
    const { queue, channel } = await connectors.placeOf(chosen.to)
    expect(queue).toBe(MAIN)
    const sealed = channel.seal('c', Buffer.from('call'))
    for (const agent of [first, second]) {
      expect(opens(agent, sealed)).toBe('call')
      expect(channel.open('c', agent.channel.seal('c', Buffer.from(agent.id))).toString()).toBe(agent.id)
    }
    expect((await connectors.choose(TENANT, 'sage', second.id)).to).toBe(second.id)
    expect((await connectors.placeOf(second.id)).queue).toBe(`agent-${second.id}`)
  })

  it('counts what waits on both queues for each of its agents, and for another site nothing', async () => {
    const { connectors, enrol } = await connectorsSite()
    const agent = await enrol('first')
    const stranger = await enrol('second', { site: 'berlin' })
    const depths = new Map([
      [`agent-${agent.id}`, { waiting: 1, deadLetters: 2 }],
      [MAIN, { waiting: 30, deadLetters: 40 }],
    ])
    const depthOf = agentDepth(
      { depthOf: async (queue) => depths.get(queue) ?? { waiting: 0, deadLetters: 0 } },
      connectors.queuesOf,
    )
    expect(await depthOf(agent.id)).toEqual({ waiting: 31, deadLetters: 42 })
    expect(await depthOf(stranger.id)).toEqual({ waiting: 0, deadLetters: 0 })
  })

  it('is usable as long as one agent is connected, and its agents keep a status each', async () => {
    const { connectors, enrol, report, clock } = await connectorsSite()
    const [first, second] = [await enrol('first'), await enrol('second')]
    await expect(connectors.choose(TENANT, 'sage', undefined)).rejects.toMatchObject({
      code: 'agent-offline',
    })
    await report(first)
    await report(second)
    await clock.advance(SILENCE_MS)
    await report(second)
    await clock.advance(1)
    const chosen = await connectors.choose(TENANT, 'sage', undefined)
    expect(chosen.agents.map(({ id }) => id)).toEqual([second.id])
    expect((await connectors.get(TENANT, first.id)).status).toBe('disconnected')
    expect((await connectors.get(TENANT, second.id)).status).toBe('connected')
    await report(second, 'leaving')
    await expect(connectors.choose(TENANT, 'sage', undefined)).rejects.toMatchObject({
      code: 'agent-offline',
    })
  })

  it('a revoked agent reads nothing more; the queue goes with the last agent', async () => {
    const { connectors, enrol, report, queues } = await connectorsSite()
    const [first, second] = [await enrol('first'), await enrol('second')]
    for (const agent of [first, second]) await report(agent)
    await connectors.placeOf(`${TENANT}.main`)
    await connectors.revoke(TENANT, first.id)
    expect([...queues.keys()].sort()).toEqual([`agent-${second.id}`, MAIN, REPLIES].sort())
    const sealed = (await connectors.placeOf(`${TENANT}.main`)).channel.seal('c', Buffer.from('call'))
    expect([opens(first, sealed), opens(second, sealed)]).toEqual(['refused', 'call'])
    await expect(connectors.placeOf(first.id)).rejects.toMatchObject({ code: 'agent-revoked' })
    await connectors.revoke(TENANT, second.id)
    expect([...queues.keys()]).toEqual([])
    await expect(connectors.placeOf(`${TENANT}.main`)).rejects.toMatchObject({ code: 'agent-missing' })
    await connectors.revoke(TENANT, second.id)
  })

  it('another instance of the hub learns within 15 s who has come to a site', async () => {
    const { hub, enrol, clock } = await connectorsSite()
    const other = hub()
    const first = await enrol('first')
    await other.placeOf(`${TENANT}.main`)
    const second = await enrol('second')
    await clock.advance(15_000)
    const sealed = (await other.placeOf(`${TENANT}.main`)).channel.seal('c', Buffer.from('call'))
    expect([opens(first, sealed), opens(second, sealed)]).toEqual(['call', 'call'])
  })

  it('several sites of a tenant have nothing of each other, and a site is named by the access token', async () => {
    const { connectors, enrol, report, session } = await connectorsSite()
    const here = await enrol('here')
    const there = await enrol('there', { site: 'lager-2' })
    const other = await enrol('other', { category: 'none' })
    expect((await session(there)).site?.queue).toBe(`site-${TENANT}.lager-2`)
    expect((await session(other, { ...ANNOUNCED, roles: [] })).site).toBeUndefined()
    for (const agent of [here, there, other]) await report(agent)
    expect((await connectors.choose(TENANT, 'sage', undefined)).to).toBe(`${TENANT}.main`)
    const { channel } = await connectors.placeOf(`${TENANT}.lager-2`)
    const sealed = channel.seal('c', Buffer.from('call'))
    expect([here, there, other].map((agent) => opens(agent, sealed))).toEqual(['refused', 'call', 'refused'])
    expect(() => channel.open('c', here.channel.seal('c', Buffer.from('x')))).toThrow()
    const sites = (await connectors.list(TENANT)).map(({ name, site }) => [name, site])
    expect(Object.fromEntries(sites)).toEqual({ here: 'main', there: 'lager-2', other: null })
  })

  it('an agent enrolled before there were sites works by itself, and joins when its version can', async () => {
    const { connectors, enrol, report, session, agents, queues } = await connectorsSite()
    const old = await enrol('old')
    const row = await agents.get(TENANT, old.id)
    if (row === undefined) throw new Error('no row')
    const { site: _, ...before } = row.value
    await agents.put(TENANT, old.id, before, { kind: 'match', etag: row.etag })
    queues.delete(MAIN)
    await report(old)
    const { to } = await connectors.choose(TENANT, 'sage', undefined)
    expect(to).toBe(old.id)
    const { queue, channel } = await connectors.placeOf(to)
    expect([queue, opens(old, channel.seal('c', Buffer.from('call')))]).toEqual([`agent-${old.id}`, 'call'])
    expect((await session(old)).site?.queue).toBe(MAIN)
    expect(queues.has(MAIN)).toBe(true)
    expect((await connectors.choose(TENANT, 'sage', undefined)).to).toBe(`${TENANT}.main`)
  })
})
