import { createServer } from 'node:http'
import https from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SageSimulator, startSageSimulator } from '../../infra/local/sage/simulator.ts'
import { selfSigned } from '../agent/self-signed.ts'
import {
  type Program,
  runProgram,
  startTestPlatform,
  type TestPlatform,
  temporaryFolder,
} from './platform.ts'
import {
  apiOf,
  createTenant,
  enrol,
  PASSWORD,
  runAgent,
  sageVariables,
  setVariables,
  startSage,
  type TestTenant,
} from './tenant.ts'

const BASE_URL = 'Mandant.Sage.BaseUrl'
const DATABASE = 'Mandant.Sage.WebApiDatabaseConnection'

let platform: TestPlatform
let tenant: TestTenant
let sage: SageSimulator
let agent: Program
let folder: string
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  const data = await temporaryFolder()
  platform = await startTestPlatform(data.path)
  tenant = await createTenant(platform)
  sage = await startSage(12)
  cleanups.push(
    data.remove,
    () => platform.program.end('SIGINT'),
    () => sage.close(),
  )
})
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

async function check() {
  const { status, body } = await tenant.api('POST', '/sage/connection-check', undefined, {
    'accept-language': 'de',
  })
  expect(status).toBe(200)
  const failed = body.steps.find(({ state }: { state: string }) => state === 'failed')
  return { body, failed: failed && `${failed.step}: ${failed.error.code}`, detail: failed?.error.detail }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

const pointTo = (url: string) => setVariables(tenant.api, { [BASE_URL]: url })

describe('the connection check says precisely where the way to Sage ends (A5)', () => {
  it('at the variables', async () => {
    const { failed, body } = await check()
    expect(failed).toBe('variables: variable-missing')
    expect(body).toMatchObject({ ok: false, agent: null, people: null, databases: [] })
  })

  it('at the agent: none, never connected', async () => {
    await setVariables(tenant.api, sageVariables(sage.url))
    expect((await check()).failed).toBe('agent: agent-missing')
    folder = await enrol(platform, tenant)
    expect((await check()).failed).toBe('agent: agent-offline')
    agent = await runAgent(folder)
    cleanups.push(() => agent.end('SIGKILL'))
  })

  it('nowhere, when all is well, and Sage has seen one sign-in for each check', async () => {
    // The hub takes an agent for connected with its first sign of life.
    await expect.poll(async () => (await check()).failed, { timeout: 20_000 }).toBeUndefined()
    const signIns = () => sage.control.requests().counts['POST authorization'] ?? 0
    const before = signIns()
    const { body } = await check()
    expect(signIns() - before).toBe(1)
    expect(body).toMatchObject({ ok: true, agent: 'agent', people: 12, databases: [{ selected: true }] })
    expect(body.steps.map(({ state }: { state: string }) => state)).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
      'ok',
      'skipped',
      'ok',
      'ok',
      'ok',
      'ok',
    ])
  })

  it('at the address, when the agent may not call it, and at its host, when nobody knows that', async () => {
    const unknown = 'http://no-such-host.invalid/hrportalapi'
    await pointTo(unknown)
    expect((await check()).failed).toBe('address: target-not-allowed')
    const allow = runProgram('agent/main.js', ['targets', 'allow', unknown, '--dir', folder])
    expect(await allow.end(0 as never)).toBe(0)
    const { failed, detail } = await check()
    expect(failed).toBe('host: sage-host-unknown')
    expect(detail).toContain('kennt den Namen „no-such-host.invalid“ nicht')
  })

  it('at the connection, when nobody listens', async () => {
    const server = createTcpServer()
    const port = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    await pointTo(`http://127.0.0.1:${port}/hrportalapi`)
    expect((await check()).failed).toBe('connection: sage-connection-refused')
  })

  it('at TLS: none there, and one that nobody trusts', async () => {
    await pointTo(sage.url.replace('http:', 'https:'))
    expect((await check()).failed).toBe('tls: sage-no-tls')
    const port = await listening(https.createServer(selfSigned, (_, response) => response.end('x')))
    await pointTo(`https://127.0.0.1:${port}/hrportalapi`)
    expect((await check()).failed).toBe('tls: sage-certificate-untrusted')
  })

  it('at what is no Sage: another web server, another path', async () => {
    const port = await listening(
      createServer((_, response) =>
        response.setHeader('content-type', 'text/html').end('<!doctype html><title>Router</title>'),
      ),
    )
    await pointTo(`http://127.0.0.1:${port}/hrportalapi`)
    expect((await check()).failed).toBe('sage: sage-not-json')
    await pointTo(sage.url.replace('hrportalapi', 'hrportal'))
    expect((await check()).failed).toBe('sage: sage-not-json')
  })

  it('at the sign-in, once, when the password is wrong', async () => {
    await pointTo(sage.url)
    await setVariables(tenant.api, { 'Mandant.Sage.Password': 'falsch!' })
    const { failed, body } = await check()
    expect(failed).toBe('sign-in: sage-sign-in-rejected')
    expect(JSON.stringify(body)).not.toContain('falsch!')
    await setVariables(tenant.api, { 'Mandant.Sage.Password': PASSWORD })
  })

  it('at the database, and the picker mends it when the operator has unlocked the variable (A10)', async () => {
    const two = await startSageSimulator({
      people: 5,
      users: [{ username: 'StegConnector', password: PASSWORD }],
      databases: [
        { key: 'aaaa-1', name: 'Holding' },
        { key: 'bbbb-2', name: 'Werk Süd', people: 3 },
      ],
    })
    cleanups.push(() => two.close())
    await pointTo(two.url)
    const needed = await check()
    expect(needed.failed).toBe('database: sage-database-needed')
    expect(needed.detail).toContain('Holding, Werk Süd')

    const offered = await tenant.api('GET', '/sage/databases')
    expect(offered.body).toMatchObject({
      items: [
        { key: 'aaaa-1', name: 'Holding', selected: false },
        { key: 'bbbb-2', name: 'Werk Süd', selected: false },
      ],
      choosable: false,
      variable: DATABASE,
    })
    const locked = await tenant.api('PUT', `/variables/${DATABASE}`, { value: 'bbbb-2' })
    expect(locked.body.code).toBe('variable-locked')
    const operator = apiOf(platform.url, platform.operatorToken)
    await operator('POST', `/tenants/${tenant.id}/variables/${DATABASE}/unlock`)
    expect((await tenant.api('GET', '/sage/databases')).body.choosable).toBe(true)

    await setVariables(tenant.api, { [DATABASE]: 'cccc-3' })
    expect((await check()).failed).toBe('database: sage-database-unknown')
    await setVariables(tenant.api, { [DATABASE]: 'bbbb-2' })
    const { body } = await check()
    expect(body).toMatchObject({
      ok: true,
      people: 3,
      databases: [{ selected: false }, { selected: true }],
    })
    expect((await tenant.api('GET', '/sage/databases')).body.items[1].selected).toBe(true)
  })

  it('at the agent that is gone without a word', async () => {
    await agent.end('SIGKILL')
    expect((await check()).failed).toBe('agent: agent-offline')
  })
})
