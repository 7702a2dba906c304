import { describe, expect, it, onTestFinished } from 'vitest'
import type { ReplySession } from '../../functions/platform/bus/port.ts'
import { openServiceBus } from '../../functions/platform/bus/service-bus.ts'
import { breakableWay } from '../agent/breakable-way.ts'
import { openBroker } from '../broker/fixture.ts'

const QUEUES = ['replies-a', 'replies-b']
const soon = { timeout: 60_000, interval: 50 }

async function site() {
  const queues = QUEUES.map((name) => ({ name, requiresSession: true, lockSeconds: 300 }))
  const { broker } = await openBroker({ queues })
  const way = await breakableWay(broker.port)
  const bus = openServiceBus(broker.connectionString('root').replace(`:${broker.port};`, `:${way.port};`))
  const direct = openServiceBus(broker.connectionString('root'))
  const heard: string[] = []
  const lost: string[] = []
  onTestFinished(async () => {
    await bus.close()
    await direct.close()
  })
  const open = (queue: string): Promise<ReplySession> =>
    bus.openReplySession(
      queue,
      'hub-1',
      ({ correlationId }) => heard.push(`${queue} ${correlationId}`),
      () => lost.push(queue),
    )
  const reply = (queue: string, id: string) =>
    direct.send(queue, {
      body: Buffer.from(id),
      subject: 'reply',
      messageId: id,
      correlationId: id,
      sessionId: 'hub-1',
      timeToLive: 60_000,
    })
  return { way, open, reply, heard, lost }
}

describe('sessions on the reply queues of tenants', { timeout: 180_000 }, () => {
  it('share one connection, which goes with the last of them and comes with the next', async () => {
    const { way, open, reply, heard, lost } = await site()
    const held = [await open('replies-a'), await open('replies-b')]
    await reply('replies-a', '1')
    await reply('replies-b', '2')
    await expect.poll(() => [...heard].sort(), soon).toEqual(['replies-a 1', 'replies-b 2'])
    expect([way.opened(), way.open()]).toEqual([1, 1])
    await held[0]?.close()
    await reply('replies-b', '3')
    await expect.poll(() => heard, soon).toContain('replies-b 3')
    await held[1]?.close()
    await expect.poll(() => way.open(), soon).toBe(0)
    const again = await open('replies-a')
    await reply('replies-a', '4')
    await expect.poll(() => heard, soon).toContain('replies-a 4')
    expect([way.opened(), lost]).toEqual([2, []])
    await again.close()
  })

  it('whose queue is gone says nothing about the others', async () => {
    const { way, open, reply, heard, lost } = await site()
    const held = await open('replies-a')
    await expect(open('replies-none')).rejects.toMatchObject({ code: 'bus-unavailable' })
    await reply('replies-a', '1')
    await expect.poll(() => heard, soon).toEqual(['replies-a 1'])
    expect([way.opened(), lost]).toEqual([1, []])
    await held.close()
  })

  it('are lost together when their connection is dead, and found again over another', async () => {
    const { way, open, reply, heard, lost } = await site()
    const [first] = [await open('replies-a'), await open('replies-b')]
    way.silence()
    await first?.check()
    expect(lost.sort()).toEqual(QUEUES)
    way.cut()
    const held = await open('replies-b').catch(() => open('replies-b'))
    await reply('replies-b', '1')
    await expect.poll(() => heard, soon).toEqual(['replies-b 1'])
    await held.close()
  })
})
