import { afterEach, beforeEach, expect, it } from 'vitest'
import { agentsTable } from '../../functions/connectors/rows.ts'
import { createConnectorsService } from '../../functions/connectors/service.ts'
import { createBookingsService } from '../../functions/hr/bookings/service.ts'
import { createPeopleService } from '../../functions/hr/people/service.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import { shownSetup } from '../../functions/setup/presentation.ts'
import { createSetupService } from '../../functions/setup/service.ts'
import { createTenancyService } from '../../functions/tenancy/service.ts'
import { createVariablesService } from '../../functions/tenancy/variables/service.ts'
import { StegError } from '../../shared/errors/error.ts'
import { systemRandom } from '../../shared/random.ts'
import { jobsSite } from '../jobs/site.ts'
import { plainTokens } from '../tenancy/plain-tokens.ts'

let site: ReturnType<typeof jobsSite>
let counted: ReturnType<typeof countStore>
let parts: Parameters<typeof createSetupService>[0] & {
  variables: ReturnType<typeof createVariablesService>
  bookings: ReturnType<typeof createBookingsService>
}
let tenant: string

beforeEach(async () => {
  site = jobsSite()
  counted = countStore(site.store)
  const { store } = counted
  const vault = createVault(systemRandom.bytes(32), systemRandom)
  const common = { store, vault, clock: site.clock, random: systemRandom }
  const tenancy = createTenancyService({
    ...common,
    tokens: plainTokens(common),
    operatorTokenHash: 'x'.repeat(43),
  })
  tenant = (await tenancy.create('Muster')).id
  parts = {
    variables: createVariablesService({ ...common, tenancy }),
    connectors: createConnectorsService({
      ...common,
      bus: {} as never,
      grants: {} as never,
      accessTokens: {} as never,
      wrappedKeyOf: tenancy.wrappedKeyOf,
      tenantName: tenancy.nameOf,
      targetsOf: async () => ({}),
    }),
    jobs: site.hub(store),
    people: createPeopleService(common),
    bookings: createBookingsService({ ...common, timeZoneOf: async () => 'UTC' }),
  }
})
afterEach(() => site.close())

async function look() {
  counted.reset()
  const setup = await createSetupService(parts).look(tenant)
  return { setup, transactions: counted.counts().transactions }
}

it('costs six reads for a tenant in which nothing has run, and one more for each job that has', async () => {
  expect((await look()).transactions).toBe(6)
  site.behave(async () => {
    throw new StegError('sage-sign-in-rejected', { user: 'u' })
  })
  await parts.variables.set(tenant, 'Mandant.Sage.BaseUrl', 'http://sage/x', undefined)
  await parts.variables.set(tenant, 'Mandant.Sage.Username', 'u', undefined)
  await parts.variables.set(tenant, 'Mandant.Sage.Password', 'p', undefined)
  await site.clock.advance(1000)
  const hub = site.hub()
  await hub.start(tenant, 'One')
  await site.workAll(hub)
  const { setup, transactions } = await look()
  expect(transactions).toBe(7)
  expect(shownSetup(setup, 'de')).toMatchObject({
    complete: false,
    steps: [
      { step: 'variables', state: 'failing', next: { code: 'check-connection', params: { job: 'One' } } },
      { step: 'agent', state: 'missing' },
      { step: 'jobs', state: 'missing' },
      { step: 'people', state: 'missing' },
    ],
    failures: { runs: [{ job: 'One', code: 'sage-sign-in-rejected' }], bookings: { count: 0, more: false } },
  })
})

it('counts failed bookings, and shows agents that are gone but not those that are revoked', async () => {
  const now = site.clock.now()
  const agent = { host: 'h', version: '1', category: 'sage' as const, publicKey: 'k', createdAt: now }
  const agents = agentsTable.bind(site.store)
  await agents.put(tenant, 'a', { ...agent, name: 'Gone', lastSeen: now - 600_000 }, { kind: 'absent' })
  await agents.put(
    tenant,
    'b',
    { ...agent, name: 'Revoked', lastSeen: now - 600_000, revokedAt: now },
    { kind: 'absent' },
  )
  const item = (id: string) => ({ id, externalToken: '9_9', type: 'come', time: '2026-01-05T08:00:00Z' })
  const accepted = await parts.bookings.accept(tenant, [item('x'), item('y')])
  expect(accepted).toMatchObject([{ state: 'failed' }, { state: 'failed' }])
  const { setup } = await look()
  expect(setup.failedBookings).toEqual({ count: 2, more: false })
  expect(setup.disconnectedAgents.map(({ name }) => name)).toEqual(['Gone'])
  expect(setup.steps[1]).toMatchObject({ state: 'failing', next: { params: { agent: 'Gone' } } })
})
