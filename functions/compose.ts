import { systemClock } from '../shared/clock.ts'
import type { Logger } from '../shared/log.ts'
import { systemRandom } from '../shared/random.ts'
import { openTracing } from '../shared/telemetry/open.ts'
import { listEndpoints } from './compose/endpoints.ts'
import { openPlatform, type Platform } from './compose/platform.ts'
import { products as allProducts } from './compose/products.ts'
import { createServices } from './compose/services.ts'
import { tablesOf } from './compose/tables.ts'
import { documentationPages } from './docs/pages.ts'
import { downloadRoute } from './downloads/endpoints.ts'
import { createAgentFile } from './downloads/file.ts'
import { openApiDocument } from './http/openapi.ts'
import { traceRuns } from './jobs/traced.ts'
import { announceChanges } from './live/changes.ts'
import { createLive } from './live/route.ts'
import { createSharedReads, shareOf } from './live/shared-reads.ts'
import { createLiveSources } from './live/sources.ts'
import { liveTopics } from './live/topics.ts'
import { watchesOf } from './live/watches.ts'
import { createPortalFiles } from './portal/files.ts'
import { portalPages } from './portal/pages.ts'
import type { Product } from './products/port.ts'
import { readSettings } from './settings.ts'
import type { MasterKeysService } from './tenancy/master-keys/service.ts'

/** Reads the environment once, builds adapters, hands them to services. The only place that knows both. */
export async function compose(
  environment: Readonly<Record<string, string | undefined>>,
  log: Logger,
  products: readonly Product[] = allProducts,
) {
  const settings = readSettings(environment)
  const clock = systemClock
  const random = systemRandom
  const tracing = await openTracing(environment, { name: 'steg-hub', version: settings.version }, log)
  const platform = await openPlatform(settings, tablesOf(products), { clock, random, log })
  // Whatever a service writes is told to those who show it.
  const changes = announceChanges(platform.store, (tenantId, channels) =>
    platform.push.publish(
      tenantId,
      channels.map((channel) => ({ channel })),
    ),
  )
  const services = createServices(
    { ...platform, store: changes.store },
    { settings, products, clock, random, tracing, log },
  )
  const { accounts, agentMetrics, audit, connectors, credentials, jobs, masterKeys, relay, tenancy } =
    services
  await checkMasterKeys(platform, masterKeys)

  const authentication = { byToken: tenancy.authenticate, bySession: accounts.signedIn }
  const reads = createSharedReads(clock)
  const share = shareOf(reads)
  const observed = services.opened.map((open) => open.observe(share))
  const sources = createLiveSources({ topics: liveTopics({ ...services, observed, share }), jobs, reads })
  changes.watch(watchesOf(sources.topics))
  const live = createLive({
    sources,
    push: platform.push,
    clock,
    random,
    authentication,
    site: settings.site,
  })
  const agentFile = createAgentFile()
  const endpoints = listEndpoints(platform, services, {
    settings,
    needs: products.flatMap((product) => product.needs),
    clock,
    agentFile,
    openStreams: live.open,
  })

  return {
    endpoints,
    pages: [
      live.route,
      downloadRoute(agentFile),
      ...documentationPages({ openApi: () => openApiDocument(endpoints, settings.version) }),
      ...portalPages({
        files: createPortalFiles(),
        endpoints,
        ofProducts: products.flatMap((product) => product.pages),
      }),
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
    receiveHeartbeats: connectors.receiveHeartbeats,
    receiveAgentEvents: connectors.receiveEvents,
    async close() {
      live.close()
      // Before the relay: a run whose calls are cancelled with the hub is given back and has not failed.
      await jobs.close()
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
