import type { Clock } from '../../shared/clock.ts'
import { auditEndpoints } from '../audit/endpoints.ts'
import { connectorEndpoints } from '../connectors/endpoints.ts'
import { downloadsEndpoint } from '../downloads/endpoints.ts'
import type { AgentFile } from '../downloads/file.ts'
import { healthEndpoint } from '../health/endpoint.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { jobEndpoints } from '../jobs/endpoints.ts'
import { licensingEndpoints } from '../licensing/endpoints.ts'
import { guardEndpoints } from '../licensing/guard.ts'
import type { Need } from '../licensing/rules/needs.ts'
import { agentMetricsEndpoint, lastDayOf } from '../metrics/agent-endpoints.ts'
import { metricsEndpoint } from '../metrics/endpoint.ts'
import type { Settings } from '../settings.ts'
import { setupEndpoints } from '../setup/endpoints.ts'
import { accountEndpoints } from '../tenancy/accounts/account-endpoints.ts'
import { sessionEndpoints } from '../tenancy/accounts/session-endpoints.ts'
import { userEndpoints } from '../tenancy/accounts/user-endpoints.ts'
import { apiTokenEndpoints } from '../tenancy/api-token-endpoints.ts'
import { tenancyEndpoints } from '../tenancy/endpoints.ts'
import { masterKeyEndpoints } from '../tenancy/master-keys/endpoints.ts'
import { variableEndpoints } from '../tenancy/variables/endpoints.ts'
import type { Platform } from './platform.ts'
import type { Services } from './services.ts'

/** All endpoints; those of an article that the tenant has not licensed refuse. */
export function listEndpoints(
  platform: Pick<Platform, 'store' | 'bus' | 'counts'>,
  services: Services,
  parts: {
    readonly settings: Settings
    /** What needs an article, of all products. */
    readonly needs: readonly Need[]
    readonly clock: Clock
    readonly agentFile: AgentFile
    readonly openStreams: () => number
  },
): readonly Endpoint[] {
  const { accounts, agentMetrics, connectors, depthOf, jobs, licensing, tenancy, variables } = services
  const { settings, clock } = parts
  const unlicensed: readonly Endpoint[] = [
    ...tenancyEndpoints(tenancy, accounts),
    ...masterKeyEndpoints(services.masterKeys),
    ...sessionEndpoints(accounts, { tenantName: tenancy.nameOf, publicUrl: settings.site.publicUrl }),
    ...accountEndpoints(accounts, tenancy.nameOf),
    ...userEndpoints(accounts),
    ...apiTokenEndpoints(services.apiTokens),
    ...auditEndpoints(services.audit),
    ...variableEndpoints(variables),
    ...connectorEndpoints(connectors, {
      lastDay: (tenantId, agentId) => lastDayOf(agentMetrics, tenantId, agentId, clock.now()),
      queue: (agentId) => depthOf(agentId).catch(() => null),
    }),
    agentMetricsEndpoint({ metrics: agentMetrics, clock, checkAgent: connectors.get }),
    ...jobEndpoints(jobs, connectors.get, services.people),
    ...services.opened.flatMap((open) => open.endpoints),
    ...setupEndpoints(services.setup, jobs.texts),
    ...licensingEndpoints(licensing),
    downloadsEndpoint(parts.agentFile),
    metricsEndpoint({
      ...platform.counts,
      audit: services.audit.counts,
      live: () => ({ open: parts.openStreams() }),
      reports: () => ({ refused: connectors.refusedReports() }),
    }),
    healthEndpoint({
      version: settings.version,
      clock,
      checks: {
        store: () => platform.store.get('Tenants', 'health', 'health'),
        broker: () => platform.bus.check(),
      },
    }),
  ]
  return guardEndpoints(unlicensed, parts.needs, licensing)
}
