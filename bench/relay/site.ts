import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { enrol } from '../../agent/commands/enrol.ts'
import { stateIn } from '../../agent/state/state.ts'
import { createBusGrants } from '../../functions/platform/bus/grants.ts'
import { openServiceBus } from '../../functions/platform/bus/service-bus.ts'
import { createRelayService, type RelayService } from '../../functions/relay/service.ts'
import { systemClock, toIso } from '../../shared/clock.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import type { SessionResponse } from '../../shared/wire/enrolment.ts'
import { HEARTBEAT_LIFETIME_SECONDS } from '../../shared/wire/heartbeat.ts'
import { createPairing } from '../../shared/wire/pairing.ts'
import { agentQueue, eventQueue, heartbeatQueue, replyQueue, siteQueue } from '../../shared/wire/queues.ts'
import {
  type HubChannel,
  hubChannel,
  makeSealKey,
  SealPublicKey,
  sealPublicKey,
} from '../../shared/wire/seal.ts'
import { type Children, endedEarly } from './children.ts'

export const AGENT_ID = 'bench-agent'
/** Calls go to the site, as the hub sends them. */
const SITE_QUEUE = siteQueue('bench')
const REPLIES_QUEUE = replyQueue('bench')
const HEARTBEATS_QUEUE = heartbeatQueue(0)
const EVENTS_QUEUE = eventQueue(0)
const SESSION_MS = 3_600_000
const SETTLE_MS = 5000
const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

const policies = {
  hub: { name: 'hub', key: 'aHVi', rights: ['listen', 'send', 'manage'] },
  listen: { name: 'listen', key: 'bGlzdGVu', rights: ['listen'] },
  send: { name: 'send', key: 'c2VuZA==', rights: ['send'] },
}
const Stats = z.object({
  answer: z.literal('stats'),
  stats: z.record(z.string(), z.object({ active: z.int(), locked: z.int(), deadLetter: z.int() })),
})

export interface Site {
  /** The target's own address. */
  readonly url: string
  readonly brokerPid: number
  readonly relay: RelayService
  /** Starts the agent as installed; resolves when it is connected, with the milliseconds that took. */
  startAgent(): Promise<{ child: ChildProcess; pid: number; ms: number }>
  /** Messages that stay on the queues of calls and replies; an agent settles a call just after its answer is out. */
  leftBehind(): Promise<number>
  close(): Promise<void>
}

/**
 * Target (unless there is one already), broker and agent, each in a process of its own, on loopback. This process is the hub's side: the relay service
 * over the real bus adapter, and the little of the hub's API that a running agent asks for.
 */
export async function openSite(folder: string, children: Children, targetUrl?: string): Promise<Site> {
  const url = targetUrl ?? (await startTarget(children))
  const broker = await children.listening(built('infra/local/broker/main.js'), {
    STEG_BROKER: JSON.stringify({
      dataFile: join(folder, 'broker.db'),
      policies: Object.values(policies),
      queues: [
        { name: agentQueue(AGENT_ID), lockSeconds: 60 },
        { name: SITE_QUEUE, lockSeconds: 30, maxDeliveryCount: 50, duplicateDetectionSeconds: 600 },
        { name: REPLIES_QUEUE, requiresSession: true, lockSeconds: 300, timeToLiveSeconds: 3600 },
        { name: HEARTBEATS_QUEUE, timeToLiveSeconds: HEARTBEAT_LIFETIME_SECONDS },
        { name: EVENTS_QUEUE, requiresSession: true, timeToLiveSeconds: 3600 },
      ],
    }),
  })
  const sessions = await serveSessions(broker.port)
  const stateFolder = join(folder, 'agent')
  const channel = await enrolAgent(stateFolder, sessions.url, url)

  const bus = openServiceBus(
    `Endpoint=sb://127.0.0.1:${broker.port};SharedAccessKeyName=hub;SharedAccessKey=${policies.hub.key};UseDevelopmentEmulator=true`,
  )
  const relay = createRelayService({
    bus,
    clock: systemClock,
    random: systemRandom,
    placeOf: async () => ({ queue: SITE_QUEUE, replies: REPLIES_QUEUE, channel, agents: [AGENT_ID] }),
    instanceId: 'bench-hub',
    log: silentLogger,
    onLate: () => undefined,
  })
  return {
    url,
    brokerPid: broker.child.pid ?? 0,
    relay,
    async startAgent() {
      const began = performance.now()
      const child = children.spawn(
        process.execPath,
        [built('downloads/steg-agent.mjs'), 'run', '--dir', stateFolder, '--json'],
        { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] },
      )
      await Promise.race([connected(child), endedEarly(child, 'the agent')])
      return { child, pid: child.pid ?? 0, ms: performance.now() - began }
    },
    async leftBehind() {
      const until = performance.now() + SETTLE_MS
      let left = await countMessages(broker.child)
      while (left > 0 && performance.now() < until) {
        await pause(50)
        left = await countMessages(broker.child)
      }
      return left
    },
    async close() {
      await relay.close()
      await bus.close()
      sessions.close()
    },
  }
}

