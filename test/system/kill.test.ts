import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SageSimulator } from '../../infra/local/sage/simulator.ts'
import type { Program, TestPlatform } from './platform.ts'
import { type SageSite, startSageSite } from './sage-site.ts'
import { allPeople, endOf, runAgent, runJob, startRun, type TestTenant } from './tenant.ts'

const PEOPLE = 10_000
const SEED = Number(process.env.STEG_TEST_SEED ?? Date.now() % 1_000_000)

let site: SageSite
let platform: TestPlatform
let sage: SageSimulator
let tenant: TestTenant

/** Repeatable randomness (Lehmer), so that a seed that failed can be run again. */
function random(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

beforeAll(async () => {
  site = await startSageSite(PEOPLE)
  ;({ platform, sage, tenant } = site)
})

afterAll(() => site?.close())

/** The fields that Sage leads, by external token. */
async function expectStoreEqualsSage() {
  const stored = await allPeople(tenant.api)
  const listed = sage.control.people()
  expect(stored).toHaveLength(listed.length)
  const byToken = new Map(stored.map((person) => [person.externalToken, person]))
  expect(byToken.size).toBe(listed.length)
  for (const person of listed) {
    expect(byToken.get(person.EmployeeKey.CombinedKey)).toMatchObject({
      firstName: person.Firstname || null,
      lastName: person.Lastname || null,
      email: person.Email || null,
      active: person.Active,
      timeManagement: person.TimeManagement,
      accessControl: person.AccessControl,
      missing: false,
    })
  }
  expect((await tenant.api('GET', '/people?limit=1')).body.total).toBe(listed.length)
}

/** Waits until the API answers again after the hub was killed. */
async function hubAnswers() {
  await expect
    .poll(
      async () => {
        try {
          return (await fetch(`${platform.url}/api/v1/health`)).status
        } catch {
          return 0
        }
      },
      { timeout: 30_000, interval: 100 },
    )
    .toBe(200)
}

it(`a synchronisation of ${PEOPLE} people survives kill -9 of hub, agent and both (seed ${SEED})`, {
  timeout: 400_000,
}, async () => {
  const next = random(SEED)
  const victims = ['hub', 'agent', 'both', 'hub', 'broker'] as const
  for (const [round, victim] of victims.entries()) {
    // Something to write in every round: names of a tenth of the people change.
    for (const person of sage.control.people().filter((_, index) => index % 10 === round)) {
      sage.control.changePerson(person.EmployeeKey.CombinedKey, { Lastname: `${person.Lastname} ${round}` })
    }
    const started = await startRun(tenant.api)
    await new Promise((resolve) => setTimeout(resolve, 100 + next() * (round === 0 ? 2_000 : 1_000)))
    if (victim === 'broker') process.kill(platform.pid('broker'), 'SIGKILL')
    if (victim === 'hub' || victim === 'both') process.kill(platform.pid('hub'), 'SIGKILL')
    if (victim === 'agent' || victim === 'both') {
      await site.agent.end('SIGKILL')
      site.agent = await runAgentAgain()
    }
    await hubAnswers()
    const run = await endOf(tenant.api, 'SysSageSyncPersonen', started.body.id, 180)
    // It ended, or it failed and says why; then the next one ends.
    if (run.state !== 'succeeded') {
      expect(run).toMatchObject({ state: 'failed', message: expect.stringMatching(/\w+/) })
      await expect
        .poll(async () => (await runJob(tenant.api, undefined, 120)).state, { timeout: 120_000 })
        .toBe('succeeded')
    }
    await expectStoreEqualsSage()
  }
  // And then there is nothing left to do.
  const quiet = await runJob(tenant.api, undefined, 120)
  expect(quiet.counts).toEqual({ read: PEOPLE, created: 0, updated: 0, deactivated: 0, unchanged: PEOPLE })
})

/** An agent that is started while the hub is away keeps trying; here its restart must succeed in time. */
function runAgentAgain(): Promise<Program> {
  return runAgent(site.agentFolder)
}
