import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import type { Language } from '../../shared/errors/error.ts'
import { shownAgent } from '../connectors/presentation.ts'
import type { ConnectorsService } from '../connectors/service.ts'
import type { BookingsService } from '../hr/bookings/service.ts'
import { toJobView, toLogEntry, toRunView } from '../jobs/presentation.ts'
import type { JobsService } from '../jobs/service.ts'
import { shownSetup } from '../setup/presentation.ts'
import { createSetupService, type SetupParts } from '../setup/service.ts'
import type { Topic } from './rules/events.ts'
import { createSharedReads } from './shared-reads.ts'

/** Lines of a log in one event. */
const LINES = 200

export interface Seen {
  readonly data: unknown
  /** Changes when the data does in a way that matters. */
  readonly mark: string
}

/** What streams tell about, as the endpoints of the same name show it. */
export interface LiveSources {
  readonly topics: Readonly<Record<Topic, (tenantId: string, language: Language) => Promise<Seen>>>
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
}

export interface LiveParts extends SetupParts {
  readonly clock: Clock
  readonly connectors: Pick<ConnectorsService, 'list'>
  readonly jobs: Pick<JobsService, 'list' | 'run' | 'log'>
  readonly bookings: Pick<BookingsService, 'count'>
}

export function createLiveSources(parts: LiveParts): LiveSources {
  const shared = createSharedReads(parts.clock)
  const agents = shared((tenantId) => parts.connectors.list(tenantId))
  const jobs = shared((tenantId) => parts.jobs.list(tenantId))
  const pending = shared((tenantId) => parts.bookings.count(tenantId, 'pending'))
  const failed = shared((tenantId) => parts.bookings.count(tenantId, 'failed'))
  const run = shared((tenantId, job = '', id = '') => parts.jobs.run(tenantId, job, id))
  // The same reads, so that what the other topics have read already is not read again.
  const setup = createSetupService({
    variables: { list: shared((tenantId) => parts.variables.list(tenantId)) },
    people: { total: shared((tenantId) => parts.people.total(tenantId)) },
    connectors: { list: agents },
    jobs: { list: jobs },
    bookings: { count: (tenantId, state) => (state === 'failed' ? failed : pending)(tenantId) },
  })

  return {
    topics: {
      async agents(tenantId, language) {
        const items = (await agents(tenantId)).map(shownAgent)
        // A sign of life every half minute is no news; that they stay away is.
        const news = items.map(({ lastSeen: _, ...agent }) => agent)
        return { data: { items }, mark: markOf(news, language) }
      },
      async jobs(tenantId, language) {
        const items = (await jobs(tenantId)).map((job) => toJobView(job, language))
        return { data: { items }, mark: markOf(items, language) }
      },
      async bookings(tenantId, language) {
        const [open, refused] = await Promise.all([pending(tenantId), failed(tenantId)])
        const data = { pending: open, failed: refused }
        return { data, mark: markOf(data, language) }
      },
      async setup(tenantId, language) {
        const data = shownSetup(await setup.look(tenantId), language)
        const agentsGone = data.failures.agents.map(({ lastSeen: _, ...agent }) => agent)
        return {
          data,
          mark: markOf({ ...data, failures: { ...data.failures, agents: agentsGone } }, language),
        }
      },
    },

    async run(tenantId, job, id, language) {
      const row = await run(tenantId, job, id)
      const data = toRunView(row, language)
      return { data, mark: markOf(data, language), ended: row.finishedAt !== undefined }
    },

    async log(tenantId, id, position, language) {
      const page = await parts.jobs.log.page(tenantId, id, { limit: LINES, cursor: position })
      return {
        data: { items: page.lines.map((line) => toLogEntry(line, language)) },
        position: page.position,
        count: page.lines.length,
        more: page.cursor !== undefined,
      }
    },
  }
}

/** Short, because all marks travel with every event; a change that it misses by chance comes with the next one. */
function markOf(value: unknown, language: Language): string {
  return createHash('sha256').update(language).update(JSON.stringify(value)).digest('base64url').slice(0, 12)
}
