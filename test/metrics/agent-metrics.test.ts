import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAgentMetrics } from '../../functions/metrics/service.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { createHourlyCounts, hourOf, noCounts } from '../../shared/hourly-counts.ts'
import { silentLogger } from '../../shared/log.ts'
import type { CountsReport } from '../../shared/wire/counts.ts'
import { fakeClock, settle } from '../agent/fake-clock.ts'

const AGENT = 'tenant0001-agent0001'
const OTHER = 'tenant0001-agent0002'
const TENANT = 'tenant0001'
const HOUR_MS = 3_600_000

function site() {
  const clock = fakeClock()
  const { store, counts } = countStore(openSqliteStore({ file: ':memory:' }))
  const hub = (source: string, waiting = 0) =>
    createAgentMetrics({
      store,
      clock,
      log: silentLogger,
      source,
      tenantOf: (agentId) => agentId.split('-')[0],
      depthOf: async () => ({ waiting, deadLetters: 0 }),
    })
  const hour = () => hourOf(clock.now())
  return { clock, store, counts, hub, hour }
}

function report(source: string, hour: number, calls: number): CountsReport {
  return { source, hours: [{ hour, counts: { ...noCounts(), calls } }] }
}

describe('counts of agents', () => {
  it('are written some seconds after the first call, and then every five minutes at most', async () => {
    const { clock, counts, hub } = site()
    const metrics = hub('hub-1')
    metrics.count(AGENT, { calls: 1, ms: 7 })
    await clock.advance(10_000)
    await settle()
    const first = counts().writes
    expect(first).toBe(1)
    for (let second = 0; second < 280; second += 10) {
      metrics.count(AGENT, { calls: 1, ms: 7 })
      await clock.advance(10_000)
      await settle()
    }
    expect(counts().writes).toBe(first)
    await clock.advance(20_000)
    await settle()
    expect(counts().writes).toBe(first + 1)
  })

  it('cost nothing while nothing happens', async () => {
    const { clock, counts, hub } = site()
    const metrics = hub('hub-1')
    metrics.count(AGENT, { calls: 1 })
    await clock.advance(2 * HOUR_MS)
    await settle()
    const before = counts().transactions
    await clock.advance(24 * HOUR_MS)
    await settle()
    expect(counts().transactions).toBe(before)
  })

  it('of all instances and of the agent add up, each hour for itself', async () => {
    const { clock, hub, hour } = site()
    const [one, two] = [hub('hub-1', 3), hub('hub-2', 5)]
    one.count(AGENT, { calls: 1, ms: 7, requestBytes: 10 })
    two.count(AGENT, { calls: 1, ms: 40_000, error: 'deadline-exceeded', responseBytes: 20 })
    two.count(OTHER, { calls: 9 })
    await one.receive(TENANT, AGENT, report('agentone', hour(), 2))
    await one.close()
    await two.close()
    const read = await hub('hub-3').read(TENANT, AGENT, hour(), hour())
    expect(read.get(hour())).toEqual({
      hub: {
        ...noCounts(),
        calls: 2,
        errors: { 'deadline-exceeded': 1 },
        latency: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        requestBytes: 10,
        responseBytes: 20,
      },
      agent: { ...noCounts(), calls: 2 },
      waiting: 5,
    })
    await clock.advance(0)
    expect((await hub('hub-3').read('tenant0002', AGENT, hour(), hour())).size).toBe(0)
  })

  it('never double, whatever reports are lost or come twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ calls: fc.nat(5), fate: fc.constantFrom('once', 'twice', 'lost') })),
        async (steps) => {
          const { hub, hour } = site()
          const metrics = hub('hub-1')
          let happened = 0
          let told = 0
          for (const { calls, fate } of steps) {
            happened += calls
            if (fate === 'lost') continue
            told = happened
            for (let time = fate === 'twice' ? 2 : 1; time > 0; time--) {
              await metrics.receive(TENANT, AGENT, report('agentone', hour(), happened))
            }
          }
          const read = await metrics.read(TENANT, AGENT, hour(), hour())
          expect(read.get(hour())?.agent.calls ?? 0).toBe(told)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('are written again after a failure, and lose nothing by it', async () => {
    const { clock, store, hour } = site()
    let failing = true
    const metrics = createAgentMetrics({
      store: {
        ...store,
        async put(...row) {
          if (failing) throw new Error('not now')
          return store.put(...row)
        },
      },
      clock,
      log: silentLogger,
      source: 'hub-1',
      tenantOf: () => TENANT,
      depthOf: async () => {
        throw new Error('no broker')
      },
    })
    metrics.count(AGENT, { calls: 3 })
    await clock.advance(10_000)
    await settle()
    failing = false
    await clock.advance(10_000)
    await settle()
    expect((await metrics.read(TENANT, AGENT, hour(), hour())).get(hour())?.hub.calls).toBe(3)
  })

  it('are deleted after 90 days', async () => {
    const { clock, hub, hour } = site()
    const metrics = hub('hub-1')
    const old = hour()
    await metrics.receive(TENANT, AGENT, report('agentone', old, 1))
    await clock.advance(91 * 24 * HOUR_MS)
    expect((await metrics.read(TENANT, AGENT, old, old)).size).toBe(1)
    await metrics.receive(TENANT, AGENT, report('agentone', hour(), 1))
    expect((await metrics.read(TENANT, AGENT, old, old)).size).toBe(0)
    expect((await metrics.read(TENANT, AGENT, hour(), hour())).size).toBe(1)
  })

  it('of an hour that is not near are not taken', async () => {
    const { hub, hour } = site()
    const metrics = hub('hub-1')
    await metrics.receive(TENANT, AGENT, report('agentone', hour() + 1000, 1))
    expect((await metrics.read(TENANT, AGENT, 0, hour() + 2000)).size).toBe(0)
  })
})

it('tells few error codes apart, so that a report stays small', () => {
  const counts = createHourlyCounts(() => 0)
  for (let code = 0; code < 100; code++) counts.add({ error: `code-${code}` })
  const errors = counts.hours()[0]?.counts.errors ?? {}
  expect(Object.keys(errors)).toHaveLength(25)
  expect(errors.other).toBe(76)
})
