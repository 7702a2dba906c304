import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openServiceBus } from '../../functions/platform/bus/service-bus.ts'
import { breakableWay } from '../agent/breakable-way.ts'
import { openBroker, temporaryFolder } from '../broker/fixture.ts'

const message = (messageId: string, size = 10) => ({
  body: new Uint8Array(size).fill(7),
  subject: 'call',
  messageId,
  timeToLive: 60_000,
})

async function busBehindWay() {
  const { broker } = await openBroker({ queues: [{ name: 'q' }] })
  const way = await breakableWay(broker.port)
  const bus = openServiceBus(broker.connectionString('root').replace(`:${broker.port};`, `:${way.port};`))
  onTestFinished(() => bus.close())
  return { broker, way, bus }
}

describe('the bus of the hub', () => {
  it('brings everything that is sent at the same time, each once, whatever its size', async () => {
    const { broker, bus } = await busBehindWay()
    const sizes = Array.from({ length: 200 }, (_, at) => (at % 10 === 0 ? 150_000 : at))
    await Promise.all(sizes.map((size, at) => bus.send('q', message(`m${at}`, size))))
    expect(broker.stats().q).toMatchObject({ received: 200, active: 200 })
  })

  it('sends again over another connection what got no answer', async () => {
    const { broker, way, bus } = await busBehindWay()
    await bus.send('q', message('first'))
    way.cut()
    await Promise.all(['a', 'b', 'c'].map((id) => bus.send('q', message(id))))
    expect(broker.stats().q?.received).toBeGreaterThanOrEqual(4)
    expect(way.opened()).toBeGreaterThanOrEqual(2)
  })

  it('waits for a broker that is started again, and everything is there once', async () => {
    const dataFile = join(await temporaryFolder(), 'broker.db')
    const queues = [{ name: 'q', duplicateDetectionSeconds: 60 }]
    const first = await openBroker({ dataFile, queues })
    const bus = openServiceBus(first.broker.connectionString('root'))
    onTestFinished(() => bus.close())
    await bus.send('q', message('first'))
    await first.broker.close()
    const sends = Promise.all(['a', 'b', 'c'].map((id) => bus.send('q', message(id))))
    const second = await openBroker({ dataFile, queues, port: first.broker.port })
    await sends
    expect(second.broker.stats().q).toMatchObject({ active: 4 })
  })

  it('tells who sends a message that is too large, and nobody else', async () => {
    const { bus } = await busBehindWay()
    const outcomes = await Promise.allSettled([
      bus.send('q', message('small')),
      bus.send('q', message('large', 300_000)),
      bus.send('q', message('also small')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'call-too-large' } })
  })

  it('ends although the broker says nothing any more, and opens no other connection for who sends late', async () => {
    const { way, bus } = await busBehindWay()
    await bus.send('q', message('first'))
    way.silence()
    const opened = way.opened()
    const sending = bus.send('q', message('under way'))
    const ended = expect(sending).rejects.toMatchObject({ code: 'bus-unavailable' })
    await bus.close()
    await ended
    await expect(bus.send('q', message('late'))).rejects.toMatchObject({ code: 'bus-unavailable' })
    expect(way.opened()).toBe(opened)
  })
})
