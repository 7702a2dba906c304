import { describe, expect, it } from 'vitest'
import { createEventSender } from '../../agent/connection/events.ts'
import type { Line } from '../../agent/connection/line.ts'
import type { AgentEvent } from '../../functions/connectors/service.ts'
import { StegError } from '../../shared/errors/error.ts'
import { silentLogger } from '../../shared/log.ts'
import { writeEvent } from '../../shared/wire/event.ts'
import { connectorsSite, type Enrolled } from './site.ts'

async function site() {
  const taken: AgentEvent[] = []
  const faults = { failing: false }
  const made = await connectorsSite({
    eventRoutes: () => ({
      async counts(event) {
        if (faults.failing) throw new StegError('store-unavailable', { reason: 'down' })
        taken.push(event)
      },
    }),
    log: silentLogger,
  })

  /** What an agent would put into the queue. */
  async function said(
    agent: Pick<Enrolled, 'id' | 'channel'>,
    kind: string,
    payload: unknown,
  ): Promise<string> {
    const sent: string[] = []
    const line = {
      send: async (queue: string, { body }: { body: Uint8Array }) => {
        expect(queue).toBe('events')
        sent.push(Buffer.from(body).toString())
      },
    } as unknown as Line
    const parts = { agentId: agent.id, channel: agent.channel, hubNow: made.clock.now }
    await createEventSender(parts).send(line, kind, payload)
    return sent[0] ?? ''
  }

  return { ...made, taken, faults, said }
}

describe('events of agents', () => {
  it('go to whoever takes in their kind, in order, sealed', async () => {
    const { connectors, enrol, said, taken, clock } = await site()
    const agent = await enrol('first')
    const first = await said(agent, 'counts', { calls: 4711 })
    expect(first).not.toContain(Buffer.from('4711').toString('base64url').slice(1, -1))
    await connectors.receiveEvents([first, await said(agent, 'counts', { calls: 2 })])
    expect(taken).toMatchObject([
      { agentId: agent.id, tenantId: 'tenant00001', at: clock.now(), payload: { calls: 4711 } },
      { payload: { calls: 2 } },
    ])
    expect(connectors.refusedReports()).toBe(0)
  })

  it('that nobody can have sent are dropped and counted, and those beside them are taken', async () => {
    const { connectors, enrol, said, taken } = await site()
    const [agent, other] = [await enrol('first'), await enrol('second')]
    const stranger = writeEvent({ agentId: 'tenant00009-agent0000000', id: 'x', sealed: Buffer.from('x') })
    const forged = await said({ id: agent.id, channel: other.channel }, 'counts', {})
    const good = await said(agent, 'counts', { calls: 1 })
    const [, , , sealed = ''] = good.split('.')
    const moved = writeEvent({ agentId: agent.id, id: 'other-id', sealed: Buffer.from(sealed, 'base64url') })
    const unknown = await said(agent, 'prototype', {})
    const inherited = await said(agent, 'constructor', {})
    await connectors.receiveEvents([
      '',
      undefined,
      '{"SessionId":"x"}',
      stranger,
      forged,
      moved,
      unknown,
      inherited,
      good,
    ])
    expect([taken.length, connectors.refusedReports()]).toEqual([1, 8])
  })

  it('of a revoked agent count no longer', async () => {
    const { connectors, enrol, said, taken } = await site()
    const agent = await enrol('first')
    const late = await said(agent, 'counts', {})
    await connectors.revoke('tenant00001', agent.id)
    await connectors.receiveEvents([late])
    expect([taken.length, connectors.refusedReports()]).toEqual([0, 1])
  })

  it('come again when they could not be taken in', async () => {
    const { connectors, enrol, said, taken, faults } = await site()
    const message = await said(await enrol('first'), 'counts', { calls: 1 })
    faults.failing = true
    await expect(connectors.receiveEvents([message])).rejects.toMatchObject({ code: 'store-unavailable' })
    faults.failing = false
    await connectors.receiveEvents([message])
    expect([taken.length, connectors.refusedReports()]).toEqual([1, 0])
  })
})
