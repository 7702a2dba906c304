import { createHash } from 'node:crypto'
import type { Language } from '../../shared/errors/error.ts'
import { toLogEntry, toRunView } from '../jobs/presentation.ts'
import type { JobsService } from '../jobs/service.ts'
import type { SharedReads } from './shared-reads.ts'
import type { LiveTopic, Told } from './topic.ts'

/** Lines of a log in one event. */
const LINES = 200

/** What is shown at a moment. */
export interface Seen extends Pick<Told, 'data' | 'changes'> {
  /** Changes when the data does in a way that matters. */
  readonly mark: string
}

export interface LiveSource extends Omit<LiveTopic, 'read'> {
  read(tenantId: string, language: Language): Promise<Seen>
}

/** What streams tell about, as the endpoints of the same name show it. */
export interface LiveSources {
  /** In the order in which they are sent. */
  readonly topics: readonly LiveSource[]
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

export interface LiveParts {
  readonly topics: readonly LiveTopic[]
  readonly jobs: Pick<JobsService, 'run' | 'log' | 'texts'>
  readonly reads: SharedReads
}

export function createLiveSources({ topics, jobs, reads }: LiveParts): LiveSources {
  const { texts } = jobs
  return {
    forget: reads.forget,

    topics: topics.map((topic) => ({
      ...topic,
      async read(tenantId, language) {
        const { data, news = data, changes } = await topic.read(tenantId, language)
        return { data, mark: markOf(news, language), changes }
      },
    })),

    async run(tenantId, job, id, language) {
      const row = await reads.once(tenantId, `run ${job} ${id}`, () => jobs.run(tenantId, job, id))
      const data = toRunView(row, texts, language)
      return { data, mark: markOf(data, language), ended: row.finishedAt !== undefined }
    },

    async log(tenantId, id, position, language) {
      const page = await jobs.log.page(tenantId, id, { limit: LINES, cursor: position })
      return {
        data: { items: page.lines.map((line) => toLogEntry(line, texts, language)) },
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
