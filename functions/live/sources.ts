import { createHash } from 'node:crypto'
import type { Language } from '../../shared/errors/error.ts'
import { shownLine, shownRun } from '../jobs/presentation.ts'
import type { JobsService } from '../jobs/service.ts'
import type { Share } from '../products/port.ts'
import type { LiveTopic } from './topic.ts'

/** Lines of a log in one event. */
const LINES = 200

export interface Seen {
  readonly data: unknown
  /** Changes when the data does in a way that matters. */
  readonly mark: string
}

/** What streams tell about, as the endpoints of the same name show it. */
export interface LiveSources {
  /** In the order in which they are told. */
  readonly topics: readonly {
    readonly name: string
    readonly costly: boolean
    read(tenantId: string, language: Language): Promise<Seen>
  }[]
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

export interface LiveParts {
  readonly topics: readonly LiveTopic[]
  readonly jobs: Pick<JobsService, 'run' | 'log' | 'texts'>
  readonly share: Share
}

export function createLiveSources(parts: LiveParts): LiveSources {
  const { texts } = parts.jobs
  const run = parts.share((tenantId, job = '', id = '') => parts.jobs.run(tenantId, job, id))

  return {
    topics: parts.topics.map(({ name, costly, read }) => ({
      name,
      costly,
      async read(tenantId, language) {
        const { data, news = data } = await read(tenantId, language)
        return { data, mark: markOf(news, language) }
      },
    })),

    async run(tenantId, job, id, language) {
      const row = await run(tenantId, job, id)
      const data = shownRun(row, texts, language)
      return { data, mark: markOf(data, language), ended: row.finishedAt !== undefined }
    },

    async log(tenantId, id, position, language) {
      const page = await parts.jobs.log.page(tenantId, id, { limit: LINES, cursor: position })
      return {
        data: { items: page.lines.map((line) => shownLine(line, texts, language)) },
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
