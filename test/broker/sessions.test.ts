import type { ServiceBusReceivedMessage, ServiceBusSessionReceiver } from '@azure/service-bus'
import { describe, expect, test, vi } from 'vitest'
import { openBroker, seconds, transports } from './fixture.ts'

const queues = [{ name: 's', requiresSession: true }]
const noRenewal = { maxAutoLockRenewalDurationInMs: 0 }

async function take(receiver: ServiceBusSessionReceiver, count: number) {
  const got: ServiceBusReceivedMessage[] = []
  while (got.length < count) {
    const some = await receiver.receiveMessages(count - got.length, { maxWaitTimeInMs: 5000 })
    if (some.length === 0) break
    got.push(...some)
  }
  return got
}

const bodies = (messages: readonly ServiceBusReceivedMessage[]) => messages.map(({ body }) => body)

describe.each(transports)('sessions over %s', (transport) => {
  test('keep the order within a session and apart from others', async () => {
    const { connect } = await openBroker({ queues })
    const client = connect(transport)
    const sender = client.createSender('s')
    for (let index = 0; index < 20; index++)
      await sender.sendMessages({ body: index, sessionId: index % 2 ? 'odd' : 'even' })
    const odd = await client.acceptSession('s', 'odd')
    const even = await client.acceptSession('s', 'even')
    const all = await Promise.all([take(odd, 10), take(even, 10)])
    expect(bodies(all[0])).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
    expect(bodies(all[1])).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
    expect(new Set(all[0].map(({ sessionId }) => sessionId))).toEqual(new Set(['odd']))
    expect(odd.sessionLockedUntilUtc.getTime()).toBeGreaterThan(Date.now())
    for (const message of all[0]) await odd.completeMessage(message)
  })

  test('an abandoned message comes back before those after it', async () => {
    const { connect } = await openBroker({ queues })
    const client = connect(transport)
    await client.createSender('s').sendMessages([1, 2, 3].map((body) => ({ body, sessionId: 'x' })))
    const receiver = await client.acceptSession('s', 'x')
    const [first] = await take(receiver, 1)
    if (first) await receiver.abandonMessage(first)
    const again = await take(receiver, 3)
    expect(bodies(again)).toEqual([1, 2, 3])
    expect(again.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 0, 0])
  })

  test('are held by one receiver at a time and free again when it closes', async () => {
    const { connect } = await openBroker({ queues })
    const client = connect(transport)
    await client.createSender('s').sendMessages({ body: 1, sessionId: 'x' })
    const first = await client.acceptSession('s', 'x')
    await expect(connect(transport).acceptSession('s', 'x')).rejects.toMatchObject({
      code: 'SessionCannotBeLocked',
    })
    await take(first, 1)
    await first.close()
    const second = await connect(transport).acceptSession('s', 'x')
    const [message] = await take(second, 1)
    expect(message).toMatchObject({ body: 1, deliveryCount: 0 })
  })

  test('accept-next takes a waiting session, waits for one, or gives up', async () => {
    const { connect } = await openBroker({ queues })
    const client = connect(transport)
    const sender = client.createSender('s')
    await sender.sendMessages({ body: 1, sessionId: 'x' })
    const first = await client.acceptNextSession('s')
    expect(first.sessionId).toBe('x')

    const waiting = client.acceptNextSession('s')
    await sender.sendMessages({ body: 2, sessionId: 'late' })
    const second = await waiting
    expect(second.sessionId).toBe('late')
    expect(bodies(await take(second, 1))).toEqual([2])

    await first.close()
    const third = await client.acceptNextSession('s')
    expect(third.sessionId).toBe('x')
    // Every session with messages is taken. The client waits for as long as its retry options say.
    const impatient = connect(transport, 'root', { retryOptions: { maxRetries: 0, timeoutInMs: 400 } })
    await expect(impatient.acceptNextSession('s')).rejects.toMatchObject({ code: 'ServiceTimeout' })
    await sender.sendMessages({ body: 3, sessionId: 'free' })
    expect((await impatient.acceptNextSession('s')).sessionId).toBe('free')
  })

  test('lose their lock in time, unless it is renewed; the client hears of it', async () => {
    const { connect, clock } = await openBroker({ queues })
    const client = connect(transport)
    await client.createSender('s').sendMessages([1, 2].map((body) => ({ body, sessionId: 'x' })))
    const receiver = await client.acceptSession('s', 'x', noRenewal)
    const [message] = await take(receiver, 1)
    if (!message) throw new Error('no message came')
    clock.advance(seconds(50))
    await receiver.renewSessionLock()
    clock.advance(seconds(50))
    await receiver.completeMessage(message)
    const [second] = await take(receiver, 1)
    clock.advance(seconds(61))
    if (!second) throw new Error('no message came')
    await vi.waitFor(() => expect(receiver.isClosed).toBe(true))
    await expect(receiver.completeMessage(second)).rejects.toMatchObject({ code: 'SessionLockLost' })
    const next = await client.acceptSession('s', 'x', noRenewal)
    expect((await take(next, 1))[0]).toMatchObject({ body: 2, deliveryCount: 1 })
  })

  test('a lost session is reported to a subscriber', async () => {
    const { connect, clock } = await openBroker({ queues })
    const receiver = await connect(transport).acceptSession('s', 'x', noRenewal)
    const errors: unknown[] = []
    receiver.subscribe({
      processMessage: async () => undefined,
      processError: async ({ error }) => {
        errors.push(error)
      },
    })
    clock.advance(seconds(61))
    await vi.waitFor(() => expect(errors[0]).toMatchObject({ code: 'SessionLockLost' }))
  })

  test('carry a state', async () => {
    const { connect } = await openBroker({ queues })
    const client = connect(transport)
    const receiver = await client.acceptSession('s', 'x')
    expect(await receiver.getSessionState()).toBeNull()
    await receiver.setSessionState({ step: 3 })
    await receiver.close()
    const again = await client.acceptSession('s', 'x')
    expect(await again.getSessionState()).toEqual({ step: 3 })
  })

  test('defer and receive deferred', async () => {
    const { connect } = await openBroker({ queues })
    const client = connect(transport)
    await client.createSender('s').sendMessages({ body: 1, sessionId: 'x' })
    const receiver = await client.acceptSession('s', 'x')
    const [message] = await take(receiver, 1)
    if (!message?.sequenceNumber) throw new Error('no message came')
    await receiver.deferMessage(message)
    const [deferred] = await receiver.receiveDeferredMessages(message.sequenceNumber)
    if (!deferred) throw new Error('the deferred message is lost')
    await receiver.completeMessage(deferred)
    await expect(receiver.receiveDeferredMessages(message.sequenceNumber)).rejects.toMatchObject({
      code: 'MessageNotFound',
    })
  })

  test('receive-and-delete answers one waiter among many, as a hub does', async () => {
    const { connect, broker } = await openBroker({ queues })
    const client = connect(transport)
    const receiver = await client.acceptSession('s', 'hub', { receiveMode: 'receiveAndDelete' })
    const got: unknown[] = []
    receiver.subscribe({
      processMessage: async ({ correlationId }) => {
        got.push(correlationId)
      },
      processError: async () => undefined,
    })
    const sender = client.createSender('s')
    const sent = Array.from({ length: 100 }, (_, index) => `c${index}`)
    await sender.sendMessages(sent.map((correlationId) => ({ body: 'x', correlationId, sessionId: 'hub' })))
    await vi.waitFor(() => expect(got).toHaveLength(100), 10_000)
    expect(got).toEqual(sent)
    await vi.waitFor(() => expect(broker.stats().s).toMatchObject({ active: 0, locked: 0, settled: 100 }))
  })

  test('refuse what does not fit', async () => {
    const { connect } = await openBroker({ queues: [...queues, { name: 'plain' }] })
    const client = connect(transport)
    await expect(client.createSender('s').sendMessages({ body: 1 })).rejects.toThrow(/requires sessions/)
    await expect(client.createReceiver('s').receiveMessages(1)).rejects.toThrow(/requires sessions/)
    await expect(client.acceptNextSession('plain')).rejects.toThrow(/no sessions/)
  })
})

test('a broken connection frees the session at once and counts as a delivery', async () => {
  const { connect, broker } = await openBroker({ queues })
  const client = connect()
  await client.createSender('s').sendMessages({ body: 1, sessionId: 'x' })
  const receiver = await client.acceptSession('s', 'x', noRenewal)
  await take(receiver, 1)
  await client.close()
  await vi.waitFor(() => expect(broker.stats().s).toMatchObject({ active: 1, locked: 0 }))
  const again = await connect().acceptSession('s', 'x')
  expect(bodies(await take(again, 1))).toEqual([1])
})

test('dead letters of a session queue are received without a session', async () => {
  const { connect } = await openBroker({ queues })
  const client = connect()
  await client.createSender('s').sendMessages({ body: 1, sessionId: 'x' })
  const receiver = await client.acceptSession('s', 'x')
  const [message] = await take(receiver, 1)
  if (message) await receiver.deadLetterMessage(message)
  const [letter] = await client.createReceiver('s', { subQueueType: 'deadLetter' }).receiveMessages(1)
  expect(letter).toMatchObject({ body: 1, sessionId: 'x' })
})
