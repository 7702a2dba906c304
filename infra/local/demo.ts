import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type Api, createApi } from './api.ts'
import { type DataFolder, demoPassword, readJson, writeJson } from './data-folder.ts'
import { DEMO_EMAIL, makeDemoUser } from './demo-user.ts'
import type { Mailbox } from './mailbox/mailbox.ts'
import { entry } from './platform.ts'
import { listens } from './port.ts'
import { type Managed, manage, type ProcessSpec } from './process.ts'
import type { Report } from './report.ts'

const AGENT_NAME = 'Demo-Server'
const SAGE_USER = 'StegConnector'

const Run = z.object({ id: z.string(), state: z.string(), message: z.string().nullable() })

const State = z.object({
  tenantId: z.string(),
  apiToken: z.string(),
  sagePassword: z.string(),
  sagePort: z.int(),
  /** The Sage port before, while the tenant's variable is being changed. */
  sagePortBefore: z.int().optional(),
  /** The agent, the address at which it enrolled, and its folder. */
  agent: z.object({ id: z.string().optional(), hub: z.string(), folder: z.string() }).nullable(),
})
type State = z.infer<typeof State>

export interface Demo {
  readonly tenantToken: string
  readonly tenantId: string
  readonly email: string
  readonly password: string
  readonly sageUrl: string
  readonly people: number
  /** The outcome of the first synchronisation. */
  readonly run: { readonly state: string; readonly message: string | null }
  stop(): Promise<void>
}