async function startTarget(children: Children): Promise<string> {
  const { port } = await children.listening(fileURLToPath(new URL('./target.ts', import.meta.url)))
  return `http://127.0.0.1:${port}`
}

async function countMessages(broker: ChildProcess): Promise<number> {
  broker.send({ ask: 'stats', id: 1 })
  const [message] = await once(broker, 'message')
  const { stats } = Stats.parse(message)
  return [agentQueue(AGENT_ID), SITE_QUEUE, REPLIES_QUEUE]
    .map((queue) => stats[queue])
    .reduce((sum, one) => sum + (one ? one.active + one.locked + one.deadLetter : 0), 0)
}

async function connected(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('no output')
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve) =>
    lines.on('line', (line) => {
      if (line.includes('"event":"connected"')) resolve()
    }),
  )
}

/** Grants a session to whoever asks; nobody but the agent of this benchmark knows the address. */
async function serveSessions(brokerPort: number): Promise<{ url: string; close(): void }> {
  const { grant, broker } = createBusGrants({
    broker: { host: '127.0.0.1', port: brokerPort, tls: false },
    namespace: '127.0.0.1',
    listen: policies.listen,
    send: policies.send,
  })
  const server = http.createServer((request, response) => {
    request.resume()
    const now = Date.now()
    const expiresAt = now + SESSION_MS
    const entity = (queue: string, right: 'listen' | 'send') => ({
      queue,
      sas: grant(queue, right, expiresAt),
    })
    const session: SessionResponse = {
      wire: WIRE_VERSION,
      agentId: AGENT_ID,
      broker: { ...broker },
      requests: entity(agentQueue(AGENT_ID), 'listen'),
      site: entity(SITE_QUEUE, 'listen'),
      replies: entity(REPLIES_QUEUE, 'send'),
      // Nobody reads them here.
      heartbeats: { ...entity(HEARTBEATS_QUEUE, 'send'), key: 'x'.repeat(43), until: expiresAt },
      events: entity(EVENTS_QUEUE, 'send'),
      expiresAt: toIso(expiresAt),
      serverTime: toIso(now),
    }
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(session))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** @returns the hub's end of what is sealed between the two. */
async function enrolAgent(dir: string, hubUrl: string, targetUrl: string): Promise<HubChannel> {
  const privateKey = makeSealKey()
  let channel: HubChannel | undefined
  await enrol({
    state: stateIn(dir, systemClock),
    hub: {
      async enrol(prove) {
        const { proof } = await prove(Date.now())
        const peerKey = SealPublicKey.parse(decodeJwt(proof).seal)
        const pairing = createPairing({
          side: 'hub',
          tenantId: 'bench',
          agentId: AGENT_ID,
          privateKey,
          peerKey,
        })
        channel = hubChannel([pairing], [{ agentId: AGENT_ID, pairing }])
        return {
          wire: WIRE_VERSION,
          agentId: AGENT_ID,
          name: 'Bench',
          tenant: { id: 'bench', name: 'Bench' },
          targets: { sage: targetUrl },
          sealKey: sealPublicKey(privateKey),
        }
      },
    },
    hubUrl,
    token: 'mat-0123456789abcdefghijklmnopqrstuvwxyz',
    name: 'Bench',
    host: 'bench',
    version: '0.1.0',
    category: 'sage',
    clock: systemClock,
  })
  if (channel === undefined) throw new Error('the agent did not enrol')
  return channel
}
