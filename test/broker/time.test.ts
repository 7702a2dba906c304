import { describe, expect, test, vi } from 'vitest'
import { BRIEFLY, openBroker, receiveOne, seconds, transports } from './fixture.ts'

describe.each(transports)('time in a queue over %s', (transport) => {
  test('lets locks expire, unless they are renewed', async () => {
    const { connect, clock } = await openBroker({ queues: [{ name: 'q', lockSeconds: 60 }] })
    const client = connect(transport)
    const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 })
    await client.createSender('q').sendMessages({ body: 'x', messageId: 'one' })
    const message = await receiveOne(receiver)
    clock.advance(seconds(50))
    const until = await receiver.renewMessageLock(message)
    expect(until.getTime()).toBeGreaterThan(clock.now() + seconds(55))
    clock.advance(seconds(50))
    expect(await receiver.receiveMessages(1, BRIEFLY)).toEqual([])
    clock.advance(seconds(11))
    const again = await receiveOne(receiver)
    expect(again).toMatchObject({ messageId: 'one', deliveryCount: 1 })
    await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: 'MessageLockLost' })
    await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: 'MessageLockLost' })
    await receiver.completeMessage(again)
  })

  test('counts an expired lock as a delivery and dead-letters at the limit', async () => {
    const { connect, clock, broker } = await openBroker({ queues: [{ name: 'q', maxDeliveryCount: 2 }] })
    const client = connect(transport)
    const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 })
    await client.createSender('q').sendMessages({ body: 'x' })
    for (let count = 0; count < 2; count++) {
      await receiveOne(receiver)
      clock.advance(seconds(61))
    }
    await vi.waitFor(() => expect(broker.stats().q).toMatchObject({ active: 0, locked: 0, deadLetter: 1 }))
  })

  test('schedules and cancels', async () => {
    const { connect, clock, broker } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    const sender = client.createSender('q')
    const receiver = client.createReceiver('q')
    const numbers = await sender.scheduleMessages(
      [{ body: 'late' }, { body: 'never' }],
      new Date(clock.now() + seconds(100)),
    )
    await sender.sendMessages({
      body: 'later',
      scheduledEnqueueTimeUtc: new Date(clock.now() + seconds(200)),
    })
    const cancelled = numbers[1]
    if (!cancelled) throw new Error('two numbers were expected')
    await sender.cancelScheduledMessages(cancelled)
    await expect(sender.cancelScheduledMessages(cancelled)).rejects.toMatchObject({ code: 'MessageNotFound' })
    expect(broker.stats().q).toMatchObject({ active: 0, scheduled: 2 })
    await sender.sendMessages({ body: 'now' })
    const prompt = await receiveOne(receiver)
    expect(prompt.body).toBe('now')
    await receiver.completeMessage(prompt)
    clock.advance(seconds(101))
    const late = await receiveOne(receiver)
    expect(late.body).toBe('late')
    await receiver.completeMessage(late)
    expect(Math.abs((late.enqueuedTimeUtc?.getTime() ?? 0) - clock.now())).toBeLessThan(seconds(5))
    clock.advance(seconds(100))
    expect((await receiveOne(receiver)).body).toBe('later')
    expect(broker.stats().q).toMatchObject({ scheduled: 0 })
  })

  test('drops duplicates within the window', async () => {
    const { connect, clock, broker } = await openBroker({
      queues: [{ name: 'q', duplicateDetectionSeconds: 30 }],
    })
    const sender = connect(transport).createSender('q')
    const again = { body: 'x', messageId: 'same' }
    await Promise.all([sender.sendMessages(again), sender.sendMessages(again)])
    await sender.sendMessages([again, { body: 'y', messageId: 'other' }, again])
    expect(broker.stats().q?.active).toBe(2)
    clock.advance(seconds(31))
    await sender.sendMessages(again)
    expect(broker.stats().q?.active).toBe(3)
  })

  test('lets messages expire: dropped, or dead-lettered when asked', async () => {
    const { connect, clock, broker } = await openBroker({
      queues: [
        { name: 'drop', timeToLiveSeconds: 20 },
        { name: 'keep', deadLetterOnExpiry: true },
      ],
    })
    const client = connect(transport)
    await client
      .createSender('drop')
      .sendMessages([{ body: 'queue' }, { body: 'own', timeToLive: seconds(10) }])
    await client
      .createSender('keep')
      .sendMessages([{ body: 'dies', timeToLive: seconds(10) }, { body: 'lives' }])
    clock.advance(seconds(11))
    expect((await receiveOne(client.createReceiver('keep'))).body).toBe('lives')
    await vi.waitFor(() => {
      expect(broker.stats().drop).toMatchObject({ active: 1, deadLetter: 0 })
      expect(broker.stats().keep).toMatchObject({ active: 0, locked: 1, deadLetter: 1 })
    })
    clock.advance(seconds(10))
    await vi.waitFor(() => expect(broker.stats().drop).toMatchObject({ active: 0, deadLetter: 0 }))
    const dead = client.createReceiver('keep', { subQueueType: 'deadLetter' })
    expect(await receiveOne(dead)).toMatchObject({ body: 'dies', deadLetterReason: 'TTLExpiredException' })
  })

  test('a locked message that outlives its time expires when it comes back, and blocks nobody', async () => {
    const { connect, clock, broker } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    const receiver = client.createReceiver('q')
    await client.createSender('q').sendMessages([{ body: 'short', timeToLive: seconds(5) }, { body: 'long' }])
    const short = await receiveOne(receiver)
    clock.advance(seconds(6))
    await receiver.abandonMessage(short)
    expect((await receiveOne(receiver)).body).toBe('long')
    await vi.waitFor(() => expect(broker.stats().q).toMatchObject({ active: 0, locked: 1, deadLetter: 0 }))
  })
})
