import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { startBroker } from '../../infra/local/broker/broker.ts'
import type { Change } from '../../infra/local/broker/store/changes.ts'
import { createJournal } from '../../infra/local/broker/store/journal.ts'
import { openBroker, policies, temporaryFolder } from './fixture.ts'

describe('the journal', () => {
  const change = (id: number): Change => ({ kind: 'delete', id })

  test('writes what one turn brings in one go, and answers in order', async () => {
    const written: (readonly Change[])[] = []
    const answers: number[] = []
    const journal = createJournal(
      (changes) => written.push(changes),
      () => undefined,
    )
    for (const id of [1, 2, 3]) journal.write([change(id)], () => answers.push(id))
    expect(written).toEqual([])
    await vi.waitFor(() => expect(answers).toEqual([1, 2, 3]))
    expect(written).toEqual([[change(1), change(2), change(3)]])
  })

  test('tries one by one when all at once fails, and tells each its own outcome', async () => {
    const answers: string[] = []
    const journal = createJournal(
      (changes) => {
        if (changes.some((one) => one.kind === 'delete' && one.id === 2)) throw new Error('no room')
      },
      () => undefined,
    )
    for (const id of [1, 2, 3]) journal.write([change(id)], (failure) => answers.push(`${id} ${failure}`))
    await vi.waitFor(() => expect(answers).toEqual(['1 undefined', '2 Error: no room', '3 undefined']))
  })

  test('a caller that fails keeps no other from its answer', async () => {
    const problems: string[] = []
    const answers: number[] = []
    const journal = createJournal(
      () => undefined,
      (failure) => problems.push(failure.message),
    )
    journal.write([change(1)], () => {
      throw new Error('mistake')
    })
    journal.write([change(2)], () => answers.push(2))
    await vi.waitFor(() => expect(answers).toEqual([2]))
    expect(problems).toEqual(['mistake'])
  })
})

describe('a restart keeps', () => {
  test('messages of every kind, dead letters, session states, settings and what was seen', async () => {
    const dataFile = join(await temporaryFolder(), 'broker.db')
    const first = await openBroker({
      dataFile,
      queues: [
        { name: 'q', maxDeliveryCount: 2, duplicateDetectionSeconds: 600 },
        { name: 's', requiresSession: true },
      ],
    })
    const client = first.connect()
    const sender = client.createSender('q')
    const receiver = client.createReceiver('q')
    await sender.sendMessages(
      ['dead', 'deferred', 'locked', 'done', 'waiting'].map((id) => ({ body: id, messageId: id })),
    )
    const messages = await receiver.receiveMessages(4)
    const [dead, deferred, , done] = messages
    if (dead)
      await receiver.deadLetterMessage(dead, { deadLetterReason: 'why', deadLetterErrorDescription: 'so' })
    if (deferred) await receiver.deferMessage(deferred)
    if (done) await receiver.completeMessage(done)
    await sender.scheduleMessages({ body: 'late', messageId: 'late' }, new Date(Date.now() + 60_000))
    await client.createSender('s').sendMessages({ body: 1, sessionId: 'x' })
    const session = await client.acceptSession('s', 'x')
    await session.setSessionState('kept')
    await client.close()
    await first.broker.close()

    const second = await openBroker({ dataFile, queues: [{ name: 'q', maxDeliveryCount: 9 }] })
    expect(second.broker.stats().q).toMatchObject({
      active: 2,
      scheduled: 1,
      deferred: 1,
      deadLetter: 1,
      locked: 0,
    })
    const again = second.connect()
    await again.createSender('q').sendMessages({ body: 'copy', messageId: 'done' })
    const bodies = await again.createReceiver('q').receiveMessages(3, { maxWaitTimeInMs: 500 })
    // The message that was locked is back, with the delivery counted.
    expect(bodies.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['locked', 1],
      ['waiting', 0],
    ])
    const number = deferred?.sequenceNumber
    if (!number) throw new Error('no sequence number')
    expect((await again.createReceiver('q').receiveDeferredMessages(number))[0]?.body).toBe('deferred')
    const letters = await again.createReceiver('q', { subQueueType: 'deadLetter' }).receiveMessages(1)
    expect(letters[0]).toMatchObject({ body: 'dead', deadLetterReason: 'why' })
    expect(await (await again.acceptSession('s', 'x')).getSessionState()).toBe('kept')
    second.clock.advance(61_000)
    await vi.waitFor(() => expect(second.broker.stats().q).toMatchObject({ scheduled: 0 }))
    const [late] = await again.createReceiver('q').receiveMessages(1)
    const numbers = messages.map(({ sequenceNumber }) => sequenceNumber?.toNumber() ?? 0)
    expect(late?.sequenceNumber?.toNumber()).toBeGreaterThan(Math.max(...numbers))
  })

  test('the count of deliveries, so that nothing is handed out for ever', async () => {
    const dataFile = join(await temporaryFolder(), 'broker.db')
    for (const count of [0, 1]) {
      const { broker, connect } = await openBroker({ dataFile, queues: [{ name: 'q', maxDeliveryCount: 2 }] })
      const client = connect()
      if (count === 0) await client.createSender('q').sendMessages({ body: 1 })
      const [message] = await client
        .createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 })
        .receiveMessages(1)
      expect(message?.deliveryCount).toBe(count)
      await client.close()
      await broker.close()
    }
    const { broker } = await openBroker({ dataFile })
    await vi.waitFor(() => expect(broker.stats().q).toMatchObject({ active: 0, deadLetter: 1 }))
  })

  test('nothing of a queue that is not durable', async () => {
    const dataFile = join(await temporaryFolder(), 'broker.db')
    const { broker, connect } = await openBroker({
      dataFile,
      memoryBytes: 0,
      queues: [{ name: 'q', durable: false }],
    })
    const client = connect()
    await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }])
    const [message] = await client.createReceiver('q').receiveMessages(1)
    expect(message?.body).toBe(1)
    await client.close()
    await broker.close()
    expect((await openBroker({ dataFile })).broker.stats().q).toMatchObject({ active: 0 })
  })
})

