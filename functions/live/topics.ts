import { shownAgent } from '../connectors/presentation.ts'
import type { ConnectorsService } from '../connectors/service.ts'
import { shownJob } from '../jobs/presentation.ts'
import type { JobsService } from '../jobs/service.ts'
import type { Observed, Share } from '../products/port.ts'
import { shownSetup } from '../setup/presentation.ts'
import { createSetupService, type SetupParts } from '../setup/service.ts'
import type { LiveTopic } from './topic.ts'

/** What streams tell about, in this order: agents, jobs, what products add, and setting up. */
export function liveTopics(
  parts: Pick<SetupParts, 'variables'> & {
    readonly connectors: Pick<ConnectorsService, 'list'>
    readonly jobs: Pick<JobsService, 'list' | 'texts'>
    /** What each product adds, with the same sharing of reads. */
    readonly observed: readonly Observed[]
    readonly share: Share
  },
): readonly LiveTopic[] {
  const { share } = parts
  const { texts } = parts.jobs
  const agents = share((tenantId) => parts.connectors.list(tenantId))
  const jobs = share((tenantId) => parts.jobs.list(tenantId))
  // The same reads, so that what the other topics have read already is not read again.
  const products = parts.observed.flatMap((observed) => observed.setup ?? [])
  const setup = createSetupService({
    variables: { list: share((tenantId) => parts.variables.list(tenantId)) },
    connectors: { list: agents },
    jobs: { list: jobs },
    products,
  })

  return [
    {
      name: 'agents',
      tables: ['Agents'],
      right: 'agents:read',
      aboutEverybody: false,
      costly: false,
      async read(tenantId) {
        const items = (await agents(tenantId)).map(shownAgent)
        // A sign of life every half minute is no news; that they stay away is.
        return { data: { items }, news: items.map(({ lastSeen: _, ...agent }) => agent) }
      },
    },
    {
      name: 'jobs',
      tables: ['Jobs', 'Runs'],
      right: 'jobs:read',
      aboutEverybody: false,
      costly: false,
      read: async (tenantId, language) => ({
        data: { items: (await jobs(tenantId)).map((job) => shownJob(job, texts, language)) },
      }),
    },
    ...parts.observed.flatMap(({ topics }) => topics),
    {
      name: 'setup',
      tables: ['Agents', 'Jobs', 'Runs', 'Variables', ...products.flatMap(({ tables }) => tables)],
      right: 'jobs:read',
      aboutEverybody: true,
      costly: true,
      async read(tenantId, language) {
        const data = shownSetup(await setup.look(tenantId), texts, language)
        const agentsGone = data.failures.agents.map(({ lastSeen: _, ...agent }) => agent)
        return { data, news: { ...data, failures: { ...data.failures, agents: agentsGone } } }
      },
    },
  ]
}
