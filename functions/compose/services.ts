import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Random } from '../../shared/random.ts'
import type { Tracing } from '../../shared/telemetry/tracing.ts'
import { createAuditService } from '../audit/service.ts'
import { createAccessTokens } from '../connectors/access-tokens.ts'
import { tenantOfAgent } from '../connectors/rows.ts'
import { createConnectorsService } from '../connectors/service.ts'
import { createCredentialsService } from '../credentials/service.ts'
import { createJobsService, type JobsService } from '../jobs/service.ts'
import { carryTrace } from '../jobs/traced.ts'
import { createLicensingService } from '../licensing/service.ts'
import { agentDepth } from '../metrics/depth.ts'
import { createAgentMetrics } from '../metrics/service.ts'
import type { House, OpenProduct, PeopleDirectory, Product } from '../products/port.ts'
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
import { createVariablesService } from '../tenancy/variables/service.ts'
import { agentEventRoutes } from './agent-events.ts'
import { enrolling } from './enrolling.ts'
import type { Platform } from './platform.ts'

export type Services = ReturnType<typeof createServices>

/** Every service, with the ports that it needs and the other services that it uses. */
export function createServices(
  platform: Platform,
  parts: {
    readonly settings: Settings
    readonly products: readonly Product[]
    readonly clock: Clock
    readonly random: Random
    readonly tracing: Tracing
    readonly log: Logger
  },
) {
  const { store, bus, ring, vault, instanceId } = platform
  const { settings, products, clock, random, tracing, log } = parts

  // Products need the services below; those who limit access to certain people ask later.
  const checkGroups = (tenantId: string, groups: readonly string[]) =>
    directoryOf(opened).checkGroups(tenantId, groups)
  const audit = createAuditService({ store, clock, random, log, retentionDays: settings.auditDays })
  const apiTokens = createApiTokens({ store, clock, random, log, checkGroups })
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
    checkGroups,
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
  const variables = createVariablesService({
    store,
    seal,
    clock,
    tenancy,
    known: products.flatMap((product) => product.variables),
  })
  const targets = products.flatMap((product) => product.targets)
  const plainConnectors = createConnectorsService({
    store,
    bus,
    grants: platform.grants,
    clock,
    seal,
    heartbeatKeys: platform.heartbeatKeys,
    eventRoutes: () =>
      agentEventRoutes(
        agentMetrics,
        opened.map(({ events }) => events),
      ),
    log,
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
      const values = await variables.read(
        tenantId,
        targets.map(({ address }) => address),
      )
      return Object.fromEntries(
        targets.flatMap(({ role, address }) => {
          const url = values[address]
          return url === undefined ? [] : [[role, url]]
        }),
      )
    },
  })
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
  const house: House = {
    store,
    clock,
    random,
    log,
    variables,
    credentials,
    tokenProvider: platform.tokenProvider,
    blobs: platform.blobs,
    connectors: plainConnectors,
    relay,
    jobs: () => jobs,
  }
  const opened = products.map((product) => ({ product, ...product.open(house) }))
  const jobs: JobsService = createJobsService({
    store,
    bus: carryTrace(bus, tracing),
    clock,
    random,
    log,
    definitions: opened.flatMap((open) => open.jobs),
    texts: products.map((product) => product.texts),
  })
  const connectors = enrolling(plainConnectors, {
    jobs,
    jobsWith: (wanted) =>
      opened
        .filter(({ product }) => product.targets.some(({ role }) => role === wanted))
        .flatMap((open) => open.jobs.map(({ token }) => token)),
    relay,
    log,
  })
  const setup = createSetupService({
    variables,
    connectors,
    jobs,
    products: opened.flatMap((open) => open.observe((read) => read).setup ?? []),
  })
  const licensing = createLicensingService({ store, clock, tenancy })

  return {
    /** What each product offers. */
    opened,
    people: directoryOf(opened),
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
    jobs,
    setup,
    licensing,
  }
}

/** Without a product that keeps people nobody can be limited to some, and everybody sees what there is. */
const nobodyKnown: PeopleDirectory = {
  checkGroups: async (_, groups) => {
    if (groups[0] !== undefined) throw new StegError('group-unknown', { group: groups[0] })
  },
  visible: async (_, scope) => (scope.kind === 'everyone' ? undefined : { hasToken: () => false }),
}

function directoryOf(opened: readonly OpenProduct[]): PeopleDirectory {
  return opened.find(({ people }) => people !== undefined)?.people ?? nobodyKnown
}
