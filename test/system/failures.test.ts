import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SageSimulator } from '../../infra/local/sage/simulator.ts'
import { freePort } from '../free-port.ts'
import { isRunning, type TestPlatform } from './platform.ts'
import { type SageSite, startSageSite } from './sage-site.ts'
import {
  allPeople,
  createTenant,
  runAgent,
  runJob,
  sageVariables,
  setVariables,
  type TestTenant,
} from './tenant.ts'

let site: SageSite
let platform: TestPlatform
let sage: SageSimulator
let tenant: TestTenant

beforeAll(async () => {
  site = await startSageSite(108)
  ;({ platform, sage, tenant } = site)
})

afterAll(() => site?.close())

beforeEach(async () => {
  sage.control.clearFaults()
  await setVariables(tenant.api, sageVariables(sage.url))
})

/** Runs the synchronisation and says how long it took, in seconds. */
async function failing() {
  const before = Date.now()
  const run = await runJob(tenant.api)
  return { ...run, seconds: (Date.now() - before) / 1000 }
}

describe('a run that cannot work says why within seconds', () => {
  it('works when nothing is wrong', async () => {
    const run = await runJob(tenant.api)
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: 108 } })
    expect(await allPeople(tenant.api)).toHaveLength(108)
  })

  it('wrong Sage password', async () => {
    await setVariables(tenant.api, { 'Mandant.Sage.Password': 'falsch' })
    const run = await failing()
    expect(run).toMatchObject({ state: 'failed', code: 'sage-sign-in-rejected' })
    expect(run.message).toContain('Mandant.Sage.Password')
    expect(JSON.stringify(run)).not.toContain('falsch')
    expect(run.seconds).toBeLessThan(10)
  })

  it('unreachable Sage', async () => {
    const url = `http://127.0.0.1:${await freePort()}/hrportalapi`
    await setVariables(tenant.api, { 'Mandant.Sage.BaseUrl': url })
    const run = await failing()
    expect(run).toMatchObject({ state: 'failed', code: 'target-unreachable' })
    expect(run.message).toContain('refused')
    expect(run.seconds).toBeLessThan(15)
  })

  it('a Sage address that the agent may not call', async () => {
    await setVariables(tenant.api, { 'Mandant.Sage.BaseUrl': 'http://sage.example.org/hrportalapi' })
    const run = await failing()
    expect(run).toMatchObject({ state: 'failed', code: 'target-not-allowed' })
    expect(run.message).toContain('agent targets allow http://sage.example.org')
  })

  it('web pages instead of data', async () => {
    sage.control.addFault({ kind: 'html-page', status: 200, path: 'Employee' })
    expect(await failing()).toMatchObject({ state: 'failed', code: 'sage-not-json' })
  })

  it('a session that always expires', async () => {
    sage.control.addFault({ kind: 'session-expired', path: 'Employee' })
    expect(await failing()).toMatchObject({ state: 'failed', code: 'sage-session-lost' })
  })

  it('a missing variable', async () => {
    const fresh = await createTenant(platform, 'Fresh')
    expect(await runJob(fresh.api)).toMatchObject({ state: 'failed', code: 'variable-missing' })
  })

  it('no agent', async () => {
    const fresh = await createTenant(platform, 'Fresh')
    await setVariables(fresh.api, sageVariables(sage.url))
    expect(await runJob(fresh.api)).toMatchObject({ state: 'failed', code: 'agent-missing' })
  })

  it('speaks German to who asks for it', async () => {
    await setVariables(tenant.api, { 'Mandant.Sage.Password': 'falsch' })
    await failing()
    const { body } = await tenant.api('GET', '/jobs/SysSageSyncPersonen', undefined, {
      'accept-language': 'de',
    })
    expect(body.lastMessage).toMatch(/Sage nimmt den Benutzer/)
  })
})

describe('a run that meets passing faults comes to its end', () => {
  it.each([
    ['session expires once', { kind: 'session-expired', path: 'Employee', count: 1 }],
    ['application pool recycles', { kind: 'unavailable', count: 2 }],
    ['connection dropped', { kind: 'drop', path: 'Employee', count: 1 }],
    ['answer cut in the middle', { kind: 'cut-body', path: 'Employee', count: 1 }],
    ['chunked answer cut', { kind: 'cut-chunked', path: 'Employee', count: 1 }],
    ['slow answers', { kind: 'delay', ms: 300, path: 'Employee' }],
    ['redirect to the sign-in page', { kind: 'login-redirect', path: 'Employee', count: 1 }],
  ] as const)('%s', async (_, fault) => {
    sage.control.addFault(fault)
    expect(await runJob(tenant.api)).toMatchObject({ state: 'succeeded' })
    expect(sage.control.faults().every(({ hits }) => hits > 0)).toBe(true)
  })
})

