import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../infra/local/broker/http/description.ts'
import { administrationClient } from './client.ts'
import { openBroker } from './fixture.ts'

describe('durations', () => {
  test.each([
    ['PT30S', 30],
    ['PT1M', 60],
    ['PT1M30S', 90],
    ['PT10H', 36_000],
    ['P14D', 1_209_600],
    ['P1DT2H3M4.5S', 93_784.5],
    ['PT0S', 0],
  ])('%s is %d s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
    expect(formatDuration(seconds)).toBe(text)
  })
  test.each(['', 'P', '30', 'PT', '-PT3S', 'PT3X'])('%o is none', (text) => {
    // `PT` has no part at all, which counts as nothing.
    expect(parseDuration(text) ?? 0).toBe(0)
  })
})

describe('the administration client', () => {
  async function open() {
    const opened = await openBroker({ queues: [{ name: 'there', lockSeconds: 30 }] })
    return { ...opened, admin: administrationClient(opened.broker.connectionString('root')) }
  }

  test('creates a queue with its settings', async () => {
    const { admin, connect } = await open()
    const created = await admin.createQueue('fresh', {
      requiresSession: true,
      lockDuration: 'PT45S',
      maxDeliveryCount: 4,
      defaultMessageTimeToLive: 'PT5M',
      deadLetteringOnMessageExpiration: true,
      requiresDuplicateDetection: true,
      duplicateDetectionHistoryTimeWindow: 'PT1M',
    })
    const settings = {
      name: 'fresh',
      requiresSession: true,
      lockDuration: 'PT45S',
      maxDeliveryCount: 4,
      defaultMessageTimeToLive: 'PT5M',
      deadLetteringOnMessageExpiration: true,
      requiresDuplicateDetection: true,
      duplicateDetectionHistoryTimeWindow: 'PT1M',
    }
    expect(created).toMatchObject(settings)
    expect(await admin.getQueue('fresh')).toMatchObject(settings)
    const client = connect()
    await client.createSender('fresh').sendMessages({ body: 1, sessionId: 'x' })
    expect((await client.acceptNextSession('fresh')).sessionId).toBe('x')
  })

  test('knows what exists', async () => {
    const { admin } = await open()
    expect(await admin.queueExists('there')).toBe(true)
    expect(await admin.queueExists('THERE')).toBe(true)
    expect(await admin.queueExists('missing')).toBe(false)
    await expect(admin.getQueue('missing')).rejects.toMatchObject({
      code: 'MessageEntityNotFoundError',
      statusCode: 404,
    })
    await expect(admin.deleteQueue('missing')).rejects.toMatchObject({ code: 'MessageEntityNotFoundError' })
    await expect(admin.createQueue('there')).rejects.toMatchObject({
      code: 'MessageEntityAlreadyExistsError',
      statusCode: 409,
    })
    expect((await admin.getNamespaceProperties()).messagingSku).toBe('Standard')
  })

  test('of two that create the same queue at once, one does', async () => {
    const { admin } = await open()
    const outcomes = await Promise.allSettled([admin.createQueue('twice'), admin.createQueue('twice')])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find((one) => one.status === 'rejected')).toMatchObject({
      reason: { code: 'MessageEntityAlreadyExistsError' },
    })
  })

  test('deletes a queue with all that is in it, and those who use it hear of it', async () => {
    const { admin, connect, broker } = await open()
    const client = connect()
    const sender = client.createSender('there')
    await sender.sendMessages({ body: 1 })
    await admin.deleteQueue('there')
    expect(broker.stats()).toEqual({})
    await expect(sender.sendMessages({ body: 2 })).rejects.toMatchObject({ code: 'MessagingEntityNotFound' })
    await admin.createQueue('there')
    expect(await client.createReceiver('there').peekMessages(1)).toEqual([])
  })

  test('counts', async () => {
    const { admin, connect, clock } = await open()
    const sender = connect().createSender('there')
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }])
    await sender.scheduleMessages({ body: 4 }, new Date(clock.now() + 60_000))
    const receiver = connect().createReceiver('there')
    const [message] = await receiver.receiveMessages(1)
    if (message) await receiver.deadLetterMessage(message)
    expect(await admin.getQueueRuntimeProperties('there')).toMatchObject({
      activeMessageCount: 2,
      scheduledMessageCount: 1,
      deadLetterMessageCount: 1,
      totalMessageCount: 4,
    })
  })

  test('lists page by page', async () => {
    const { admin } = await open()
    const names = ['p1', 'p2', 'p3', 'p4', 'there']
    for (const name of names.slice(0, 4)) await admin.createQueue(name)
    const listed: string[] = []
    for await (const page of admin.listQueues().byPage({ maxPageSize: 2 }))
      listed.push(...page.map(({ name }) => name))
    expect(listed).toEqual(names)
  })

  test('refuses what is no queue', async () => {
    const { admin } = await open()
    await expect(admin.createQueue('no good!')).rejects.toMatchObject({ statusCode: 400 })
    await expect(admin.createQueue('good', { lockDuration: 'soon' })).rejects.toMatchObject({
      statusCode: 400,
    })
    await expect(admin.createQueue('good', { lockDuration: 'PT6M' })).rejects.toMatchObject({
      statusCode: 400,
    })
  })

  test.each(['listener', 'sender'])('with the policy %s is refused', async (policy) => {
    const { broker } = await open()
    const admin = administrationClient(broker.connectionString(policy))
    await expect(admin.createQueue('x')).rejects.toMatchObject({ code: 'UnauthorizedRequestError' })
    await expect(admin.getQueue('there')).rejects.toMatchObject({ statusCode: 401 })
  })

  test('with a wrong key is refused', async () => {
    const { broker } = await open()
    const admin = administrationClient(broker.connectionString('root').replace('the root key', 'a guess'))
    await expect(admin.deleteQueue('there')).rejects.toMatchObject({ code: 'UnauthorizedRequestError' })
  })
})
