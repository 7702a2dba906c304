import { once } from 'node:events'
import http from 'node:http'
import { join } from 'node:path'
import { createBusGrants } from '../../functions/platform/bus/grants.ts'
import { openServiceBus } from '../../functions/platform/bus/service-bus.ts'
import { createRelayService } from '../../functions/relay/service.ts'
import { type QueueStats, startBroker } from '../../infra/local/broker/broker.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { eventQueue, heartbeatQueue, reportShardOf } from '../../shared/wire/queues.ts'
import { connectorsSite, TENANT } from '../connectors/site.ts'
import { makeFolder, removeFolder } from '../folder.ts'
import { type Program, runProgram } from './platform.ts'

const HEARTBEATS_QUEUE = heartbeatQueue(reportShardOf(TENANT))
const EVENTS_QUEUE = eventQueue(reportShardOf(TENANT))
const policies = [
  { name: 'listen', key: 'bGlzdGVu', rights: ['listen' as const] },
  { name: 'send', key: 'c2VuZA==', rights: ['send' as const] },
  { name: 'hub', key: 'aHVi', rights: ['listen' as const, 'send' as const, 'manage' as const] },
]

/**
 * A broker, the hub's connectors and relay, a target that counts, and built agents that are enrolled for one site.
 * `target` answers after some milliseconds that it is told by the caller.
 */
export async function twoAgentsSite() {
  const folder = await makeFolder()
  /** How often the target was asked, by the caller's name for the call. */
  const executed = new Map<string, number>()
  const target = await listen((request, response) => {
    const name = String(request.headers['x-name'])
    executed.set(name, (executed.get(name) ?? 0) + 1)
    setTimeout(() => response.end(name), Number(request.headers['x-wait']))
  })
  const broker = await startBroker({
    dataFile: join(folder, 'broker.db'),
    policies,
    queues: [
      { name: HEARTBEATS_QUEUE, timeToLiveSeconds: 60 },
      { name: EVENTS_QUEUE, requiresSession: true, timeToLiveSeconds: 60 },
    ],
  })
  const bus = openServiceBus(broker.connectionString('hub'))
  const key = (name: string) => policies.find((policy) => policy.name === name)?.key ?? ''
  const { connectors } = await connectorsSite({
    bus,
    clock: systemClock,
    grants: createBusGrants({
      broker: { host: '127.0.0.1', port: broker.port, tls: false },
      namespace: '127.0.0.1',
      listen: { name: 'listen', key: key('listen') },
      send: { name: 'send', key: key('send') },
    }),
  })
  const hub = await listen(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString())
    const answer = request.url?.endsWith('/enrolments')
      ? await connectors.enrol(body)
      : await connectors.openSession(body.assertion)
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const relay = createRelayService({
    bus,
    clock: systemClock,
    random: systemRandom,
    placeOf: connectors.placeOf,
    instanceId: 'hub-two',
    log: silentLogger,
    onLate: () => undefined,
  })
  const agents = new Map<string, Program>()

  async function enrol(name: string): Promise<void> {
    const { secret } = await connectors.accessTokens.create(TENANT)
    const to = ['--hub', hub.url, '--token', secret, '--dir', join(folder, name), '--name', name]
    const program = runProgram('agent/main.js', ['enrol', ...to])
    if ((await program.end(0 as never)) !== 0) throw new Error(program.errors())
  }

  async function run(name: string): Promise<void> {
    const program = runProgram('agent/main.js', ['run', '--dir', join(folder, name), '--json'])
    agents.set(name, program)
    await program.line('connected')
  }

  return {
    connectors,
    executed,
    enrol,
    run,
    kill: async (name: string) => agents.get(name)?.end('SIGKILL'),
    /** Calls the target through the site. */
    call: (name: string, idempotency: 'once' | 'repeatable', wait: number, timeout: number) =>
      relay.call(`${TENANT}.main`, {
        target: { name: 'sage', url: target.url },
        method: 'POST',
        path: '/count',
        headers: [
          ['x-name', name],
          ['x-wait', String(wait)],
        ],
        idempotency,
        timeout,
      }),
    /** Messages on the queues of calls and replies, dead letters included. */
    left: () =>
      Object.entries(broker.stats())
        .filter(([queue]) => queue !== HEARTBEATS_QUEUE && queue !== EVENTS_QUEUE)
        .map(([queue, stats]: [string, QueueStats]) => [
          queue,
          stats.active + stats.locked + stats.deadLetter,
        ])
        .filter(([, count]) => count !== 0),
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.end('SIGKILL')))
      await relay.close()
      await bus.close()
      await broker.close()
      hub.close()
      target.close()
      await removeFolder(folder)
    },
  }
}

async function listen(handler: http.RequestListener): Promise<{ url: string; close(): void }> {
  const server = http.createServer(handler).listen(0, '127.0.0.1')
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