/** A tenant with a simulated customer site: Sage simulator, and an agent in its own process. Repeatable at every start. */
export async function startDemo(
  folder: DataFolder,
  hub: { readonly url: string; readonly operatorToken: string; readonly mailbox: Mailbox },
  people: number,
  report: Report,
): Promise<Demo> {
  const file = folder.path('demo.json')
  const state = (await readJson(file, State)) ?? (await createTenant(hub))
  await writeJson(file, state)
  await orderEverything(hub, state.tenantId)
  const started: Managed[] = []
  const stop = async () => {
    for (const process of started.toReversed()) await process.stop()
  }
  try {
    const sage = await manage(await sageSpec(folder, state, people), report)
    started.push(sage)
    const sageUrl = sage.ready.url ?? ''
    const api = createApi(hub.url, state.apiToken)
    const moved = sage.ready.port !== state.sagePort
    const own = [state.sagePort, state.sagePortBefore].map((port) => `http://127.0.0.1:${port}/hrportalapi`)
    if (moved) {
      // Written before the variable is, so that a start that breaks off in between knows both as its own.
      state.sagePortBefore = state.sagePort
      state.sagePort = sage.ready.port ?? 0
      await writeJson(file, state)
    }
    await setVariables(api, state, sageUrl, own)
    if (state.agent === null || !(await isUsable(api, state.agent, hub.url))) {
      state.agent = await enrol(api, hub.url, folder)
    } else if (state.sagePortBefore !== undefined) {
      await runAgent(['targets', 'allow', sageUrl, '--dir', folder.path(state.agent.folder)])
    }
    delete state.sagePortBefore
    await writeJson(file, state)
    started.push(await manage(agentSpec(folder.path(state.agent.folder)), report))
    const password = await demoPassword(folder)
    await makeDemoUser(hub.url, api, hub.mailbox, password)
    const run = await synchronise(api)
    const { total } = await api.get('/people?limit=1', z.object({ total: z.int() }))
    return {
      tenantToken: state.apiToken,
      tenantId: state.tenantId,
      email: DEMO_EMAIL,
      password,
      sageUrl,
      people: total,
      run,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function createTenant(hub: { url: string; operatorToken: string }): Promise<State> {
  const created = await createApi(hub.url, hub.operatorToken).post(
    '/tenants',
    { name: 'Muster GmbH' },
    z.object({ id: z.string(), apiToken: z.string() }),
  )
  return {
    tenantId: created.id,
    apiToken: created.apiToken,
    sagePassword: randomBytes(12).toString('base64url'),
    sagePort: 0,
    agent: null,
  }
}

/** The demo does not end with the trial. What somebody has set since stays. */
async function orderEverything(hub: { url: string; operatorToken: string }, tenantId: string): Promise<void> {
  const api = createApi(hub.url, hub.operatorToken)
  const path = `/tenants/${tenantId}/licence`
  const { kind } = await api.get(path, z.object({ kind: z.string() }))
  if (kind !== 'trial') return
  const order = { active: true }
  await api.put(path, { terminalConnection: order, mobileApp: order, accessControl: order })
}

/** On the port of the last start when it is free, because agents call only addresses they know. */
async function sageSpec(folder: DataFolder, state: State, people: number): Promise<ProcessSpec> {
  const port = await listens(state.sagePort)
  return {
    name: 'sage',
    file: entry('./sage/main'),
    dataFile: folder.path('sage.db'),
    readyOn: 'ipc',
    env: (ready) => ({
      STEG_SAGE: JSON.stringify({
        port: ready?.port ?? port,
        people,
        dataFile: folder.path('sage.db'),
        users: [{ username: SAGE_USER, password: state.sagePassword }],
      }),
    }),
  }
}

function agentSpec(directory: string): ProcessSpec {
  return {
    name: 'agent',
    file: entry('../../agent/main'),
    args: ['run', '--dir', directory, '--json'],
    readyOn: { line: 'connected' },
    dataFile: directory,
    final: { code: 3, why: 'it was revoked; the next start enrols a new one' },
    env: () => ({}),
  }
}

/** Only what differs is written, so that a start changes nothing when nothing changed. */
async function setVariables(api: Api, state: State, sageUrl: string, own: readonly string[]): Promise<void> {
  const Variables = z.object({
    items: z.array(z.object({ name: z.string(), value: z.string().nullable(), isSet: z.boolean() })),
  })
  const { items } = await api.get('/variables', Variables)
  const current = new Map(items.map((item) => [item.name, item]))
  if (current.get('Mandant.Sage.Username')?.isSet !== true) {
    await api.put('/variables/Mandant.Sage.Username', { value: SAGE_USER })
  }
  if (current.get('Mandant.Sage.Password')?.isSet !== true) {
    await api.put('/variables/Mandant.Sage.Password', { value: state.sagePassword })
  }
  // An address of somebody's own Sage stays; only the simulator's is kept up to date.
  const known = current.get('Mandant.Sage.BaseUrl')?.value ?? null
  if (known === null || (own.includes(known) && known !== sageUrl)) {
    await api.put('/variables/Mandant.Sage.BaseUrl', { value: sageUrl })
  }
}

const Agents = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
})

/** The hub still knows the agent, and the agent the hub at this address. */
async function isUsable(api: Api, agent: NonNullable<State['agent']>, hubUrl: string): Promise<boolean> {
  if (agent.hub !== hubUrl) return false
  const { items } = await api.get('/agents', Agents)
  return items.some(({ id, status }) => id === agent.id && status !== 'revoked')
}

/** Enrols an agent, and revokes the one that it replaces. */
async function enrol(api: Api, hubUrl: string, folder: DataFolder): Promise<NonNullable<State['agent']>> {
  const { items } = await api.get('/agents', Agents)
  for (const { id, name, status } of items) {
    if (name === AGENT_NAME && status !== 'revoked') await api.delete(`/agents/${id}`)
  }
  const name = `agent-${items.length + 1}`
  await rm(folder.path(name), { recursive: true, force: true })
  const token = await api.post(
    '/access-tokens',
    { kind: 'agent-enrolment' },
    z.object({ secret: z.string() }),
  )
  const folderPath = folder.path(name)
  const args = ['enrol', '--json', '--hub', hubUrl, '--dir', folderPath, '--name', AGENT_NAME]
  const answer = await runAgent([...args, '--category', 'sage'], { STEG_TOKEN: token.secret })
  const { agentId } = z.object({ agentId: z.string() }).parse(JSON.parse(answer))
  return { id: agentId, hub: hubUrl, folder: name }
}

/** @returns what the command printed. @throws Error with what it complained about */
async function runAgent(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const file = entry('../../agent/main')
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], {
    env: { ...process.env, ...env },
  })
  return stdout
}

/** A run that was interrupted by the last stop is finished first. */
async function synchronise(api: Api): Promise<Demo['run']> {
  const job = await api.get(
    '/jobs/SysSageSync',
    z.object({ status: z.string(), lastRunId: z.string().nullable() }),
  )
  if (job.status !== 'idle' && job.lastRunId !== null) await ended(api, job.lastRunId)
  const { id } = await api.post('/jobs/SysSageSync/runs', undefined, Run)
  return ended(api, id)
}

function ended(api: Api, id: string): Promise<z.infer<typeof Run>> {
  return api.until(
    `/jobs/SysSageSync/runs/${id}`,
    Run,
    ({ state }) => state !== 'queued' && state !== 'running',
  )
}
