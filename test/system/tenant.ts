import { join } from 'node:path'
import { type SageSimulator, startSageSimulator } from '../../infra/local/sage/simulator.ts'
import { type Program, runProgram, type TestPlatform } from './platform.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers freely and assert what they expect
  readonly body: any
}

export type Api = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>

export function apiOf(url: string, token: string): Api {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
}

export interface TestTenant {
  readonly id: string
  readonly token: string
  readonly api: Api
}

export async function createTenant(platform: TestPlatform, name = 'Test'): Promise<TestTenant> {
  const { status, body } = await apiOf(platform.url, platform.operatorToken)('POST', '/tenants', { name })
  if (status !== 201) throw new Error(`no tenant: ${status} ${JSON.stringify(body)}`)
  return { id: body.id, token: body.apiToken, api: apiOf(platform.url, body.apiToken) }
}

export const PASSWORD = 'ganz geheim'

export function startSage(people: number, port = 0): Promise<SageSimulator> {
  return startSageSimulator({ people, port, users: [{ username: 'StegConnector', password: PASSWORD }] })
}

export async function setVariables(api: Api, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const { status, body } = await api('PUT', `/variables/${name}`, { value })
    if (status !== 200) throw new Error(`${name}: ${status} ${JSON.stringify(body)}`)
  }
}

export function sageVariables(url: string): Readonly<Record<string, string>> {
  return {
    'Mandant.Sage.BaseUrl': url,
    'Mandant.Sage.Username': 'StegConnector',
    'Mandant.Sage.Password': PASSWORD,
  }
}

/** Enrols an agent by hand, as an installer would. @returns its folder */
export async function enrol(platform: TestPlatform, tenant: TestTenant, name = 'agent'): Promise<string> {
  const token = await tenant.api('POST', '/access-tokens', { kind: 'agent-enrolment' })
  const directory = join(platform.data, `${tenant.id}-${name}`)
  const args = [
    'enrol',
    '--hub',
    platform.url,
    '--token',
    token.body.secret,
    '--dir',
    directory,
    '--name',
    name,
  ]
  const program = runProgram('agent/main.js', args)
  const code = await program.end(0 as never)
  if (code !== 0) throw new Error(program.errors())
  return directory
}

export async function runAgent(directory: string): Promise<Program> {
  const program = runProgram('agent/main.js', ['run', '--dir', directory, '--json'])
  await program.line('connected')
  return program
}

const ENDED = new Set(['succeeded', 'failed', 'stopped'])

/** Starts a job, again for as long as the broker is on its way back and the hub says to try again. */
export async function startRun(api: Api, job = 'SysSageSyncPersonen', seconds = 30): Promise<Answer> {
  for (const giveUpAt = Date.now() + seconds * 1000; ; ) {
    const started = await api('POST', `/jobs/${job}/runs`)
    if (started.status === 202) return started
    if (started.body?.code !== 'bus-unavailable' || Date.now() > giveUpAt) {
      throw new Error(`not started: ${started.status} ${JSON.stringify(started.body)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Starts a job and waits for the end of the run. */
export async function runJob(api: Api, job = 'SysSageSyncPersonen', seconds = 30) {
  const started = await startRun(api, job)
  return endOf(api, job, started.body.id, seconds)
}

export async function endOf(api: Api, job: string, id: string, seconds = 30) {
  for (const giveUpAt = Date.now() + seconds * 1000; ; ) {
    const run = await api('GET', `/jobs/${job}/runs/${id}`)
    if (ENDED.has(run.body?.state)) return run.body
    if (Date.now() > giveUpAt) throw new Error(`run did not end: ${JSON.stringify(run.body)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Every person the hub knows. */
export async function allPeople(api: Api) {
  const people = []
  let cursor = ''
  do {
    const page = await api('GET', `/people?limit=500${cursor && `&cursor=${cursor}`}`)
    if (page.status !== 200) throw new Error(JSON.stringify(page.body))
    people.push(...page.body.items)
    cursor = page.body.cursor
  } while (cursor)
  return people
}
