import { createConnectorsService } from '../../functions/connectors/service.ts'
import { createBookingsService } from '../../functions/hr/bookings/service.ts'
import { createPeopleService } from '../../functions/hr/people/service.ts'
import { createKeyRing } from '../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import { createTenantSeal } from '../../functions/tenancy/seal.ts'
import { createTenancyService } from '../../functions/tenancy/service.ts'
import { createVariablesService } from '../../functions/tenancy/variables/service.ts'
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
  const parts = {
    variables: createVariablesService({ ...common, seal, tenancy }),
    connectors: createConnectorsService({
      ...common,
      bus: {} as never,
      grants: {} as never,
      accessTokens: {} as never,
      seal,
      tenantName: tenancy.nameOf,
      targetsOf: async () => ({}),
    }),
    jobs: site.hub(store),
    people: createPeopleService(common),
    bookings: createBookingsService({ ...common, timeZoneOf: async () => 'UTC' }),
  }
  return { ...site, counted, tenant, parts }
}
