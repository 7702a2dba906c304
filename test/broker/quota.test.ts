import { describe, expect, it, test } from 'vitest'
import { createQuota } from '../../infra/local/broker/amqp/quota.ts'
import { openBroker } from './fixture.ts'

describe('a quota', () => {
  it('lets a burst through, then as many as time has passed for', () => {
    let now = 0
    const quota = createQuota(10, { now: () => now })
    const taken = (count: number) => Array.from({ length: count }, () => quota.take(1)).filter(Boolean).length
    expect(taken(100)).toBe(50)
    now = 1000
    expect(taken(100)).toBe(10)
    now = 3_600_000
    expect(taken(100)).toBe(50)
    now = 0
    expect(taken(100)).toBe(0)
  })

  it('counts what came together', () => {
    let now = 0
    const quota = createQuota(10, { now: () => now })
    expect([quota.take(100), quota.take(1)]).toEqual([true, false])
    now = 5000
    expect(quota.take(1)).toBe(false)
    now = 5101
    expect(quota.take(1)).toBe(true)
  })
})

test('who sends faster than a queue allows is refused, and nobody else is', async () => {
  const { broker, connect } = await openBroker({
    queues: [{ name: 'q', sendsPerSecond: 10 }, { name: 'free' }],
  })
  const rubbish = Array.from({ length: 100 }, (_, index) => ({ body: 'x', messageId: `${index}` }))
  const fast = connect().createSender('q')
  await fast.sendMessages(rubbish)
  for (let times = 0; times < 20; times++) {
    await expect(fast.sendMessages(rubbish)).rejects.toMatchObject({ code: 'ServiceBusy' })
  }
  await connect().createSender('q').sendMessages({ body: 'good', messageId: 'good' })
  await connect().createSender('free').sendMessages(rubbish)
  expect(broker.stats()).toMatchObject({ q: { received: 101 }, free: { received: 100 } })
})
