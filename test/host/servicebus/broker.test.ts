import { subscribe } from 'node:diagnostics_channel'
import { join } from 'node:path'
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder, removeFolder } from '../../folder.ts'
import type { QueueCall } from '../fixture/listeners.ts'
import { createRecordingLog } from '../recording-log.ts'
import { hostJson, type StartedHost, start } from '../start.ts'
import { type BrokerProcess, startBrokerProcess } from './broker-process.ts'

const log = createRecordingLog()
const calls: QueueCall[] = []
const timers: unknown[] = []
let react: (call: QueueCall) => Promise<unknown>
let folder: string
let broker: BrokerProcess
let started: StartedHost

const queues = [
  { name: 'plain', lockSeconds: 5 },
  { name: 'bytes' },
  { name: 'many' },
  { name: 'sessions', requiresSession: true, lockSeconds: 5 },
]

beforeAll(async () => {
  folder = await makeFolder()
  broker = await startBrokerProcess(join(folder, 'broker.db'), queues)
  subscribe('fixture-queue', (message) => {
    const call = message as QueueCall
    calls.push(call)
    call.wait = react(call)
    call.wait.catch(() => undefined)
  })
  subscribe('fixture-timer', (message) => timers.push(message))
  react = async () => undefined
  started = await start(new URL('../fixture/listeners.ts', import.meta.url), {
    log,
    env: { BUS: broker.connectionString, PLAIN_QUEUE: 'plain', TICK: '0 0 0 1 1 *' },
    hostJson: {
      ...hostJson,
      extensions: { serviceBus: { maxConcurrentSessions: 4, sessionIdleTimeout: '00:00:01' } },
    },
  })
})
beforeEach(() => {
  calls.length = 0
  react = async () => undefined
})
afterAll(async () => {
  await started?.host.close(5_000)
  await broker?.kill()
  await removeFolder(folder)
})

async function send(queue: string, ...messages: ServiceBusMessage[]): Promise<void> {
  const client = new ServiceBusClient(
    `${broker.connectionString};UseDevelopmentEmulator=true`.replace(
      String(broker.port),
      String(broker.tcpPort),
    ),
  )
  try {
    await client.createSender(queue).sendMessages(messages)
  } finally {
    await client.close()
  }
}

async function left(queue: string): Promise<number> {
  const stats = (await broker.stats())[queue]
  return stats ? stats.active + stats.locked + stats.deadLetter : Number.NaN
}
const allDone = async () => (await left('plain')) === 0 && (await left('sessions')) === 0

