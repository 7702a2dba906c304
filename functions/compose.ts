import { systemClock } from '../shared/clock.ts'
import type { Logger } from '../shared/log.ts'
import { randomId, systemRandom } from '../shared/random.ts'
import { openTracing } from '../shared/telemetry/open.ts'
import { auditEndpoints } from './audit/endpoints.ts'
import { createAuditService } from './audit/service.ts'
import { createAccessTokens } from './connectors/access-tokens.ts'
import { connectorEndpoints } from './connectors/endpoints.ts'
import { tenantOfAgent } from './connectors/rows.ts'
import { createConnectorsService } from './connectors/service.ts'
import { documentationPages } from './docs/pages.ts'
import { downloadRoute, downloadsEndpoint } from './downloads/endpoints.ts'
import { createAgentFile } from './downloads/file.ts'
import { healthEndpoint } from './health/endpoint.ts'
import { absenceEndpoints } from './hr/absences/endpoints.ts'
import { absencesExportJob } from './hr/absences/export-job.ts'
import { scopedAbsences } from './hr/absences/scoped.ts'
import { createAbsencesService } from './hr/absences/service.ts'
import { balanceEndpoints } from './hr/balances/endpoints.ts'
import { createBalancesService } from './hr/balances/service.ts'
import { balancesSyncJob } from './hr/balances/sync-job.ts'
import { bookingEndpoints } from './hr/bookings/endpoints.ts'
import { bookingsExportJob } from './hr/bookings/export-job.ts'
import { bookingsImportJob } from './hr/bookings/import-job.ts'
import { scopedBookings } from './hr/bookings/scoped.ts'
import { createBookingsService } from './hr/bookings/service.ts'
import { masterDataEndpoints } from './hr/masterdata/endpoints.ts'
import { createMasterDataService } from './hr/masterdata/service.ts'
import { masterDataSyncJobs } from './hr/masterdata/sync-jobs.ts'
import { peopleEndpoints } from './hr/people/endpoints.ts'
import { groupEndpoints } from './hr/people/group-endpoints.ts'
import { createPeopleService } from './hr/people/service.ts'
import { peopleSyncJob } from './hr/people/sync-job.ts'
import { sageEndpoints } from './hr/sage/endpoints.ts'
import { createSageService } from './hr/sage/service.ts'
import type { Endpoint } from './http/endpoint.ts'
import { openApiDocument } from './http/openapi.ts'
import { jobEndpoints } from './jobs/endpoints.ts'
import { createJobsService } from './jobs/service.ts'
import { carryTrace, traceRuns } from './jobs/traced.ts'
import { licensingEndpoints } from './licensing/endpoints.ts'
import { licensed } from './licensing/guard.ts'
import { createLicensingService } from './licensing/service.ts'
import { createLive } from './live/route.ts'
import { agentMetricsEndpoint, lastDayOf } from './metrics/agent-endpoints.ts'
import { agentDepth } from './metrics/depth.ts'
import { metricsEndpoint } from './metrics/endpoint.ts'
import { createAgentMetrics } from './metrics/service.ts'
import { countBus } from './platform/bus/counting.ts'
import { createBusGrants } from './platform/bus/grants.ts'
import { openServiceBus } from './platform/bus/service-bus.ts'
import { noMail, openSmtp } from './platform/mail/smtp.ts'
import { createMsalProvider } from './platform/openid/msal.ts'
import { createArgon2Passwords } from './platform/passwords/argon2.ts'
import { createVault, deriveKey } from './platform/secrets/vault.ts'
import { openTablesStore } from './platform/store/azure-tables.ts'
import { countStore } from './platform/store/counting.ts'
import type { Store } from './platform/store/port.ts'
import { openSqliteStore } from './platform/store/sqlite.ts'
import { createPortalFiles } from './portal/files.ts'
import { portalPages } from './portal/pages.ts'
import { countCalls } from './relay/counted.ts'
import { createRelayService } from './relay/service.ts'
import { traceCalls } from './relay/traced.ts'
import { readSettings, type Settings } from './settings.ts'
import { setupEndpoints } from './setup/endpoints.ts'
import { createSetupService } from './setup/service.ts'
import { accountEndpoints } from './tenancy/accounts/account-endpoints.ts'
import { createAccountsService } from './tenancy/accounts/service.ts'
import { sessionEndpoints } from './tenancy/accounts/session-endpoints.ts'
import { userEndpoints } from './tenancy/accounts/user-endpoints.ts'
import { apiTokenEndpoints } from './tenancy/api-token-endpoints.ts'
import { createApiTokens } from './tenancy/api-tokens.ts'
import { tenancyEndpoints } from './tenancy/endpoints.ts'
import { formatToken, parseToken } from './tenancy/rules/token.ts'
import { hashSecret, matchesHash } from './tenancy/secret-hash.ts'
import { createTenancyService } from './tenancy/service.ts'
import { variableEndpoints } from './tenancy/variables/endpoints.ts'
import { SAGE_BASE_URL } from './tenancy/variables/rules/known.ts'
import { createVariablesService } from './tenancy/variables/service.ts'

