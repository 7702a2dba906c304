import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_SITE, siteId } from '../../../functions/connectors/rules/site.ts'
import { openServiceBus } from '../../../functions/platform/bus/service-bus.ts'
import {
  agentQueue,
  eventQueue,
  heartbeatQueue,
  replyQueue,
  reportShardOf,
  siteQueue,
} from '../../../shared/wire/queues.ts'
import { makeFolder, removeFolder } from '../../folder.ts'
import { startTestPlatform } from '../../system/platform.ts'
import { createTenant, enrol, setVariables } from '../../system/tenant.ts'
import { dice, pause } from '../random.ts'
import type { CallerMessage } from './caller.ts'
import { openDoor } from './door.ts'
import { type FaultyProxy, openFaultyProxy } from './faulty-proxy.ts'
import { heapMb, residentMb } from './memory.ts'
import { startTarget, type Target } from './target.ts'

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const built = (path: string) => here(`../../../dist/${path}`)
const IN_FLIGHT = 8

/** Whose end is wanted. */
const ending = new WeakSet<ChildProcess>()

/** The first of each is killed, the second lives through everything: its memory can be watched. */
const names = ['agent-1', 'agent-2', 'caller-1', 'caller-2', 'hub', 'broker'] as const
export type Part = (typeof names)[number]

export interface RelaySite {
  readonly target: Target
  /** Ways to the broker that can be disturbed. */
  readonly ways: Readonly<Record<'agent-1' | 'agent-2' | 'caller-1' | 'caller-2', FaultyProxy>>
  kill(part: 'agent-1' | 'caller-1' | 'hub' | 'broker'): Promise<void>
  freeze(part: Part, ms: number): Promise<void>
  /** Lets callers end what they have begun. @returns those that did not within the time. */
  drain(seconds: number): Promise<readonly string[]>
  /** Messages on all queues between hub and agents, dead letters included. */
  left(): Promise<Readonly<Record<string, number>>>
  resident(): Promise<Readonly<Record<string, number | undefined>>>
  /** MB after collecting the garbage, of those that are never killed. */
  heaps(): Promise<Readonly<Record<'agent-2' | 'caller-2', number>>>
  /** Programs that have ended though nobody has killed them. */
  readonly died: readonly string[]
  close(): Promise<void>
}