describe('functions on a real queue', () => {
  it('get the message with its metadata, and complete it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await send('plain', {
      messageId: 'm1',
      body: { a: 1 },
      correlationId: 'c1',
      subject: 'kind',
      applicationProperties: { Kind: 'x', 'Diagnostic-Id': traceparent },
    })
    await expect.poll(() => calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      function: 'plain',
      input: { a: 1 },
      traceParent: traceparent,
      metadata: {
        messageId: 'm1',
        correlationId: 'c1',
        subject: 'kind',
        deliveryCount: 1,
        sequenceNumber: expect.any(Number),
        lockToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
        applicationProperties: { kind: 'x' },
      },
    })
    await expect.poll(() => left('plain')).toBe(0)
  })

  it('get bytes unchanged where the binding says binary', async () => {
    const body = Buffer.from([0, 255, 128, 34, 10])
    await send('bytes', { messageId: 'b', body })
    await expect.poll(() => calls).toHaveLength(1)
    expect(Buffer.from(calls[0]?.input as Uint8Array)).toEqual(body)
  })

  it('get a message again when they failed', async () => {
    react = async ({ metadata }) => {
      if (metadata.deliveryCount !== 3) throw new Error('not yet')
    }
    await send('plain', { messageId: 'm2', body: 'text' })
    await expect.poll(() => calls.map(({ metadata }) => metadata.deliveryCount)).toEqual([1, 2, 3])
    await expect.poll(() => left('plain')).toBe(0)
  })

  it('get batches', async () => {
    let release: () => void = () => undefined
    react = () => new Promise<void>((resolve) => (release = resolve))
    await send('many', { messageId: 'x', body: 'x' })
    await expect.poll(() => calls, { timeout: 5_000 }).toHaveLength(1)
    await send('many', { messageId: 'y', body: 'y' }, { messageId: 'z', body: 'z' })
    release()
    await expect.poll(() => calls, { timeout: 5_000 }).toHaveLength(2)
    expect(calls[1]?.input).toEqual(['y', 'z'])
    expect(calls[1]?.metadata).toMatchObject({ messageIdArray: ['y', 'z'], deliveryCountArray: [1, 1] })
    release()
    await expect.poll(() => left('many')).toBe(0)
  })

  it('get sessions in order and side by side', async () => {
    const running = new Set<unknown>()
    let most = 0
    react = async ({ metadata }) => {
      expect(running).not.toContain(metadata.sessionId)
      running.add(metadata.sessionId)
      most = Math.max(most, running.size)
      await new Promise((resolve) => setTimeout(resolve, 20))
      running.delete(metadata.sessionId)
    }
    const ids = ['A', 'B', 'C'].flatMap((session) => [1, 2, 3, 4].map((number) => ({ session, number })))
    await send(
      'sessions',
      ...ids.map(({ session, number }) => ({
        messageId: `${session}${number}`,
        sessionId: session,
        body: number,
      })),
    )
    await expect.poll(() => calls, { timeout: 10_000 }).toHaveLength(12)
    for (const session of ['A', 'B', 'C']) {
      const order = calls.filter(({ metadata }) => metadata.sessionId === session).map(({ input }) => input)
      expect(order).toEqual([1, 2, 3, 4])
    }
    expect(most).toBeGreaterThan(1)
    await expect.poll(() => left('sessions')).toBe(0)
  })

  it('keep a message for longer than its lock', async () => {
    react = () => new Promise((resolve) => setTimeout(resolve, 8_000))
    await send('plain', { messageId: 'long', body: 1 })
    await send('sessions', { messageId: 'long', sessionId: 'L', body: 1 })
    await expect.poll(allDone, { timeout: 15_000 }).toBe(true)
    expect(calls.map(({ metadata }) => metadata.deliveryCount)).toEqual([1, 1])
  })

  it('go on soon after the broker was away, and get what was under way again', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    react = () => gate
    await send('plain', { messageId: 'p', body: 1 })
    await send('sessions', { messageId: 's', sessionId: 'S', body: 1 })
    await expect.poll(() => calls).toHaveLength(2)
    const { port, tcpPort } = broker
    await broker.kill()
    release()
    await expect
      .poll(
        () => log.lines.filter(({ message }) => message.startsWith('Connection to the queue failed')).length,
      )
      .toBeGreaterThan(3)
    calls.length = 0
    react = async () => undefined
    broker = await startBrokerProcess(join(folder, 'broker.db'), queues, { port, tcpPort })
    const back = Date.now()
    await expect
      .poll(() => new Set(calls.map((call) => call.function)), { timeout: 15_000 })
      .toEqual(new Set(['plain', 'sessions']))
    expect(Date.now() - back).toBeLessThan(12_000)
    await expect.poll(allDone).toBe(true)
  })
})

describe('a timer function', () => {
  it('runs at the start, with its data in the library’s form', () => {
    expect(timers).toEqual([
      {
        timer: {
          isPastDue: false,
          schedule: { adjustForDST: true },
          scheduleStatus: expect.objectContaining({ next: expect.stringMatching(/-01-01T00:00:00\.000Z$/) }),
        },
        metadata: undefined,
      },
    ])
  })
})

describe('a host that is closed', () => {
  it('finishes what is running and takes nothing new', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    react = () => gate
    await send('plain', { messageId: 'last', body: 1 })
    await send('sessions', { messageId: 'last', sessionId: 'Z', body: 1 })
    await expect.poll(() => calls).toHaveLength(2)
    const closed = started.host.close(10_000)
    await send('plain', { messageId: 'later', body: 1 })
    await send('sessions', { messageId: 'later', sessionId: 'Z', body: 1 })
    await send('sessions', { messageId: 'later2', sessionId: 'Y', body: 1 })
    release()
    await closed
    expect(calls).toHaveLength(2)
    expect(await left('plain')).toBe(1)
    expect(await left('sessions')).toBe(2)
    expect((await broker.stats()).plain).toMatchObject({ active: 1, locked: 0 })
  })
})
