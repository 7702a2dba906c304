import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { ServiceBusClient, type ServiceBusReceivedMessage, type ServiceBusSender } from '@azure/service-bus'
import { onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { enrol } from '../../agent/commands/enrol.ts'
import { connectHub } from '../../agent/connection/hub.ts'
import { createHubClock } from '../../agent/connection/hub-clock.ts'
import { straight } from '../../agent/network/outbound.ts'
import { stateIn } from '../../agent/state/state.ts'
import { sasToken } from '../../functions/platform/bus/sas.ts'
import { openServiceBus } from '../../functions/platform/bus/service-bus.ts'
import { type Broker, startBroker } from '../../infra/local/broker/broker.ts'
import { systemClock } from '../../shared/clock.ts'
import { type HttpCallHead, ReplyHead } from '../../shared/wire/call.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import { EventHead, readEvent } from '../../shared/wire/event.ts'
import { decodeFrame, encodeFrame, packBody, unpackBody } from '../../shared/wire/frame.ts'
import { type Heartbeat, readHeartbeat } from '../../shared/wire/heartbeat.ts'
import {
  agentQueue,
  eventQueue,
  heartbeatQueue,
  replyQueue,
  reportShardOf,
} from '../../shared/wire/queues.ts'
import { type FakeHub, fakeHub, TOKEN } from './fake-hub.ts'
import { type AgentProcess, startAgent } from './process.ts'
import { HEARTBEAT_KEY, heartbeatsOf } from './session.ts'
import { temporaryFolder } from './temporary.ts'

const AGENT_ID = 't1-agent1'
const HUB_SESSION = 'hub-1'
const REPLIES_QUEUE = replyQueue('t1')
const HEARTBEATS_QUEUE = heartbeatQueue(reportShardOf('t1'))
const EVENTS_QUEUE = eventQueue(reportShardOf('t1'))
const policies = [
  { name: 'listen', key: 'bGlzdGVu', rights: ['listen' as const] },
  { name: 'send', key: 'c2VuZA==', rights: ['send' as const] },
  { name: 'hub', key: 'aHVi', rights: ['listen' as const, 'send' as const, 'manage' as const] },
]

export interface Reply {
  readonly outcome: ReplyHead['outcome']
  readonly text: string
}

export interface CallOptions extends Partial<Omit<HttpCallHead, 'target'>> {
  readonly url: string
  readonly text?: string
  /** Milliseconds. */
  readonly timeout?: number
}

export interface Site {
  readonly hub: FakeHub
  readonly dir: string
  broker(): Broker
  stopBroker(): Promise<void>
  startBroker(): Promise<void>
  /** Address at which agents find the broker. */
  brokerPort: number
  brokerHost: string
  brokerTls: boolean
  run(options?: Parameters<typeof startAgent>[1], args?: string[]): AgentProcess
  call(options: CallOptions): Promise<Reply>
  ping(timeout?: number): Promise<Reply>
  /** Seals anything for the agent. */
  sendRaw(body: Uint8Array): Promise<Reply>
  /** Takes the next request away from the agent and gives it back, as an agent does that stops. */
  takeAndAbandon(properties?: Record<string, number>): Promise<void>
  /** What the hub does with the queue of a revoked agent. */
  removeQueue(): Promise<void>
  /** Heartbeats of the agent, proven. */
  heartbeats(count: number): Promise<Heartbeat[]>
  /** What the agent has reported in order, opened. */
  events(count: number): Promise<{ readonly kind: string; readonly payload: unknown }[]>
}

class PlainWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(String(url).replace(/^wss:/, 'ws:'), protocols)
  }
}