describe('deactivation', () => {
  it('happens to who disappeared, never to more than the guard allows, and is released by hand', async () => {
    const people = sage.control.people()
    const [first, ...rest] = people.filter(({ Active }) => Active)
    if (first === undefined) throw new Error('nobody is active')
    sage.control.removePerson(first.EmployeeKey.CombinedKey)
    expect((await runJob(tenant.api)).counts).toMatchObject({ deactivated: 1 })
    const gone = await tenant.api('GET', `/people?search=${first.EmployeeKey.CombinedKey}`)
    expect(gone.body.items.find((person: { missing: boolean }) => person.missing)).toMatchObject({
      active: false,
    })

    for (const person of rest.slice(0, 40)) sage.control.removePerson(person.EmployeeKey.CombinedKey)
    const held = await runJob(tenant.api)
    expect(held).toMatchObject({ state: 'failed', code: 'deactivation-guard', held: { count: 40 } })
    expect((await allPeople(tenant.api)).filter(({ missing }) => missing)).toHaveLength(1)

    const release = await tenant.api('POST', `/jobs/SysSageSyncPersonen/runs/${held.id}/release`)
    expect(release.status).toBe(202)
    await expect
      .poll(
        async () => (await tenant.api('GET', `/jobs/SysSageSyncPersonen/runs/${release.body.id}`)).body.state,
        {
          timeout: 20_000,
        },
      )
      .toBe('succeeded')
    const people2 = await allPeople(tenant.api)
    expect(people2.filter(({ missing }) => missing)).toHaveLength(41)
    expect(people2).toHaveLength(108)
  })

  it('never happens because of an empty or incomplete list', async () => {
    const before = await allPeople(tenant.api)
    sage.control.addFault({ kind: 'short-page', path: 'Employee', rows: 3 })
    expect(await runJob(tenant.api)).toMatchObject({ state: 'failed', code: 'sage-list-unstable' })
    sage.control.clearFaults()
    sage.control.resetPeople(0)
    expect(await runJob(tenant.api)).toMatchObject({ state: 'failed', code: 'deactivation-guard' })
    expect((await allPeople(tenant.api)).map(({ active }) => active)).toEqual(
      before.map(({ active }) => active),
    )
    sage.control.resetPeople(108)
  })
})

// Last, because they end the agent.
describe('an agent that is gone', () => {
  it('killed a moment ago: the run fails within seconds', async () => {
    await site.agent.end('SIGKILL')
    const run = await failing()
    expect(run).toMatchObject({ state: 'failed', code: 'agent-offline' })
    expect(run.seconds).toBeLessThan(15)
  })

  it('stopped: is shown as disconnected at once, and the run fails without waiting', async () => {
    site.agent = await runAgent(site.agentFolder)
    expect(await runJob(tenant.api)).toMatchObject({ state: 'succeeded' })
    expect(await site.agent.end('SIGTERM')).toBe(0)
    await expect
      .poll(async () => (await tenant.api('GET', '/agents')).body.items[0].status)
      .toBe('disconnected')
    const run = await failing()
    expect(run).toMatchObject({ state: 'failed', code: 'agent-offline' })
    expect(run.seconds).toBeLessThan(5)
  })

  it('revoked: it ends by itself, and the run says so', async () => {
    site.agent = await runAgent(site.agentFolder)
    const { body } = await tenant.api('GET', '/agents')
    expect((await tenant.api('DELETE', `/agents/${body.items[0].id}`)).status).toBe(204)
    expect(await runJob(tenant.api)).toMatchObject({ state: 'failed', code: 'agent-revoked' })
    await expect
      .poll(() => isRunning(site.agent.child.pid ?? 0) && site.agent.child.exitCode === null, {
        timeout: 30_000,
      })
      .toBe(false)
    expect(site.agent.errors()).toContain('revoked')
  })
})
