import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import type { Language } from '../../shared/errors/error.ts'
import { shownAgent } from '../connectors/presentation.ts'
import { SILENCE_MS } from '../connectors/rules/status.ts'
import type { AgentView, ConnectorsService } from '../connectors/service.ts'
import type { BookingsService } from '../hr/bookings/service.ts'
import { STATS_KEY } from '../hr/people/rows.ts'
import { shownJob, shownLine, shownRun } from '../jobs/presentation.ts'
import type { JobsService } from '../jobs/service.ts'
import { shownSetup } from '../setup/presentation.ts'
import { createSetupService, type SetupParts } from '../setup/service.ts'
import { agentDiffers, exceptIn } from './rules/news.ts'
import { createSharedReads } from './shared-reads.ts'
import type { LiveTopic, Seen } from './topic.ts'

/** Lines of a log in one event. */
const LINES = 200
/** Milliseconds between two looks at what costs several pages. */
const DEAR_REST = 1_000

/** What streams tell about, as the endpoints of the same name show it. */
export interface LiveSources {
  /** In the order in which they are sent. */
  readonly topics: readonly LiveTopic[]
  /** One run; `ended` when nothing more will come. @throws StegError `not-found` */
  run(
    tenantId: string,
    job: string,
    id: string,
    language: Language,
  ): Promise<Seen & { readonly ended: boolean }>
  /** The next lines of its log behind a position. @throws StegError `invalid-request` for a position that is none */
  log(
    tenantId: string,
    id: string,
    position: string | undefined,
    language: Language,
  ): Promise<{
    readonly data: unknown
    readonly position: string | undefined
    readonly count: number
    readonly more: boolean
  }>
  /** Something of the tenant has changed: what was read before no longer counts. */
  forget(tenantId: string): void
}

export interface LiveParts extends SetupParts {
  readonly clock: Clock
  readonly connectors: Pick<ConnectorsService, 'list'>
  readonly jobs: Pick<JobsService, 'list' | 'run' | 'log'>
  readonly bookings: Pick<BookingsService, 'count'>
}

/** The lease of a run is renewed every few seconds, which nobody can see. */
const runs = { table: 'Runs', differs: exceptIn('lease__json') }
const agentRows = { table: 'Agents', differs: agentDiffers }

export function createLiveSources(parts: LiveParts): LiveSources {
  const reads = createSharedReads(parts.clock)
  const agents = (tenantId: string) => reads.once(tenantId, 'agents', () => parts.connectors.list(tenantId))
  const jobs = (tenantId: string) => reads.once(tenantId, 'jobs', () => parts.jobs.list(tenantId))
  const bookings = (tenantId: string, state: 'pending' | 'failed') =>
    reads.once(tenantId, `bookings ${state}`, () => parts.bookings.count(tenantId, state))
  // The same reads, so that what the other topics have read already is not read again.
  const setup = createSetupService({
    variables: {
      list: (tenantId) => reads.once(tenantId, 'variables', () => parts.variables.list(tenantId)),
    },
    people: { total: (tenantId) => reads.once(tenantId, 'people', () => parts.people.total(tenantId)) },
    connectors: { list: agents },
    jobs: { list: jobs },
    bookings: {
      count: (tenantId, state) =>
        state === 'failed' ? bookings(tenantId, state) : parts.bookings.count(tenantId, state),
    },
  })

  return {
    forget: reads.forget,

    topics: [
      {
        name: 'agents',
        tables: [agentRows],
        right: 'agents:read',
        aboutEverybody: false,
        async read(tenantId, language) {
          const found = await agents(tenantId)
          const items = found.map(shownAgent)
          // A sign of life every half minute is no news; that they stay away is.
          const news = items.map(({ lastSeen: _, ...agent }) => agent)
          return { data: { items }, mark: markOf(news, language), changes: nextSilence(found) }
        },
      },
      {
        name: 'jobs',
        tables: ['Jobs', runs],
        right: 'jobs:read',
        aboutEverybody: false,
        async read(tenantId, language) {
          const items = (await jobs(tenantId)).map((job) => shownJob(job, language))
          return { data: { items }, mark: markOf(items, language) }
        },
      },
      {
        name: 'bookings',
        tables: ['Bookings'],
        right: 'bookings:read',
        aboutEverybody: true,
        rest: DEAR_REST,
        async read(tenantId, language) {
          const [pending, failed] = await Promise.all([
            bookings(tenantId, 'pending'),
            bookings(tenantId, 'failed'),
          ])
          const data = { pending, failed }
          return { data, mark: markOf(data, language) }
        },
      },
      {
        name: 'setup',
        tables: [
          'Variables',
          agentRows,
          'Jobs',
          runs,
          'Bookings',
          { table: 'People', concerns: (key) => key === STATS_KEY },
        ],
        right: 'jobs:read',
        aboutEverybody: true,
        rest: DEAR_REST,
        async read(tenantId, language) {
          const data = shownSetup(await setup.look(tenantId), language)
          const agentsGone = data.failures.agents.map(({ lastSeen: _, ...agent }) => agent)
          const news = { ...data, failures: { ...data.failures, agents: agentsGone } }
          return { data, mark: markOf(news, language), changes: nextSilence(await agents(tenantId)) }
        },
      },
    ],

    async run(tenantId, job, id, language) {
      const row = await reads.once(tenantId, `run ${job} ${id}`, () => parts.jobs.run(tenantId, job, id))
      const data = shownRun(row, language)
      return { data, mark: markOf(data, language), ended: row.finishedAt !== undefined }
    },

    async log(tenantId, id, position, language) {
      const page = await parts.jobs.log.page(tenantId, id, { limit: LINES, cursor: position })
      return {
        data: { items: page.lines.map((line) => shownLine(line, language)) },
        position: page.position,
        count: page.lines.length,
        more: page.cursor !== undefined,
      }
    },
  }
}

/** When the first agent would have been silent for too long: it writes nothing then. */
function nextSilence(agents: readonly AgentView[]): Seen['changes'] {
  const signs = agents.flatMap(({ status, lastSeen }) =>
    status === 'connected' && lastSeen !== null ? [lastSeen] : [],
  )
  return signs.length === 0 ? undefined : { at: Math.min(...signs) + SILENCE_MS + 1, by: 'agents' }
}

/** Short, because all marks travel with every event; a change that it misses by chance comes with the next one. */
function markOf(value: unknown, language: Language): string {
  return createHash('sha256').update(language).update(JSON.stringify(value)).digest('base64url').slice(0, 12)
}