test('more than fits into memory is read back from disk, in order', async () => {
  const { connect } = await openBroker({ memoryBytes: 10_000, queues: [{ name: 'q' }] })
  const client = connect()
  const sender = client.createSender('q')
  const sent = Array.from({ length: 60 }, (_, index) => index)
  for (const index of sent)
    await sender.sendMessages({ body: Buffer.alloc(1000, index), messageId: String(index) })
  const receiver = client.createReceiver('q', {
    receiveMode: 'receiveAndDelete',
    skipParsingBodyAsJson: true,
  })
  const got: number[] = []
  while (got.length < 60)
    for (const message of await receiver.receiveMessages(60)) {
      expect(Buffer.alloc(1000, Number(message.messageId)).equals(message.body)).toBe(true)
      got.push(Number(message.messageId))
    }
  expect(got).toEqual(sent)
})

test('a full data file refuses messages, keeps what it has, and takes new ones when there is room again', async () => {
  const { connect, broker } = await openBroker({ maxDataBytes: 512 * 1024, queues: [{ name: 'q' }] })
  const client = connect()
  const sender = client.createSender('q')
  const body = Buffer.alloc(100 * 1024, 1)
  let accepted = 0
  const refused = await (async () => {
    for (;;) {
      try {
        await sender.sendMessages({ body, messageId: String(accepted) })
        accepted++
      } catch (cause) {
        return cause
      }
    }
  })()
  expect(refused).toMatchObject({ code: 'QuotaExceeded' })
  expect(accepted).toBeGreaterThan(1)
  expect(broker.stats().q?.active).toBe(accepted)
  const receiver = client.createReceiver('q')
  const messages = await receiver.receiveMessages(accepted)
  expect(messages.map(({ messageId }) => messageId)).toEqual(
    Array.from({ length: accepted }, (_, index) => String(index)),
  )
  for (const message of messages) await receiver.completeMessage(message)
  await sender.sendMessages({ body, messageId: 'after' })
  expect(broker.stats().q).toMatchObject({ active: 1, locked: 0 })
})

test('a data file belongs to one broker', async () => {
  const dataFile = join(await temporaryFolder(), 'broker.db')
  await openBroker({ dataFile })
  await expect(startBroker({ dataFile, policies })).rejects.toThrow(/locked/)
})

test('the data file does not grow with what passes through it', async () => {
  const dataFile = join(await temporaryFolder(), 'broker.db')
  const { connect } = await openBroker({ dataFile, queues: [{ name: 'q' }] })
  const client = connect()
  const sender = client.createSender('q')
  const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' })
  for (let round = 0; round < 30; round++) {
    await sender.sendMessages({ body: Buffer.alloc(200 * 1024) })
    expect(await receiver.receiveMessages(1)).toHaveLength(1)
  }
  expect(statSync(dataFile).size).toBeLessThan(2 * 1024 * 1024)
})
