import type { Clock } from '../../shared/clock.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Tracing } from '../../shared/telemetry/tracing.ts'
import { createAuditService } from '../audit/service.ts'
import { createAccessTokens } from '../connectors/access-tokens.ts'
import { tenantOfAgent } from '../connectors/rows.ts'
import { createConnectorsService } from '../connectors/service.ts'
import { createCredentialsService } from '../credentials/service.ts'
import { createAbsencesService } from '../hr/absences/service.ts'
import { createBalancesService } from '../hr/balances/service.ts'
import { createBookingsService } from '../hr/bookings/service.ts'
import { createMasterDataService } from '../hr/masterdata/service.ts'
import { createPeopleService } from '../hr/people/service.ts'
import { createSageService } from '../hr/sage/service.ts'
import { createJobsService } from '../jobs/service.ts'
import { carryTrace } from '../jobs/traced.ts'
import { createLicensingService } from '../licensing/service.ts'
import { agentDepth } from '../metrics/depth.ts'
import { createAgentMetrics } from '../metrics/service.ts'
import { countCalls } from '../relay/counted.ts'
import { createRelayService } from '../relay/service.ts'
import { traceCalls } from '../relay/traced.ts'
import type { Settings } from '../settings.ts'
import { createSetupService } from '../setup/service.ts'
import { createAccountsService } from '../tenancy/accounts/service.ts'
import { createApiTokens } from '../tenancy/api-tokens.ts'
import { createMasterKeysService } from '../tenancy/master-keys/service.ts'
import { formatToken, parseToken } from '../tenancy/rules/token.ts'
import { createTenantSeal } from '../tenancy/seal.ts'
import { hashSecret, matchesHash } from '../tenancy/secret-hash.ts'
import { createTenancyService } from '../tenancy/service.ts'
import { SAGE_BASE_URL } from '../tenancy/variables/rules/known.ts'
import { createVariablesService } from '../tenancy/variables/service.ts'
import { enrolling } from './enrolling.ts'
import { jobDefinitions } from './jobs.ts'
import type { Platform } from './platform.ts'

export type Services = ReturnType<typeof createServices>

/** Every service, with the ports that it needs and the other services that it uses. */
export function createServices(
  platform: Platform,
  parts: {
    readonly settings: Settings
    readonly clock: Clock
    readonly random: Random
    readonly tracing: Tracing
    readonly log: Logger
  },
) {
  const { store, bus, ring, vault } = platform
  const { settings, clock, random, tracing, log } = parts

  const people = createPeopleService({ store, clock, random })
  const audit = createAuditService({ store, clock, random, log, retentionDays: settings.auditDays })
  const apiTokens = createApiTokens({ store, clock, random, log, checkGroups: people.groups.check })
  const masterKeys = createMasterKeysService({ store, ring, vault, clock, random, log })
  const tenancy = createTenancyService({
    store,
    vault: masterKeys,
    clock,
    random,
    tokens: apiTokens,
    operatorTokenHash: settings.operatorTokenHash,
  })
  const accounts = createAccountsService({
    store,
    clock,
    random,
    log,
    audit,
    passwords: platform.passwords,
    mail: platform.mail,
    microsoft: platform.microsoft,
    browserKeys: ring.derive('browser'),
    publicUrl: settings.site.publicUrl,
    isOperatorToken: tenancy.isOperatorToken,
    operatorTokenHash: settings.operatorTokenHash,
    tenantName: tenancy.nameOf,
    checkGroups: people.groups.check,
  })
  const seal = createTenantSeal({ vault, wrappedKeyOf: tenancy.wrappedKeyOf })
  const credentials = createCredentialsService({
    store,
    seal,
    clock,
    random,
    log,
    // Until a product has admins to tell.
    notify: async ({ tenantId, kind, subjectId, state, problem }) =>
      log.warn('credentials need a person', { tenantId, kind, subjectId, state, code: problem?.code }),
  })
  const variables = createVariablesService({ store, seal, clock, tenancy })
  const plainConnectors = createConnectorsService({
    store,
    bus,
    grants: platform.grants,
    clock,
    seal,
    accessTokens: createAccessTokens({
      store,
      clock,
      random,
      tokenFormat: {
        format: (token) => formatToken('mat', token),
        parse: (text) => parseToken('mat', text),
        hash: hashSecret,
        matches: matchesHash,
      },
    }),
    tenantName: tenancy.nameOf,
    async targetsOf(tenantId) {
      const url = (await variables.read(tenantId, [SAGE_BASE_URL]))[SAGE_BASE_URL]
      return url === undefined ? {} : { sage: url }
    },
  })
  const instanceId = `hub-${randomId(random, 12)}`
  const depthOf = agentDepth(platform.queueDepths, plainConnectors.queuesOf)
  const agentMetrics = createAgentMetrics({
    store,
    clock,
    log,
    source: instanceId,
    tenantOf: tenantOfAgent,
    depthOf,
  })
  const plainRelay = createRelayService({
    bus,
    clock,
    random,
    placeOf: plainConnectors.placeOf,
    instanceId,
    log,
    onLate: (agentId) => agentMetrics.count(agentId, { late: 1 }),
  })
  const relay = traceCalls(countCalls(plainRelay, clock, agentMetrics.count), tracing)
  const sage = createSageService({ store, clock, variables, connectors: plainConnectors, relay })
  const bookings = createBookingsService({
    store,
    clock,
    timeZoneOf: async (tenantId) => (await sage.profile(tenantId)).profile.timeZone,
  })
  const masterData = createMasterDataService({ store })
  const balances = createBalancesService({ store, people })
  const absences = createAbsencesService({ store, clock, people, masterData })
  const jobs = createJobsService({
    store,
    bus: carryTrace(bus, tracing),
    clock,
    random,
    log,
    definitions: jobDefinitions({ store, clock, sage, people }),
  })
  const connectors = enrolling(plainConnectors, jobs, relay, log)
  const setup = createSetupService({ variables, connectors, jobs, people, bookings })
  const licensing = createLicensingService({ store, clock, tenancy })

  return {
    people,
    audit,
    apiTokens,
    masterKeys,
    tenancy,
    accounts,
    credentials,
    variables,
    connectors,
    depthOf,
    agentMetrics,
    relay,
    sage,
    bookings,
    masterData,
    balances,
    absences,
    jobs,
    setup,
    licensing,
  }
}
