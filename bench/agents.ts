import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { measureFlood } from './agents/flood.ts'
import { openSenders, startReporting } from './agents/reporting.ts'
import { type AgentsSite, openAgentsSite } from './agents/site.ts'
import { processorMs, residentMb } from './relay/children.ts'

const TENANTS = 200
const CONNECTIONS = 10
/** Everybody has reported several times then, and whoever was missed stands as disconnected. */
const SECONDS = 180
const LOOK_SECONDS = 15

/** One look at who is connected, as tenants see it. */
async function countConnected(site: AgentsSite): Promise<number> {
  let connected = 0
  for (const { api } of site.tenants) {
    const { items } = (await api('GET', '/agents')).body as { items: { status: string }[] }
    connected += items.filter(({ status }) => status === 'connected').length
  }
  return connected
}

async function costs(site: AgentsSite) {
  const { store, bus } = (await site.operator('GET', '/metrics')).body
  const [hub, broker] = await Promise.all(
    (['hub', 'broker'] as const).map(async (name) => (await processorMs(site.platform.pid(name))) ?? 0),
  )
  return {
    transactions: store.transactions,
    queries: store.queries,
    sent: bus.sent,
    hub: hub ?? 0,
    broker: broker ?? 0,
  }
}

/**
 * Agents that only report, over the real broker to one hub, each in a process of its own; and what a flood of one of them
 * does to the others. `STEG_BENCH_AGENTS` sets how many there are.
 */
export async function benchAgents(): Promise<void> {
  const agents = Number(process.env.STEG_BENCH_AGENTS ?? 10_000)
  const folder = await mkdtemp(join(tmpdir(), 'steg-bench-'))
  const site = await openAgentsSite(folder, TENANTS, Math.ceil(agents / TENANTS))
  try {
    await reportFloods(site)
    await reportAgents(site)
  } finally {
    await site.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function reportAgents(site: AgentsSite): Promise<void> {
  const count = site.reporters.length
  const senders = openSenders(site, CONNECTIONS)
  const reporting = startReporting(site, senders)
  // Everybody once.
  await pause(32_000)
  const before = await costs(site)
  const sentBefore = reporting.counts().sent
  const began = performance.now()
  const looks: { 'after s': number; connected: number; missing: number; load: number }[] = []
  let looked = 0
  while (performance.now() - began < SECONDS * 1000) {
    await pause(LOOK_SECONDS * 1000)
    const connected = await countConnected(site)
    looked += site.tenants.length
    looks.push({
      'after s': Math.round((performance.now() - began) / 1000),
      connected,
      missing: count - connected,
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    })
  }
  const seconds = (performance.now() - began) / 1000
  const after = await costs(site)
  const { sent, failed } = reporting.counts()
  reporting.stop()
  await senders.close()
  console.log(
    `Agents: ${count.toLocaleString('en')} report every 30 s to one hub, as ${site.tenants.length} tenants see it`,
  )
  console.table(looks)
  const perAgentHour = (value: number) => Math.round((value / count) * (3600 / seconds) * 100) / 100
  console.log('Agents: for each agent and hour')
  console.table([
    {
      'heartbeats sent': perAgentHour(sent - sentBefore),
      'not accepted': failed,
      'messages sent by the hub': perAgentHour(after.sent - before.sent),
      // Looking costs pages, which nobody would turn so often.
      transactions: perAgentHour(after.transactions - before.transactions - looked),
      'hub, ms of processor': perAgentHour(after.hub - before.hub),
      'broker, ms of processor': perAgentHour(after.broker - before.broker),
      'hub, MB': Math.round((await residentMb(site.platform.pid('hub'))) ?? 0),
    },
  ])
}

async function reportFloods(site: AgentsSite): Promise<void> {
  const floods = []
  for (const rubbish of [3000, 30_000]) floods.push(await measureFlood(site, rubbish))
  console.log(
    'Agents: one of them sends rubbish as fast as it can; how much later do reports of other tenants count?',
  )
  console.table(floods)
}
