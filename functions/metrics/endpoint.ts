import { z } from 'zod'
import { type Endpoint, endpoint } from '../http/endpoint.ts'

const Counts = z.record(z.string(), z.int())
const Metrics = z
  .object({
    store: Counts.meta({ description: 'Operations; `transactions` are what Azure Tables bills.' }),
    bus: Counts.meta({ description: 'Messages that this hub instance sent and replies that it received.' }),
    audit: Counts.meta({
      description: 'Changes recorded, and those that could not be (then they are in the log).',
    }),
    live: Counts.meta({ description: 'Event streams that are open at the moment.' }),
    reports: Counts.meta({
      description: 'Reports of agents that were dropped, because nobody has proved them.',
    }),
  })
  .meta({ id: 'Metrics' })

/** What costs money, counted since this hub instance started (F7). */
export function metricsEndpoint(counts: {
  readonly store: () => object
  readonly bus: () => object
  readonly audit: () => object
  readonly live: () => object
  readonly reports: () => object
}): Endpoint {
  return endpoint({
    id: 'getMetrics',
    method: 'GET',
    path: '/metrics',
    access: 'operator',
    tag: 'About',
    summary: 'Storage transactions and messages of this hub instance since its start',
    success: { status: 200, schema: Metrics },
    errors: [],
    handle: async () => ({
      body: Metrics.parse({
        store: counts.store(),
        bus: counts.bus(),
        audit: counts.audit(),
        live: counts.live(),
        reports: counts.reports(),
      }),
    }),
  })
}
