import { isStegError } from '../../shared/errors/error.ts'
import type { Store } from '../platform/store/port.ts'
import { keyOf, padNumber } from '../platform/store/table.ts'
import { dueTable } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { shardOf } from './rules/shard.ts'

export interface DueJob extends JobKey {
  /** Milliseconds since the epoch. */
  readonly due: number
}

/** An entry as it was read: it is only ever removed in this state, never after somebody has written it again. */
export interface DueEntry extends DueJob {
  readonly etag: string
}

/**
 * Which job is due when, sorted by time in each shard, so that looking costs in proportion to what is due. The rule that
 * keeps a job from being forgotten: an entry is written before the job's row says so, and removed only after the row
 * says otherwise.
 */
export interface DueStore {
  put(jobs: readonly DueJob[]): Promise<void>
  find(job: DueJob): Promise<DueEntry | undefined>
  /** Entries that somebody has written again since they were read stay. */
  remove(entries: readonly DueEntry[]): Promise<void>
  /** Pages of what is due at `until` or was due before, oldest first. */
  pages(shard: string, until: number): AsyncIterableIterator<readonly DueEntry[]>
  /** What is due after `after` and was written later than `set`, which is in the future: by a clock that was ahead. */
  writtenAhead(shard: string, after: number, set: number): AsyncIterableIterator<DueEntry>
}

const TIME_DIGITS = 14
const time = (ms: number) => padNumber(ms, TIME_DIGITS)
const keyOfEntry = ({ tenantId, job, subject, due }: DueJob) =>
  subject === undefined ? keyOf(time(due), tenantId, job) : keyOf(time(due), tenantId, job, subject)
const shardOfEntry = ({ tenantId, job }: DueJob) => shardOf(tenantId, job)

/** @param pageRows rows that a page has at most. @param now milliseconds since the epoch. */
export function createDueStore(store: Store, pageRows: number, now?: () => number): DueStore {
  const table = dueTable.bind(store)

  async function removeOne(shard: string, entry: DueEntry): Promise<void> {
    try {
      await table.delete(shard, keyOfEntry(entry), { kind: 'match', etag: entry.etag })
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
    }
  }

  return {
    async put(jobs) {
      const set = now === undefined ? {} : { set: now() }
      for (const [shard, group] of Map.groupBy(jobs, shardOfEntry)) {
        const writes = group.map(({ tenantId, job, subject, due }) => ({
          kind: 'put' as const,
          key: keyOfEntry({ tenantId, job, subject, due }),
          value: { tenantId, job, due, ...(subject === undefined ? {} : { subject }), ...set },
          condition: { kind: 'any' as const },
        }))
        await table.chunked(shard, writes)
      }
    },

    async find(job) {
      const row = await table.get(shardOfEntry(job), keyOfEntry(job))
      return row === undefined ? undefined : { ...row.value, etag: row.etag }
    },

    async remove(entries) {
      for (const [shard, group] of Map.groupBy(entries, shardOfEntry)) {
        const writes = group.map((entry) => ({
          kind: 'delete' as const,
          key: keyOfEntry(entry),
          condition: { kind: 'match' as const, etag: entry.etag },
        }))
        try {
          await table.chunked(shard, writes)
        } catch (error) {
          if (!isStegError(error, 'store-conflict')) throw error
          await Promise.all(group.map((entry) => removeOne(shard, entry)))
        }
      }
    },

    async *pages(shard, until) {
      let cursor: string | undefined
      do {
        const range = { to: time(until + 1), limit: pageRows, ...(cursor === undefined ? {} : { cursor }) }
        const page = await table.query(shard, range)
        if (page.rows.length > 0) yield page.rows.map((row) => ({ ...row.value, etag: row.etag }))
        cursor = page.cursor
      } while (cursor !== undefined)
    },

    async *writtenAhead(shard, after, set) {
      for await (const { value, etag } of table.all(shard, { from: time(after) })) {
        if (value.set !== undefined && value.set > set) yield { ...value, etag }
      }
    },
  }
}
