import { systemClock } from '../shared/clock.ts'
import type { Logger } from '../shared/log.ts'
import { systemRandom } from '../shared/random.ts'
import { openTracing } from '../shared/telemetry/open.ts'
import { listEndpoints } from './compose/endpoints.ts'
import { openPlatform } from './compose/platform.ts'
import { createServices } from './compose/services.ts'
import { documentationPages } from './docs/pages.ts'
import { downloadRoute } from './downloads/endpoints.ts'
import { createAgentFile } from './downloads/file.ts'
import { openApiDocument } from './http/openapi.ts'
import { traceRuns } from './jobs/traced.ts'
import { createLive } from './live/route.ts'
import { createPortalFiles } from './portal/files.ts'
import { portalPages } from './portal/pages.ts'
import { readSettings } from './settings.ts'

/** Reads the environment once, builds adapters, hands them to services. The only place that knows both. */
export async function compose(environment: Readonly<Record<string, string | undefined>>, log: Logger) {
  const settings = readSettings(environment)
  const clock = systemClock
  const random = systemRandom
  const tracing = await openTracing(environment, { name: 'steg-hub', version: settings.version }, log)
  const platform = await openPlatform(settings, random)
  const services = createServices(platform, { settings, clock, random, tracing, log })
  const { accounts, agentMetrics, audit, connectors, jobs, relay, tenancy } = services

  const authentication = { byToken: tenancy.authenticate, bySession: accounts.signedIn }
  const live = createLive({ ...services, clock, authentication, site: settings.site })
  const agentFile = createAgentFile()
  const endpoints = listEndpoints(platform, services, { settings, clock, agentFile, openStreams: live.open })

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
    pruneAttempts: accounts.pruneAttempts,
    /** For whoever makes calls in the same process without a job. */
    relay,
    recoverRuns: jobs.recover,
    runSchedules: jobs.tick,
    receiveHeartbeats: connectors.receiveHeartbeats,
    receiveAgentEvents: connectors.receiveEvents,
    async close() {
      live.close()
      await relay.close()
      await agentMetrics.close()
      await tracing.close()
      await platform.close()
    },
  }
}
