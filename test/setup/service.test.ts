import { afterEach, beforeEach, expect, it } from 'vitest'
import { agentsTable } from '../../functions/connectors/rows.ts'
import { toSetupView } from '../../functions/setup/presentation.ts'
import { createSetupService } from '../../functions/setup/service.ts'
import { StegError } from '../../shared/errors/error.ts'
import { runTexts } from '../products/run-texts.ts'
import { setupSite } from './site.ts'

let site: Awaited<ReturnType<typeof setupSite>>
beforeEach(async () => {
  site = await setupSite()
})
afterEach(() => site.close())

async function look() {
  site.counted.reset()
  const setup = await createSetupService(site.parts).look(site.tenant)
  return { setup, transactions: site.counted.counts().transactions }
}

it('costs six reads for a tenant in which nothing has run, and one more for each job that has', async () => {
  const { parts, tenant } = site
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
  expect(toSetupView(setup, runTexts, 'de')).toMatchObject({
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
  const { bookings, tenant } = site
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
  const accepted = await bookings.accept(tenant, [item('x'), item('y')])
  expect(accepted).toMatchObject([{ state: 'failed' }, { state: 'failed' }])
  const { setup } = await look()
  expect(setup.failures.bookings).toEqual({ count: 2, more: false })
  expect(setup.disconnectedAgents.map(({ name }) => name)).toEqual(['Gone'])
  expect(setup.steps[1]).toMatchObject({ state: 'failing', next: { params: { agent: 'Gone' } } })
})
