import { shownAgent } from '../connectors/presentation.ts'
import { PRESENCE } from '../connectors/rows.ts'
import { SILENCE_MS } from '../connectors/rules/status.ts'
import type { AgentView, ConnectorsService } from '../connectors/service.ts'
import { toJobView } from '../jobs/presentation.ts'
import type { JobsService } from '../jobs/service.ts'
import type { Observed, Share } from '../products/port.ts'
import { toSetupView } from '../setup/presentation.ts'
import { createSetupService, type SetupParts } from '../setup/service.ts'
import { agentDiffers, exceptIn } from './rules/news.ts'
import type { LiveTopic, Told } from './topic.ts'

/** Milliseconds between two looks at what costs more than a read or two. */
const DEAR_REST = 1_000

/** The lease of a run is renewed every few seconds, which nobody can see. */
const runs = { table: 'Runs', differs: exceptIn('lease__json') }
const isPresence = (key: string) => key.endsWith(PRESENCE)
const agentRows = { table: 'Agents', differs: agentDiffers, blind: isPresence }

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
      tables: [agentRows],
      right: 'agents:read',
      aboutEverybody: false,
      async read(tenantId) {
        const found = await agents(tenantId)
        const items = found.map(shownAgent)
        // A sign of life every half minute is no news; that they stay away is.
        const news = items.map(({ lastSeen: _, ...agent }) => agent)
        return { data: { items }, news, changes: nextSilence(found) }
      },
    },
    {
      name: 'jobs',
      tables: ['Jobs', runs],
      right: 'jobs:read',
      aboutEverybody: false,
      read: async (tenantId, language) => ({
        data: { items: (await jobs(tenantId)).map((job) => toJobView(job, texts, language)) },
      }),
    },
    ...parts.observed.flatMap(({ topics }) => topics),
    {
      name: 'setup',
      tables: ['Variables', agentRows, 'Jobs', runs, ...products.flatMap(({ tables }) => tables)],
      right: 'jobs:read',
      aboutEverybody: true,
      rest: DEAR_REST,
      async read(tenantId, language) {
        const data = toSetupView(await setup.look(tenantId), texts, language)
        const agentsGone = data.failures.agents.map(({ lastSeen: _, ...agent }) => agent)
        const news = { ...data, failures: { ...data.failures, agents: agentsGone } }
        return { data, news, changes: nextSilence(await agents(tenantId)) }
      },
    },
  ]
}

/** When the first agent would have been silent for too long: it writes nothing then. */
function nextSilence(agents: readonly AgentView[]): Told['changes'] {
  const signs = agents.flatMap(({ status, lastSeen }) =>
    status === 'connected' && lastSeen !== null ? [lastSeen] : [],
  )
  return signs.length === 0 ? undefined : { at: Math.min(...signs) + SILENCE_MS + 1, by: 'agents' }
}
