import { createConnectorsService } from '../../functions/connectors/service.ts'
import { bookingsTopic } from '../../functions/hr/bookings/live.ts'
import { createBookingsService } from '../../functions/hr/bookings/service.ts'
import { createPeopleService } from '../../functions/hr/people/service.ts'
import { SAGE_NEEDED, sageVariables } from '../../functions/hr/sage/rules/variables.ts'
import { sageSetup } from '../../functions/hr/setup/part.ts'
import { createKeyRing } from '../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import type { Share } from '../../functions/products/port.ts'
import { createTenantSeal } from '../../functions/tenancy/seal.ts'
import { createTenancyService } from '../../functions/tenancy/service.ts'
import { createVariablesService } from '../../functions/tenancy/variables/service.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { jobsSite } from '../jobs/site.ts'
import { plainTokens } from '../tenancy/plain-tokens.ts'

/** A tenant with everything that setting up reads, over one store that counts. */
export async function setupSite() {
  const site = jobsSite()
  const counted = countStore(site.store)
  const { store } = counted
  const vault = createVault(createKeyRing([systemRandom.bytes(32)], systemRandom), systemRandom)
  const common = { store, vault, clock: site.clock, random: systemRandom }
  const tenancy = createTenancyService({
    ...common,
    tokens: plainTokens(common),
    operatorTokenHash: 'x'.repeat(43),
  })
  const seal = createTenantSeal({ vault, wrappedKeyOf: tenancy.wrappedKeyOf })
  const tenant = (await tenancy.create('Muster')).id
  const people = createPeopleService(common)
  const bookings = createBookingsService({ ...common, people, timeZoneOf: async () => 'UTC' })
  /** What setting up and streams look at, as the product puts it together. */
  const observe = (share: Share) => {
    const pending = share((tenantId) => bookings.count(tenantId, 'pending'))
    const failed = share((tenantId) => bookings.count(tenantId, 'failed'))
    const counted = {
      count: (tenantId: string, state: 'pending' | 'failed') =>
        (state === 'failed' ? failed : pending)(tenantId),
    }
    const total = share((tenantId) => people.total(tenantId))
    const jobs = ['One', 'Two', 'Both', 'SysSageExportBuchungen', 'Undoable']
    return {
      topics: [bookingsTopic(counted)],
      setup: sageSetup({
        jobs,
        variables: sageVariables.map(({ name }) => name),
        needed: SAGE_NEEDED,
        tables: ['People', 'Bookings'],
        people: { total },
        bookings: counted,
      }),
    }
  }
  const parts = {
    products: [observe((read) => read).setup],
    variables: createVariablesService({ ...common, seal, tenancy, known: sageVariables }),
    connectors: createConnectorsService({
      ...common,
      bus: {} as never,
      heartbeatKeys: [new Uint8Array(32)],
      eventRoutes: () => ({}),
      log: silentLogger,
      grants: {} as never,
      accessTokens: {} as never,
      seal,
      tenantName: tenancy.nameOf,
      targetsOf: async () => ({}),
    }),
    jobs: site.hub(store),
  }
  return { ...site, counted, tenant, parts, bookings, observe }
}
