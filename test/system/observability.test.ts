import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SageSimulator } from '../../infra/local/sage/simulator.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import {
  type Program,
  runProgram,
  startTestPlatform,
  type TestPlatform,
  temporaryFolder,
} from './platform.ts'
import {
  allPeople,
  createTenant,
  endOf,
  enrol,
  PASSWORD,
  sageVariables,
  setVariables,
  startSage,
  type TestTenant,
} from './tenant.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const JOB = 'SysSageSyncPersonen'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let collector: OtlpReceiver
let platform: TestPlatform
let sage: SageSimulator
let tenant: TestTenant
let stranger: TestTenant
let agent: Program
let agentId: string

/** One synchronisation with everything built, traced from the request of somebody who traces, too. */
beforeAll(async () => {
  folder = await temporaryFolder()
  collector = await startOtlpReceiver()
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' }
  Object.assign(process.env, traced)
  platform = await startTestPlatform(folder.path)
  sage = await startSage(30)
  tenant = await createTenant(platform, 'Traced')
  stranger = await createTenant(platform, 'Stranger')
  await setVariables(tenant.api, sageVariables(sage.url))
  const directory = await enrol(platform, tenant)
  agent = runProgram('agent/main.js', ['run', '--dir', directory, '--json'], traced)
  await agent.line('connected')
  agentId = (await tenant.api('GET', '/agents')).body.items[0].id
  const started = await tenant.api('POST', `/jobs/${JOB}/runs`, undefined, {
    traceparent: `00-${TRACE}-${CALLER}-01`,
  })
  expect(started.status).toBe(202)
  expect((await endOf(tenant.api, JOB, started.body.id)).state).toBe('succeeded')
}, 90_000)

afterAll(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  delete process.env.OTEL_BSP_SCHEDULE_DELAY
  await agent?.end('SIGTERM')
  await platform?.program.end('SIGTERM')
  await sage?.close()
  await collector?.close()
  await folder?.remove()
})

describe('traces (F3)', () => {
  it('go on from the request through the queue, the run and the relay to the target', async () => {
    const own = () => collector.spans.filter(({ traceId }) => traceId === TRACE)
    const named = (service: string, name: string) =>
      own().filter((span) => span.service === service && span.name === name)
    await vi.waitUntil(() => named('steg-hub', `run ${JOB}`).length > 0, { timeout: 30_000, interval: 100 })
    await vi.waitUntil(() => named('steg-agent', 'serve').length >= named('steg-hub', 'relay GET').length, {
      timeout: 30_000,
      interval: 100,
    })
    const [request] = named('steg-hub', 'POST /api/v1/jobs/{token}/runs')
    const [run] = named('steg-hub', `run ${JOB}`)
    expect(request).toMatchObject({ parentSpanId: CALLER, kind: 2 })
    expect(run).toMatchObject({ parentSpanId: request?.spanId, kind: 5 })
    const calls = own().filter(({ service, name }) => service === 'steg-hub' && name.startsWith('relay '))
    expect(calls.length).toBeGreaterThan(2)
    for (const call of calls) {
      expect(call).toMatchObject({ parentSpanId: run?.spanId, kind: 3 })
      const serve = named('steg-agent', 'serve').find(({ parentSpanId }) => parentSpanId === call.spanId)
      expect(serve).toMatchObject({ kind: 5 })
      const target = own().find(({ parentSpanId }) => parentSpanId === serve?.spanId)
      expect(target).toMatchObject({
        service: 'steg-agent',
        kind: 3,
        name: call.attributes['http.request.method'],
      })
      expect(target?.attributes['http.response.status_code']).toBe(
        call.attributes['http.response.status_code'],
      )
    }
    expect(collector.problems).toEqual([])
  })

  it('begin with the request where the caller has none, and never with one that is not valid', async () => {
    await tenant.api('GET', '/people?limit=1', undefined, {
      traceparent: `00-${'0'.repeat(32)}-${CALLER}-01`,
    })
    const found = () => collector.spans.find(({ name }) => name === 'GET /api/v1/people')
    await vi.waitUntil(() => found() !== undefined, { timeout: 30_000, interval: 100 })
    expect(found()?.parentSpanId).toBeUndefined()
    expect(found()?.traceId).not.toBe('0'.repeat(32))
  })

  it('name no person and no secret', async () => {
    const people = await allPeople(tenant.api)
    const secrets = [PASSWORD, tenant.token, platform.operatorToken, 'StegConnector']
    const names = people.flatMap(({ firstName, lastName, email, externalToken }) => [
      firstName,
      lastName,
      email,
      externalToken,
    ])
    const text = collector.raw.join('\n')
    expect(text).toContain('steg-agent')
    expect([...secrets, ...names].filter((word) => word && text.includes(word))).toEqual([])
    // Whatever may be in an attribute is listed here: a new one is looked at by somebody.
    expect(
      [...new Set(collector.spans.flatMap(({ attributes }) => Object.keys(attributes)))].toSorted(),
    ).toEqual([
      'http.request.method',
      'http.response.status_code',
      'http.route',
      'server.address',
      'server.port',
      'steg.agent',
      'steg.endpoint',
      'steg.idempotency',
      'steg.job',
      'steg.run',
      'steg.target',
      'steg.tenant',
      'steg.to',
    ])
  })
})

describe('counts (F3)', () => {
  it('are the same at the hub and at the agent, for the tenant alone', async () => {
    // An agent tells everything when it leaves.
    expect(await agent.end('SIGTERM')).toBe(0)
    const calls = async () => {
      const { total } = (await tenant.api('GET', `/agents/${agentId}/metrics`)).body
      return total.hub.calls > 0 && total.hub.calls === total.agent.calls
    }
    await vi.waitUntil(calls, { timeout: 60_000, interval: 250 })
    const metrics = (await tenant.api('GET', `/agents/${agentId}/metrics`)).body
    const { hub, agent: served } = metrics.total
    expect(hub.latency.reduce((sum: number, count: number) => sum + count)).toBe(hub.calls)
    expect(served.latency.reduce((sum: number, count: number) => sum + count)).toBe(served.calls)
    expect(served.responseBytes).toBe(hub.responseBytes)
    expect(hub.errors).toEqual({})
    expect(metrics.total.waiting).toBe(0)
    const details = (await tenant.api('GET', `/agents/${agentId}`)).body
    expect(details.last24Hours).toEqual(metrics.total)
    expect(details.queue).toEqual({ waiting: 0, deadLetters: 0 })
    expect((await stranger.api('GET', `/agents/${agentId}/metrics`)).status).toBe(404)
    const tooMuch = await tenant.api('GET', `/agents/${agentId}/metrics?from=2020-01-01T00:00:00Z`)
    expect(tooMuch.status).toBe(400)
  })
})