/** A broker, a hub, an enrolled agent that does not run yet, and somebody at the hub who makes calls. */
export async function site(options: { lockSeconds?: number; sessionSeconds?: number } = {}): Promise<Site> {
  const folder = await temporaryFolder()
  const dir = join(folder, 'agent')
  const hub = await fakeHub()
  let broker: Broker | undefined
  let port = 0
  let caller: ServiceBusClient | undefined
  let requests: ServiceBusSender | undefined
  const waiting = new Map<string, (reply: Reply) => void>()

  async function openBroker(): Promise<void> {
    broker = await startBroker({
      dataFile: join(folder, 'broker.db'),
      policies,
      port,
      queues: [
        { name: agentQueue(AGENT_ID), lockSeconds: options.lockSeconds ?? 30 },
        { name: REPLIES_QUEUE, requiresSession: true },
        { name: HEARTBEATS_QUEUE },
        { name: EVENTS_QUEUE, requiresSession: true },
      ],
    })
    port = broker.port
    caller = new ServiceBusClient(broker.connectionString('hub'), {
      webSocketOptions: { webSocket: PlainWebSocket },
    })
    const replies = await caller.acceptSession(REPLIES_QUEUE, HUB_SESSION, {
      receiveMode: 'receiveAndDelete',
    })
    replies.subscribe({ processMessage: onReply, processError: async () => undefined })
  }

  async function closeBroker(): Promise<void> {
    await caller?.close()
    requests = undefined
    await broker?.close()
    broker = undefined
  }

  async function onReply(message: ServiceBusReceivedMessage): Promise<void> {
    const frame = hub.channel().open(String(message.correlationId), message.body)
    const { head, body } = decodeFrame(ReplyHead, frame)
    const text = Buffer.from(await unpackBody(head.body, body)).toString()
    waiting.get(String(message.correlationId))?.({ outcome: head.outcome, text })
  }

  async function request(id: string, body: Uint8Array, timeToLive: number): Promise<Reply> {
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve))
    requests ??= connected().createSender(agentQueue(AGENT_ID))
    await requests.sendMessages({
      body: hub.channel().seal(id, body),
      subject: 'call',
      messageId: id,
      correlationId: id,
      replyToSessionId: HUB_SESSION,
      timeToLive,
    })
    return reply
  }

  function connected(): ServiceBusClient {
    if (caller === undefined) throw new Error('the broker does not run')
    return caller
  }

  await openBroker()
  onTestFinished(closeBroker)
  const made: Site = {
    hub,
    dir,
    brokerPort: port,
    brokerHost: '127.0.0.1',
    brokerTls: false,
    broker: () => {
      if (broker === undefined) throw new Error('the broker does not run')
      return broker
    },
    stopBroker: closeBroker,
    startBroker: openBroker,
    run: (processOptions, args = []) => startAgent(['run', '--dir', dir, '--json', ...args], processOptions),
    async call({ url, text, timeout = 20_000, ...head }) {
      const id = head.id ?? randomUUID()
      const packed = await packBody(Buffer.from(text ?? ''))
      const whole: HttpCallHead = {
        v: WIRE_VERSION,
        form: 'http',
        deadline: hub.now() + timeout,
        target: { name: 'sage', url },
        method: 'GET',
        path: '/',
        headers: [],
        idempotency: 'repeatable',
        body: packed?.info ?? null,
        ...head,
        id,
      }
      return request(id, encodeFrame(whole, packed?.bytes, 'request'), timeout)
    },
    ping(timeout = 20_000) {
      const id = randomUUID()
      const frame = encodeFrame(
        { v: WIRE_VERSION, id, deadline: hub.now() + timeout, ping: true },
        undefined,
        'request',
      )
      return request(id, frame, timeout)
    },
    sendRaw: (body) => request(randomUUID(), body, 60_000),
    async takeAndAbandon(properties) {
      const receiver = connected().createReceiver(agentQueue(AGENT_ID))
      const [message] = await receiver.receiveMessages(1)
      if (message) await receiver.abandonMessage(message, properties)
      await receiver.close()
    },
    async removeQueue() {
      const bus = openServiceBus(made.broker().connectionString('hub'))
      await bus.deleteQueue(agentQueue(AGENT_ID))
      await bus.close()
    },
    async events(count) {
      const receiver = await connected().acceptSession(EVENTS_QUEUE, AGENT_ID, {
        receiveMode: 'receiveAndDelete',
      })
      const found: { kind: string; payload: unknown }[] = []
      while (found.length < count) {
        for (const { body: bytes } of await receiver.receiveMessages(count - found.length)) {
          const event = readEvent(Buffer.from(bytes).toString())
          if (event === undefined) throw new Error('not an event')
          const { head, body } = decodeFrame(EventHead, hub.channel().open(event.id, event.sealed))
          found.push({ kind: head.kind, payload: JSON.parse(Buffer.from(body).toString()) })
        }
      }
      await receiver.close()
      return found
    },
    async heartbeats(count) {
      const receiver = connected().createReceiver(HEARTBEATS_QUEUE, { receiveMode: 'receiveAndDelete' })
      const found: Heartbeat[] = []
      while (found.length < count) {
        const messages = await receiver.receiveMessages(count - found.length, { maxWaitTimeInMs: 20_000 })
        for (const { body } of messages) {
          const beat = readHeartbeat(Buffer.from(body).toString(), [HEARTBEAT_KEY], hub.now())
          if (beat !== undefined) found.push(beat)
        }
      }
      await receiver.close()
      return found
    },
  }
  hub.grant = (agentId, now) => {
    const lifetime = (options.sessionSeconds ?? 3600) * 1000
    // The broker goes by the machine's clock, whatever the hub's shows.
    const sas = (queue: string, right: 'listen' | 'send') => ({
      queue,
      sas: sasToken(`sb://${made.brokerHost}/${queue}`, right, keyOf(right), Date.now() + lifetime),
    })
    return {
      broker: { host: made.brokerHost, port: made.brokerPort, tls: made.brokerTls },
      requests: sas(agentQueue(agentId), 'listen'),
      replies: sas(REPLIES_QUEUE, 'send'),
      heartbeats: { ...sas(HEARTBEATS_QUEUE, 'send'), ...heartbeatsOf(agentId, now + lifetime) },
      events: sas(EVENTS_QUEUE, 'send'),
      expiresAt: new Date(now + lifetime).toISOString(),
    }
  }
  await enrol({
    state: stateIn(dir, systemClock),
    hub: connectHub({
      url: hub.url,
      hubClock: createHubClock(systemClock),
      localNow: Date.now,
      language: 'en',
      outbound: straight,
    }),
    hubUrl: hub.url,
    token: TOKEN,
    name: 'Agent 1',
    host: 'server1',
    version: '0.1.0',
    category: 'sage',
    clock: systemClock,
  })
  return made
}

function keyOf(name: string): string {
  return policies.find((policy) => policy.name === name)?.key ?? ''
}
