import { join } from 'node:path'
import type { ServiceBusClient } from '@azure/service-bus'
import { expect, test } from 'vitest'
import { webSocketClient } from './client.ts'
import { temporaryFolder } from './fixture.ts'
import { startProcess } from './process.ts'

const KILLS = 8
const SENDERS = 6
const queues = [
  { name: 'plain', maxDeliveryCount: 1000 },
  { name: 'grouped', requiresSession: true, maxDeliveryCount: 1000 },
]
type QueueName = 'plain' | 'grouped'

/** A small generator of random numbers (mulberry32), so that a failure can be repeated by its seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What the clients know for certain. */
interface Knowledge {
  readonly accepted: Set<string>
  readonly completing: Set<string>
  readonly completed: Set<string>
  readonly wrong: string[]
}

async function sendUntilKilled(client: ServiceBusClient, queue: QueueName, prefix: string, known: Knowledge) {
  const sender = client.createSender(queue)
  for (let count = 0; ; count++) {
    const messageId = `${prefix}-${count}`
    try {
      await sender.sendMessages({ messageId, body: messageId.repeat(20), sessionId: prefix })
    } catch {
      return // The broker is dead; whether it has this message nobody knows.
    }
    known.accepted.add(messageId)
  }
}

async function receiveUntilKilled(
  client: ServiceBusClient,
  queue: QueueName,
  known: Knowledge,
  random: () => number,
) {
  try {
    for (;;) {
      const receiver =
        queue === 'plain'
          ? client.createReceiver(queue, { maxAutoLockRenewalDurationInMs: 0 })
          : await client.acceptNextSession(queue, { maxAutoLockRenewalDurationInMs: 0 })
      for (const message of await receiver.receiveMessages(10, { maxWaitTimeInMs: 100 })) {
        const id = String(message.messageId)
        if (known.completed.has(id)) known.wrong.push(`${id} came back after it was completed`)
        if (random() < 0.5) continue
        known.completing.add(id)
        await receiver.completeMessage(message)
        known.completed.add(id)
      }
      await receiver.close()
    }
  } catch {
    return // The broker is dead.
  }
}

async function drain(client: ServiceBusClient): Promise<string[]> {
  const left: string[] = []
  const plain = client.createReceiver('plain', { receiveMode: 'receiveAndDelete' })
  for (;;) {
    const messages = await plain.receiveMessages(500, { maxWaitTimeInMs: 500 })
    if (messages.length === 0) break
    left.push(...messages.map(({ messageId }) => String(messageId)))
  }
  const grouped = client.createReceiver('grouped', { subQueueType: 'deadLetter' })
  expect(await grouped.peekMessages(1)).toEqual([])
  for (;;) {
    const session = await client
      .acceptNextSession('grouped', { receiveMode: 'receiveAndDelete' })
      .catch(() => undefined)
    if (!session) return left
    let last = -1
    for (;;) {
      const messages = await session.receiveMessages(500, { maxWaitTimeInMs: 150 })
      if (messages.length === 0) break
      for (const { messageId } of messages) {
        const id = String(messageId)
        // One sender per session and one message at a time: the numbers must rise.
        const number = Number(id.split('-').at(-1))
        expect(number, `order of ${id}`).toBeGreaterThan(last)
        last = number
        left.push(id)
      }
    }
    await session.close()
  }
}

test('what was acknowledged survives being killed, again and again', async () => {
  const seed = Number(process.env.STEG_SEED ?? Date.now() % 1_000_000)
  console.info(`seed ${seed} (STEG_SEED repeats it)`)
  const random = createRandom(seed)
  const dataFile = join(await temporaryFolder(), 'broker.db')
  const known: Knowledge = { accepted: new Set(), completing: new Set(), completed: new Set(), wrong: [] }

  for (let round = 0; round < KILLS; round++) {
    const broker = await startProcess({ dataFile, queues })
    const clients = [0, 1, 2, 3].map(() =>
      webSocketClient(broker.connectionString, { retryOptions: { maxRetries: 0, timeoutInMs: 3000 } }),
    )
    const [one, two, three, four] = clients
    if (!one || !two || !three || !four) throw new Error('four clients were expected')
    const work = [
      receiveUntilKilled(three, 'plain', known, random),
      receiveUntilKilled(four, 'grouped', known, random),
    ]
    for (let index = 0; index < SENDERS; index++) {
      work.push(sendUntilKilled(one, 'plain', `p${round}.${index}`, known))
      work.push(sendUntilKilled(two, 'grouped', `g${round}.${index}`, known))
    }
    const enough = known.accepted.size + 50 + random() * 2000
    await expect.poll(() => known.accepted.size, { timeout: 20_000, interval: 3 }).toBeGreaterThan(enough)
    await broker.kill()
    // Some wait a minute for an answer that never comes; nothing they do counts any more.
    for (const client of clients) client.close().catch(() => undefined)
    for (const one of work) one.catch(() => undefined)
  }

  const broker = await startProcess({ dataFile, queues })
  const client = webSocketClient(broker.connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: 1500 },
  })
  const left = await drain(client)
  await client.close()
  await broker.kill()

  expect(known.wrong).toEqual([])
  const present = new Set(left)
  expect(left.length, 'nothing is there twice').toBe(present.size)
  const lost = [...known.accepted].filter((id) => !present.has(id) && !known.completing.has(id))
  expect(lost, 'acknowledged and lost').toEqual([])
  const back = [...known.completed].filter((id) => present.has(id))
  expect(back, 'completed and yet there').toEqual([])
  console.info(
    `${known.accepted.size} sent, ${known.completed.size} completed, ${left.length} left, ${KILLS} kills`,
  )
  expect(known.accepted.size).toBeGreaterThan(KILLS * 10)
  expect(known.completed.size).toBeGreaterThan(KILLS)
}, 180_000)

test('whoever gets a message next hears that somebody had it, even when the kill came with it', async () => {
  const dataFile = join(await temporaryFolder(), 'broker.db')
  for (let round = 0; round < 3; round++) {
    const settings = { dataFile, queues: [{ name: 'plain' }] }
    const before = await startProcess(settings)
    const first = webSocketClient(before.connectionString, { retryOptions: { maxRetries: 0 } })
    await first.createSender('plain').sendMessages({ messageId: `m${round}`, body: 'x' })
    const [got] = await first.createReceiver('plain').receiveMessages(1)
    await before.kill()
    first.close().catch(() => undefined)
    expect(got?.deliveryCount).toBe(0)

    const after = await startProcess(settings)
    const second = webSocketClient(after.connectionString)
    const receiver = second.createReceiver('plain')
    const [again] = await receiver.receiveMessages(1)
    expect(again).toMatchObject({ messageId: `m${round}`, deliveryCount: 1 })
    if (again) await receiver.completeMessage(again)
    await second.close()
    await after.kill()
  }
})