/** The platform, two agents and two more instances of the hub, every connection to the broker through a proxy. */
export async function startRelaySite(
  seed: number,
  onMessage: (caller: number, message: CallerMessage) => void,
): Promise<RelaySite> {
  const folder = await makeFolder()
  const stops: (() => Promise<unknown>)[] = [() => removeFolder(folder)]
  const close = async () => {
    for (const stop of stops.toReversed()) await stop()
  }
  try {
    return await start()
  } catch (error) {
    await close()
    throw error
  }

  async function start(): Promise<RelaySite> {
    const data = join(folder, 'data')
    const heapFile = (part: string) => join(folder, `${part}.heap`)
    const target = await startTarget(dice(seed * 7 + 1))
    stops.push(target.close)
    const platform = await startTestPlatform(data)
    stops.push(() => platform.program.end('SIGTERM'))
    const tenant = await createTenant(platform, 'Faults')
    await setVariables(tenant.api, { 'Mandant.Sage.BaseUrl': target.url })
    const children = new Map<Part, ChildProcess>()
    const died: string[] = []
    const begin = (part: Part, child: ChildProcess) => {
      children.set(part, child)
      child.once('exit', (code, how) => {
        if (!ending.has(child)) died.push(`${part}: ${how ?? code}`)
      })
    }
    stops.push(() => Promise.all([...children.values()].map((child) => endChild(child, 'SIGTERM'))))

    const doors = [await openDoor(platform.url), await openDoor(platform.url)] as const
    for (const door of doors) stops.push(door.close)
    const folders = [
      await enrol({ ...platform, url: doors[0].url }, tenant, 'one'),
      await enrol({ ...platform, url: doors[1].url }, tenant, 'two'),
    ] as const
    const agents: string[] = (await tenant.api('GET', '/agents')).body.items.map(
      ({ id }: { id: string }) => id,
    )
    const shared = siteId(tenant.id, DEFAULT_SITE)
    for (const index of [0, 1] as const) await connected(startAgent(index))

    const secrets = JSON.parse(await readFile(join(data, 'secrets.json'), 'utf8'))
    const bus = (port: number) =>
      `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=hub;SharedAccessKey=${secrets.busKeys.manage};UseDevelopmentEmulator=true`
    const lanes = [
      await openFaultyProxy(() => doors[0].brokerPort()),
      await openFaultyProxy(() => doors[0].brokerPort()),
    ] as const
    for (const lane of lanes) stops.push(lane.close)
    let incarnation = 0
    for (const index of [0, 1] as const) startCaller(index)
    const watched = openServiceBus(bus(doors[0].brokerPort()))
    stops.push(watched.close)

    function startAgent(index: 0 | 1): ChildProcess {
      const probe = ['--expose-gc', '--import', here('./heap-probe.ts')]
      const child = spawn(
        process.execPath,
        [...probe, built('agent/main.js'), 'run', '--dir', folders[index], '--json'],
        {
          env: { ...process.env, STEG_HEAP_FILE: heapFile(index === 0 ? 'agent-1' : 'agent-2') },
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
      child.stdout?.resume()
      begin(index === 0 ? 'agent-1' : 'agent-2', child)
      return child
    }

    function startCaller(index: 0 | 1): void {
      const number = ++incarnation
      const child = spawn(
        process.execPath,
        ['--expose-gc', '--import', here('./heap-probe.ts'), here('./caller.ts')],
        {
          env: {
            ...process.env,
            STEG_STORE: `sqlite:${join(data, 'store.db')}`,
            STEG_BUS: bus(lanes[index].port),
            STEG_BUS_LISTEN_KEY: secrets.busKeys.listen,
            STEG_BUS_SEND_KEY: secrets.busKeys.send,
            STEG_MASTER_KEY: secrets.masterKey,
            STEG_OPERATOR_TOKEN_HASH: 'x'.repeat(43),
            STEG_HEAP_FILE: heapFile(index === 0 ? 'caller-1' : 'caller-2'),
            CHAOS_CALLER: JSON.stringify({
              name: `c${number}`,
              seed: seed * 13 + number,
              places: [...agents, shared, shared],
              target: target.url,
              inFlight: IN_FLIGHT,
            }),
          },
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        },
      )
      child.on('message', (message) => onMessage(number, message as CallerMessage))
      begin(index === 0 ? 'caller-1' : 'caller-2', child)
    }

    const pidOf = (part: Part) =>
      part === 'hub' || part === 'broker' ? platform.pid(part) : (children.get(part)?.pid ?? 0)

    return {
      target,
      died,
      ways: {
        'agent-1': doors[0].proxy,
        'agent-2': doors[1].proxy,
        'caller-1': lanes[0],
        'caller-2': lanes[1],
      },
      async kill(part) {
        if (part === 'hub' || part === 'broker') return signal(pidOf(part), 'SIGKILL')
        const child = children.get(part)
        if (child !== undefined) await endChild(child, 'SIGKILL')
        if (part === 'agent-1') startAgent(0)
        else startCaller(0)
      },
      async freeze(part, ms) {
        const pid = pidOf(part)
        signal(pid, 'SIGSTOP')
        await pause(ms)
        signal(pid, 'SIGCONT')
      },
      async drain(seconds) {
        const callers = (['caller-1', 'caller-2'] as const).map((part) => ({
          part,
          child: children.get(part),
        }))
        const ended = callers.map(async ({ part, child }) => {
          if (child === undefined) return part
          const idle = untilIdle(child)
          child.send('stop')
          return (await Promise.race([idle, pause(seconds * 1000).then(() => false)])) ? undefined : part
        })
        return (await Promise.all(ended)).filter((part) => part !== undefined)
      },
      async left() {
        const shard = reportShardOf(tenant.id)
        const shards = [heartbeatQueue(shard), eventQueue(shard)]
        const queues = [...agents.map(agentQueue), siteQueue(shared), replyQueue(tenant.id), ...shards]
        const depths = await Promise.all(
          queues.map(async (queue) => {
            const { waiting, deadLetters } = await watched.depthOf(queue)
            return [queue, waiting + deadLetters] as const
          }),
        )
        return Object.fromEntries(depths.filter(([, count]) => count > 0))
      },
      async resident() {
        const sizes = await Promise.all(names.map((part) => residentMb(pidOf(part))))
        return Object.fromEntries(names.map((part, index) => [part, sizes[index]]))
      },
      async heaps() {
        return {
          'agent-2': await heapMb(pidOf('agent-2'), heapFile('agent-2')),
          'caller-2': await heapMb(pidOf('caller-2'), heapFile('caller-2')),
        }
      },
      close,
    }
  }
}

function untilIdle(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.on('message', (message: CallerMessage) => {
      if (message.kind === 'idle') resolve(true)
    })
  })
}

/** Goes on reading afterwards, or the agent would soon have nobody to write to. */
function connected(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('an agent did not connect')))
    child.stdout?.on('data', (text) => {
      if (String(text).includes('"connected"')) resolve()
    })
  })
}

async function endChild(child: ChildProcess, how: NodeJS.Signals): Promise<void> {
  ending.add(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(how)
  if (how !== 'SIGKILL') child.kill('SIGCONT')
  await gone
}

/** The process may just have ended for another reason. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
