import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tenantOfAgent } from '../../functions/connectors/rows.ts'
import { newestOf, type Sign } from '../../functions/connectors/rules/newest.ts'
import type { Logger } from '../../shared/log.ts'
import { writeHeartbeat } from '../../shared/wire/heartbeat.ts'
import { heartbeatsOf } from '../agent/session.ts'
import { connectorsSite, TENANT } from './site.ts'

describe('the newest sign of each agent', () => {
  const agents = ['tenant00001-agent00000a', 'tenant00001-agent00000b', 'tenant00002-agent00000a', 'nobody']
  const sign = fc.record<Sign>({
    agentId: fc.constantFrom(...agents),
    at: fc.integer({ min: 0, max: 200 }),
    leaving: fc.boolean(),
  })

  it('is the last one in time, never in the future, and of nobody twice', () => {
    fc.assert(
      fc.property(fc.array(sign), (signs) => {
        const found = newestOf(signs, tenantOfAgent, 100)
        for (const [tenantId, presence] of found) {
          for (const [agentId, { lastSeen, leftAt }] of presence) {
            expect(tenantOfAgent(agentId)).toBe(tenantId)
            const own = signs.filter((one) => one.agentId === agentId).map((one) => Math.min(one.at, 100))
            expect(lastSeen).toBe(Math.max(...own))
            expect([undefined, lastSeen]).toContain(leftAt)
          }
        }
        const known = new Set(signs.map(({ agentId }) => agentId).filter((id) => id !== 'nobody'))
        expect(new Set([...found.values()].flatMap((presence) => [...presence.keys()]))).toEqual(known)
      }),
    )
  })
})

function recordingLog() {
  const warnings: object[] = []
  const log: Pick<Logger, 'warn'> = { warn: (_text, fields) => warnings.push(fields ?? {}) }
  return { warnings, log: log as Logger }
}

describe('heartbeats', () => {
  it('of a hundred agents of a tenant are one transaction, and none of them reads anything', async () => {
    const { connectors, clock, counted, agents } = await connectorsSite()
    const ids = Array.from({ length: 100 }, (_, index) => `${TENANT}-agent${String(index).padStart(7, '0')}`)
    const beats = ids.map((agentId) =>
      writeHeartbeat({ agentId, kind: 'online', at: clock.now() }, heartbeatsOf(agentId, clock.now() + 1)),
    )
    counted.reset()
    await connectors.receiveHeartbeats([...beats, ...beats])
    expect(counted.counts()).toMatchObject({ reads: 0, transactions: 1 })
    expect(await agents.get(TENANT, ids[0] ?? '')).toBeUndefined()
  })

  it('make the status true, also when they come late or twice', async () => {
    const { connectors, enrol, report, clock } = await connectorsSite()
    const agent = await enrol('first')
    const status = async () => (await connectors.get(TENANT, agent.id)).status
    expect(await status()).toBe('never')
    await report(agent)
    expect([await status(), (await connectors.list(TENANT))[0]?.status]).toEqual(['connected', 'connected'])
    await report(agent, 'leaving')
    expect(await status()).toBe('disconnected')
    await clock.advance(1)
    await report(agent, 'online', connectors, { ago: 70_000 })
    expect(await status()).toBe('connected')
    await clock.advance(6000)
    expect(await status()).toBe('disconnected')
    await report(agent, 'online', connectors, { ago: -3_600_000 })
    expect((await connectors.get(TENANT, agent.id)).lastSeen).toBe(clock.now())
  })

  it('of one agent, however many, are one writing and one echo', async () => {
    const { connectors, enrol, clock, counted, sent } = await connectorsSite()
    const { id } = await enrol('first')
    const grant = heartbeatsOf(id, clock.now() + 3_600_000)
    const beats = Array.from({ length: 1000 }, (_, index) =>
      writeHeartbeat({ agentId: id, kind: 'online', at: clock.now(), echo: `e${index}` }, grant),
    )
    counted.reset()
    await connectors.receiveHeartbeats(beats)
    expect([counted.counts(), sent.length]).toMatchObject([{ transactions: 1 }, 1])
  })

  it('that nobody has proved are dropped, counted, and logged once a minute at most', async () => {
    const { warnings, log } = recordingLog()
    const { connectors, enrol, report, clock } = await connectorsSite({ log })
    const agent = await enrol('first')
    const rubbish = Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? `${index}` : undefined))
    for (let times = 0; times < 6; times++) await connectors.receiveHeartbeats(rubbish)
    expect([warnings, connectors.refusedReports()]).toEqual([[{ count: 500, total: 500 }], 3000])
    await clock.advance(60_000)
    await connectors.receiveHeartbeats(rubbish)
    expect(warnings).toEqual([
      { count: 500, total: 500 },
      { count: 3000, total: 3500 },
    ])
    await report(agent)
    expect((await connectors.get(TENANT, agent.id)).status).toBe('connected')
  })

  it('of an agent that was revoked do not bring it back', async () => {
    const { connectors, enrol, report } = await connectorsSite()
    const agent = await enrol('first')
    await connectors.revoke(TENANT, agent.id)
    await report(agent)
    expect((await connectors.get(TENANT, agent.id)).status).toBe('revoked')
  })

  it('of before there were presence rows still tell when an agent was seen', async () => {
    const { connectors, enrol, report, agents, clock } = await connectorsSite()
    const agent = await enrol('first')
    const row = await agents.get(TENANT, agent.id)
    if (row === undefined) throw new Error('no row')
    const seen = { ...row.value, lastSeen: clock.now() - 1000, leftAt: clock.now() - 1000 }
    await agents.put(TENANT, agent.id, seen, { kind: 'match', etag: row.etag })
    expect(await connectors.get(TENANT, agent.id)).toMatchObject({
      status: 'disconnected',
      lastSeen: clock.now() - 1000,
    })
    await report(agent)
    expect((await connectors.list(TENANT)).map(({ status }) => status)).toEqual(['connected'])
  })
})
