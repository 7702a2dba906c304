import { systemClock } from '../shared/clock.ts'
import type { Logger } from '../shared/log.ts'
import { systemRandom } from '../shared/random.ts'
import { openTracing } from '../shared/telemetry/open.ts'
import { listEndpoints } from './compose/endpoints.ts'
import { openPlatform, type Platform } from './compose/platform.ts'
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
import type { MasterKeysService } from './tenancy/master-keys/service.ts'

/** Reads the environment once, builds adapters, hands them to services. The only place that knows both. */
export async function compose(environment: Readonly<Record<string, string | undefined>>, log: Logger) {
  const settings = readSettings(environment)
  const clock = systemClock
  const random = systemRandom
  const tracing = await openTracing(environment, { name: 'steg-hub', version: settings.version }, log)
  const platform = await openPlatform(settings, random, clock)
  const services = createServices(platform, { settings, clock, random, tracing, log })
  const { accounts, agentMetrics, audit, connectors, credentials, jobs, masterKeys, relay, tenancy } =
    services
  await checkMasterKeys(platform, masterKeys)

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
    rewrapKeys: masterKeys.rewrap,
    tendCredentials: credentials.tend,
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
      await platform.close()
    },
  }
}

/** A hub that cannot read its data must not run: it would fail bit by bit, and write what it could not read later. */
async function checkMasterKeys(
  platform: Pick<Platform, 'close'>,
  masterKeys: Pick<MasterKeysService, 'check'>,
): Promise<void> {
  try {
    await masterKeys.check()
  } catch (error) {
    await platform.close()
    throw error
  }
}