/** Milliseconds in which an agent is told to open a new session. */
const RENEW_MS = 10_000

/** All tables; in Azure they are created at the first start. */
export const tables = [
  'Tenants',
  'TenantList',
  'Users',
  'SignInNames',
  'Sessions',
  'SignInAttempts',
  'ApiTokens',
  'Variables',
  'AccessTokens',
  'Agents',
  'SageProfiles',
  'Jobs',
  'Runs',
  'RunLogs',
  'ActiveRuns',
  'RunChanges',
  'DueJobs',
  'People',
  'Bookings',
  'MasterData',
  'Balances',
  'LeaveRequests',
  'AgentHours',
  'Groups',
  'Audit',
  'AuditDays',
  'Licences',
] as const

/** Reads the environment once, builds adapters, hands them to services. The only place that knows both. */
export async function compose(environment: Readonly<Record<string, string | undefined>>, log: Logger) {
  const settings = readSettings(environment)
  const tracing = await openTracing(environment, { name: 'steg-hub', version: settings.version }, log)
  const opened = await openStore(settings)
  const countedStore = countStore(opened.store)
  const serviceBus = openServiceBus(settings.busConnection)
  const countedBus = countBus(serviceBus)
  const { store } = countedStore
  const { bus } = countedBus
  const grants = createBusGrants({
    broker: settings.broker,
    namespace: settings.broker.host,
    listen: { name: 'agents-listen', key: settings.listenKey },
    send: { name: 'agents-send', key: settings.sendKey },
  })
  const clock = systemClock
  const random = systemRandom
  const vault = createVault(settings.masterKey, random)

  const people = createPeopleService({ store, clock, random })
  const audit = createAuditService({ store, clock, random, log, retentionDays: settings.auditDays })
  const apiTokens = createApiTokens({ store, clock, random, log, checkGroups: people.groups.check })
  const tenancy = createTenancyService({
    store,
    vault,
    clock,
    random,
    tokens: apiTokens,
    operatorTokenHash: settings.operatorTokenHash,
  })
  const mail = settings.mail === undefined ? noMail : openSmtp(settings.mail)
  const accounts = createAccountsService({
    store,
    clock,
    random,
    log,
    audit,
    passwords: createArgon2Passwords(),
    mail,
    // Microsoft sends people back to an address that is registered there.
    microsoft: settings.entra && settings.site.publicUrl ? createMsalProvider(settings.entra) : undefined,
    browserKey: deriveKey(settings.masterKey, 'browser'),
    publicUrl: settings.site.publicUrl,
    isOperatorToken: tenancy.isOperatorToken,
    tenantName: tenancy.nameOf,
    checkGroups: people.groups.check,
  })
  const variables = createVariablesService({ store, vault, clock, tenancy })
  const connectors = createConnectorsService({
    store,
    bus,
    grants,
    clock,
    vault,
    wrappedKeyOf: tenancy.wrappedKeyOf,
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
  const depthOf = agentDepth(serviceBus, connectors.queuesOf)
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
    placeOf: connectors.placeOf,
    instanceId,
    log,
    onLate: (agentId) => agentMetrics.count(agentId, { late: 1 }),
  })
  const relay = traceCalls(countCalls(plainRelay, clock, agentMetrics.count), tracing)
  const sage = createSageService({ store, clock, variables, connectors, relay })
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
    definitions: [
      {
        token: 'SysSageSync',
        category: 'SageSkripte',
        position: 10,
        kind: 'sequence',
        children: [
          'SysSageSyncPersonen',
          'SysSageSyncAbwesenheitsgruende',
          'SysSageSyncZusatzeingaben',
          'SysSageSyncKontostaende',
        ],
      },
      peopleSyncJob({ store, sage, clock }),
      bookingsExportJob({ store, sage, clock }),
      bookingsImportJob({ store, sage, clock }),
      ...masterDataSyncJobs({ store, sage, clock }),
      balancesSyncJob({ store, sage, people, clock }),
      absencesExportJob({ store, sage, clock }),
    ],
  })

  // Schedules are of no use before there is an agent that could reach Sage.
  const enrolling: typeof connectors = {
    ...connectors,
    async enrol(request) {
      const enrolled = await connectors.enrol(request)
      if (request.category === 'sage') await jobs.applyDefaultSchedules(enrolled.tenant.id)
      return enrolled
    },
    keys: {
      ...connectors.keys,
      async ask(tenantId, agentId) {
        await connectors.keys.ask(tenantId, agentId)
        // An agent that does not hear it now sees it at its next session.
        relay.renew(agentId, RENEW_MS).catch((error) => log.info('agent not told', { agentId, error }))
      },
    },
  }

  const setupParts = { variables, connectors, jobs, people, bookings }
  const setup = createSetupService(setupParts)

  const licensing = createLicensingService({ store, clock, tenancy })

  const agentFile = createAgentFile()

  const unlicensed: readonly Endpoint[] = [
    ...tenancyEndpoints(tenancy, accounts),
    ...sessionEndpoints(accounts, { tenantName: tenancy.nameOf, publicUrl: settings.site.publicUrl }),
    ...accountEndpoints(accounts, tenancy.nameOf),
    ...userEndpoints(accounts),
    ...apiTokenEndpoints(apiTokens),
    ...auditEndpoints(audit),
    ...variableEndpoints(variables),
    ...connectorEndpoints(enrolling, {
      lastDay: (tenantId, agentId) => lastDayOf(agentMetrics, tenantId, agentId, clock.now()),
      queue: (agentId) => depthOf(agentId).catch(() => null),
    }),
    agentMetricsEndpoint({ metrics: agentMetrics, clock, checkAgent: connectors.get }),
    ...sageEndpoints(sage, variables),
    ...jobEndpoints(jobs, connectors.get, people),
    ...peopleEndpoints(people),
    ...groupEndpoints(people.groups),
    ...bookingEndpoints(scopedBookings(bookings, people)),
    ...masterDataEndpoints(masterData),
    ...balanceEndpoints(balances),
    ...absenceEndpoints(scopedAbsences(absences, people)),
    ...setupEndpoints(setup),
    ...licensingEndpoints(licensing),
    downloadsEndpoint(agentFile),
    metricsEndpoint({
      store: countedStore.counts,
      bus: countedBus.counts,
      audit: audit.counts,
      live: () => ({ open: live.open() }),
    }),
    healthEndpoint({
      version: settings.version,
      clock,
      checks: { store: () => store.get('Tenants', 'health', 'health'), broker: () => bus.check() },
    }),
  ]

  const endpoints = licensed(unlicensed, licensing)

  const authentication = { byToken: tenancy.authenticate, bySession: accounts.signedIn }
  const live = createLive({ ...setupParts, clock, authentication, site: settings.site })

  return {
    endpoints,
    pages: [
      live.route,
      downloadRoute(agentFile),
      ...documentationPages({ openApi: () => openApiDocument(endpoints, settings.version) }),
      ...portalPages({ files: createPortalFiles(), endpoints }),
    ],
    authentication,
    site: settings.site,
    work: traceRuns(jobs.work, tracing),
    tracing,
    audit,
    pruneAudit: audit.prune,
    /** For whoever makes calls in the same process without a job. */
    relay,
    recoverRuns: jobs.recover,
    runSchedules: jobs.tick,
    async receiveEvent(agentId: string, jws: string, arrivedAt: number): Promise<void> {
      const taken = await connectors.receiveEvent(agentId, jws, arrivedAt)
      if (taken?.event.counts !== undefined) {
        await agentMetrics.receive(taken.tenantId, agentId, taken.event.counts)
      }
    },
    async close() {
      live.close()
      await relay.close()
      await agentMetrics.close()
      await tracing.close()
      await bus.close()
      mail.close()
      opened.close()
    },
  }
}

async function openStore({ store }: Settings): Promise<{ store: Store; close: () => void }> {
  if (store.kind === 'sqlite') {
    const sqlite = openSqliteStore({ file: store.file })
    return { store: sqlite, close: sqlite.close }
  }
  const tablesStore = await openTablesStore({ connectionString: store.connection, tables })
  return { store: tablesStore, close: () => undefined }
}
