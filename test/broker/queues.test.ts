import { describe, expect, test, vi } from 'vitest'
import { BRIEFLY, openBroker, receiveOne, seconds, transports } from './fixture.ts'

describe.each(transports)('a queue over %s', (transport) => {
  test('carries body, properties and system properties', async () => {
    const { connect, broker } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    await client.createSender('q').sendMessages({
      body: { text: 'grüße', list: [1, 2] },
      messageId: 'one',
      correlationId: 'c',
      subject: 's',
      contentType: 'application/json',
      replyTo: 'r',
      replyToSessionId: 'rs',
      partitionKey: 'p',
      to: 't',
      timeToLive: seconds(60),
      applicationProperties: { number: 7, text: 'ü', flag: true, when: new Date(1000) },
    })
    const receiver = client.createReceiver('q')
    const message = await receiveOne(receiver)
    expect(message).toMatchObject({
      body: { text: 'grüße', list: [1, 2] },
      messageId: 'one',
      correlationId: 'c',
      subject: 's',
      contentType: 'application/json',
      replyTo: 'r',
      replyToSessionId: 'rs',
      partitionKey: 'p',
      to: 't',
      timeToLive: seconds(60),
      deliveryCount: 0,
      state: 'active',
      applicationProperties: { number: 7, text: 'ü', flag: true },
    })
    expect(message.sequenceNumber?.toNumber()).toBeGreaterThan(0)
    expect(message.expiresAtUtc?.getTime()).toBe((message.enqueuedTimeUtc?.getTime() ?? 0) + seconds(60))
    await receiver.completeMessage(message)
    await vi.waitFor(() =>
      expect(broker.stats().q).toMatchObject({ active: 0, locked: 0, received: 1, settled: 1 }),
    )
    expect(await receiver.receiveMessages(1, BRIEFLY)).toEqual([])
  })

  test('abandons, counting, and dead-letters after the last delivery', async () => {
    const { connect } = await openBroker({ queues: [{ name: 'q', maxDeliveryCount: 3 }] })
    const client = connect(transport)
    await client.createSender('q').sendMessages({ body: 'x', messageId: 'one' })
    const receiver = client.createReceiver('q')
    for (const count of [0, 1, 2]) {
      const message = await receiveOne(receiver)
      expect(message.deliveryCount).toBe(count)
      await receiver.abandonMessage(message, { tried: count })
    }
    expect(await receiver.receiveMessages(1, BRIEFLY)).toEqual([])
    const dead = client.createReceiver('q', { subQueueType: 'deadLetter' })
    const letter = await receiveOne(dead)
    expect(letter).toMatchObject({
      body: 'x',
      messageId: 'one',
      deadLetterReason: 'MaxDeliveryCountExceeded',
      applicationProperties: { tried: 2 },
    })
    await dead.completeMessage(letter)
    expect(await dead.receiveMessages(1, BRIEFLY)).toEqual([])
  })

  test('dead-letters with reason, description and properties', async () => {
    const { connect, broker } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    await client.createSender('q').sendMessages({ body: 'x', applicationProperties: { kept: 1 } })
    const receiver = client.createReceiver('q')
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'because',
      deadLetterErrorDescription: 'of this',
      added: 2,
    })
    expect(broker.stats().q).toMatchObject({ active: 0, deadLetter: 1 })
    const dead = client.createReceiver('q', { subQueueType: 'deadLetter' })
    const letter = await receiveOne(dead)
    expect(letter).toMatchObject({ deadLetterReason: 'because', deadLetterErrorDescription: 'of this' })
    expect(letter.applicationProperties).toMatchObject({ kept: 1, added: 2 })
    // A dead letter that is abandoned stays one, however often.
    for (let count = 0; count < 12; count++)
      await dead.abandonMessage(count === 0 ? letter : await receiveOne(dead))
    await dead.completeMessage(await receiveOne(dead))
  })

  test('defers, and hands deferred messages out by number only', async () => {
    const { connect, broker } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    const sender = client.createSender('q')
    const receiver = client.createReceiver('q')
    await sender.sendMessages([{ body: 'a' }, { body: 'b' }])
    const first = await receiveOne(receiver)
    const number = first.sequenceNumber
    if (!number) throw new Error('no sequence number')
    await receiver.deferMessage(first, { why: 'later' })
    const second = await receiveOne(receiver)
    expect(second.body).toBe('b')
    await receiver.completeMessage(second)
    expect(broker.stats().q).toMatchObject({ active: 0, deferred: 1 })

    const [again] = await receiver.receiveDeferredMessages(number)
    expect(again).toMatchObject({ body: 'a', state: 'deferred', applicationProperties: { why: 'later' } })
    if (again) await receiver.abandonMessage(again)
    expect(await receiver.receiveMessages(1, BRIEFLY)).toEqual([])
    const [last] = await receiver.receiveDeferredMessages(number)
    if (!last) throw new Error('the deferred message is lost')
    await receiver.renewMessageLock(last)
    await receiver.completeMessage(last)
    await expect(receiver.receiveDeferredMessages(number)).rejects.toMatchObject({ code: 'MessageNotFound' })
    expect(broker.stats().q).toMatchObject({ deferred: 0, locked: 0 })
  })

  test('receives and deletes', async () => {
    const { connect, broker } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }])
    const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' })
    const messages = await receiver.receiveMessages(2, { maxWaitTimeInMs: 5000 })
    expect(messages.map(({ body }) => body)).toEqual([1, 2])
    expect(broker.stats().q).toMatchObject({ active: 1, locked: 0, settled: 2 })
  })

  test('gives each message to one of several subscribers', async () => {
    const { connect } = await openBroker({ queues: [{ name: 'q' }] })
    const got: string[][] = [[], [], []]
    for (const mine of got)
      connect(transport)
        .createReceiver('q')
        .subscribe(
          {
            processMessage: async (message) => {
              mine.push(String(message.body))
            },
            processError: async () => undefined,
          },
          { maxConcurrentCalls: 5 },
        )
    const sender = connect(transport).createSender('q')
    const sent = Array.from({ length: 90 }, (_, index) => String(index))
    await Promise.all(sent.map((body) => sender.sendMessages({ body })))
    await vi.waitFor(() => expect(got.flat()).toHaveLength(90), 10_000)
    expect(got.flat().sort()).toEqual(sent.sort())
    expect(got.filter((mine) => mine.length > 0).length).toBeGreaterThan(1)
  })

  test('takes 256 KiB and no more', async () => {
    const { connect } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    const sender = client.createSender('q')
    await expect(sender.sendMessages({ body: Buffer.alloc(256 * 1024) })).rejects.toMatchObject({
      code: 'MessageSizeExceeded',
    })
    const large = Buffer.alloc(255 * 1024, 'ab')
    await sender.sendMessages({ body: large })
    const message = await receiveOne(client.createReceiver('q'))
    expect(large.equals(message.body)).toBe(true)
    const batch = await sender.createMessageBatch()
    expect(batch.maxSizeInBytes).toBe(256 * 1024)
  })

  test('takes batches in order', async () => {
    const { connect } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    const sender = client.createSender('q')
    const batch = await sender.createMessageBatch()
    let count = 0
    while (batch.tryAddMessage({ body: Buffer.alloc(2000, count), messageId: `m${count}` })) count++
    await sender.sendMessages(batch)
    const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' })
    const got: unknown[] = []
    while (got.length < count)
      got.push(...(await receiver.receiveMessages(count - got.length)).map(({ messageId }) => messageId))
    expect(got).toEqual(Array.from({ length: count }, (_, index) => `m${index}`))
  })

  test('shows without locking', async () => {
    const { connect, clock } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    const sender = client.createSender('q')
    const receiver = client.createReceiver('q')
    await sender.sendMessages([{ body: 'deferred' }, { body: 'locked' }, { body: 'waiting' }])
    await sender.scheduleMessages({ body: 'scheduled' }, new Date(clock.now() + seconds(100)))
    await receiver.deferMessage(await receiveOne(receiver))
    await receiveOne(receiver)
    expect((await receiver.peekMessages(2)).map(({ body }) => body)).toEqual(['deferred', 'locked'])
    const rest = await receiver.peekMessages(10)
    expect(rest.map(({ body, state }) => [body, state])).toEqual([
      ['waiting', 'active'],
      ['scheduled', 'scheduled'],
    ])
    expect(await receiver.peekMessages(10)).toEqual([])
  })

  test('goes on beyond the number of unsettled deliveries that one link can hold', async () => {
    const { connect, broker } = await openBroker({ queues: [{ name: 'q' }] })
    const client = connect(transport)
    const sender = client.createSender('q')
    const total = 6000
    for (let sent = 0; sent < total; sent += 1000)
      await sender.sendMessages(
        Array.from({ length: 1000 }, (_, index) => ({ body: sent + index, messageId: `${sent + index}` })),
      )
    const seen = new Set<unknown>()
    client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 }).subscribe(
      {
        processMessage: async ({ body }) => {
          seen.add(body)
        },
        processError: async () => undefined,
      },
      { maxConcurrentCalls: 500 },
    )
    await vi.waitFor(() => expect(broker.stats().q).toMatchObject({ active: 0, locked: 0 }), 30_000)
    expect(seen.size).toBe(total)
  })
})

test('refuses an unknown queue, and sending to a dead-letter queue', async () => {
  const { connect } = await openBroker({ queues: [{ name: 'q' }] })
  const client = connect()
  await expect(client.createSender('nowhere').sendMessages({ body: 1 })).rejects.toMatchObject({
    code: 'MessagingEntityNotFound',
  })
  await expect(client.createReceiver('nowhere').receiveMessages(1)).rejects.toMatchObject({
    code: 'MessagingEntityNotFound',
  })
  await expect(client.createSender('q/$DeadLetterQueue').sendMessages({ body: 1 })).rejects.toThrow(
    /dead-letter/,
  )
})

test('a client that vanishes keeps its locks until they expire; nothing is lost', async () => {
  const { connect, broker, clock } = await openBroker({ queues: [{ name: 'q' }] })
  const first = connect()
  await first.createSender('q').sendMessages({ body: 'x' })
  await receiveOne(first.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 }))
  await first.close()
  expect(broker.stats().q).toMatchObject({ active: 0, locked: 1 })
  clock.advance(seconds(61))
  expect(await receiveOne(connect().createReceiver('q'))).toMatchObject({ body: 'x', deliveryCount: 1 })
})
