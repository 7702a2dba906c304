import { join } from 'node:path'
import { makeFolder, removeFolder } from '../folder.ts'
import { type Program, runProgram, startTestPlatform, type TestPlatform } from '../system/platform.ts'
import {
  createTenant,
  enrol,
  PASSWORD,
  runJob,
  sageVariables,
  setVariables,
  type TestTenant,
} from '../system/tenant.ts'
import { pause } from './random.ts'

export interface LedgerEntry {
  readonly Id: number
  readonly MdNr: number
  readonly AnNr: number
  readonly Time: string
  readonly Type: 'Come' | 'Go'
  readonly PlaceOfWorkId: number | null
  readonly Source: string
}

/** Two of one site; each is killed while the other one works. */
const AGENTS = ['agent-1', 'agent-2'] as const
export type ChaosAgent = (typeof AGENTS)[number]

export interface ChaosSite {
  readonly tenant: TestTenant
  readonly platform: TestPlatform
  ledger(): Promise<readonly LedgerEntry[]>
  setFaults(rules: readonly object[]): Promise<void>
  addOwn(event: object): Promise<void>
  /** `sage` and agents are started again by the site, hub and broker by the platform. */
  kill(victim: 'hub' | 'broker' | 'sage' | ChaosAgent): Promise<void>
  /** Stops a process for a while without its connections noticing. */
  freeze(victim: 'hub' | 'broker' | ChaosAgent, ms: number): Promise<void>
  close(): Promise<void>
}

const PEOPLE = 30

/** Hub, broker, two agents and a simulator that keeps its data, each a process of its own. */
export async function startChaosSite(seed: number): Promise<ChaosSite> {
  const folder = await makeFolder()
  const started: (() => Promise<unknown>)[] = [() => removeFolder(folder)]
  const close = async () => {
    for (const stop of started.toReversed()) await stop()
  }
  try {
    return await start()
  } catch (error) {
    await close()
    throw error
  }

  async function start(): Promise<ChaosSite> {
    const platform = await startTestPlatform(join(folder, 'data'))
    started.push(() => platform.program.end('SIGTERM'))
    let faults: readonly object[] = []
    let port = 0
    let sage = await startSage()
    started.push(() => sage.end('SIGTERM'))
    const url = `http://127.0.0.1:${port}/hrportalapi`
    const tenant = await createTenant(platform, 'Chaos')
    await setVariables(tenant.api, sageVariables(url))
    // The simulator commits at once: nothing is under way any more when a connection has been gone for so long.
    await tenant.api('PUT', '/sage/profile', { timeEvents: { settleSeconds: 2 } })
    const directories = new Map<ChaosAgent, string>()
    const agents = new Map<ChaosAgent, Program>()
    started.push(() => Promise.all([...agents.values()].map((agent) => agent.end('SIGTERM'))))
    for (const name of AGENTS) {
      directories.set(name, await enrol(platform, tenant, name))
      await startAgent(name).line('connected')
    }
    const run = await runJob(tenant.api)
    if (run.state !== 'succeeded') throw new Error(`people: ${JSON.stringify(run)}`)

    async function startSage(): Promise<Program> {
      const options = {
        port,
        seed,
        people: PEOPLE,
        dataFile: join(folder, 'sage.db'),
        users: [{ username: 'StegConnector', password: PASSWORD }],
      }
      const program = runProgram('infra/local/sage/main.js', [], { STEG_SAGE: JSON.stringify(options) })
      port = Number((await program.line('ready')).port)
      if (faults.length > 0) await control('PUT', 'faults', faults)
      return program
    }

    function startAgent(name: ChaosAgent): Program {
      const directory = directories.get(name) ?? ''
      const program = runProgram('agent/main.js', ['run', '--dir', directory, '--json'])
      agents.set(name, program)
      return program
    }

    async function control(method: string, path: string, body?: unknown): Promise<unknown> {
      const response = await fetch(`http://127.0.0.1:${port}/_control/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
      return response.status === 204 ? undefined : response.json()
    }

    return {
      tenant,
      platform,
      ledger: async () => (await control('GET', 'ledger')) as LedgerEntry[],
      async setFaults(rules) {
        faults = rules
        await control('PUT', 'faults', rules)
      },
      async addOwn(event) {
        await control('POST', 'ledger', event)
      },
      async kill(victim) {
        if (victim === 'sage') {
          await sage.end('SIGKILL')
          sage = await startSage()
        } else if (victim === 'agent-1' || victim === 'agent-2') {
          await agents.get(victim)?.end('SIGKILL')
          startAgent(victim)
        } else {
          signal(platform.pid(victim), 'SIGKILL')
        }
      },
      async freeze(victim, ms) {
        const own = victim === 'agent-1' || victim === 'agent-2'
        const pid = own ? (agents.get(victim)?.child.pid ?? 0) : platform.pid(victim)
        signal(pid, 'SIGSTOP')
        await pause(ms)
        signal(pid, 'SIGCONT')
      },
      close,
    }
  }
}

/** The process may just have ended for another reason. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
