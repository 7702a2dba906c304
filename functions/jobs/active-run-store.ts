import type { Store } from '../platform/store/port.ts'
import { type ActiveRow, activeRunsTable, OLD_ACTIVE_PARTITION } from './rows.ts'
import { activeShardOf, activeShards } from './rules/shard.ts'

/** Partitions that are read at the same time. */
const LANES = 4

/** Something under way: a run, or a message that brings subjects to a worker. */
export interface Active {
  /** Of the run or the message. */
  readonly id: string
  readonly value: ActiveRow
}

/**
 * By what all that is queued or running is found again whatever happens to its message and its worker. The rule: an entry
 * is written before what it is about counts, and removed when that has ended.
 */
export interface ActiveRunStore {
  put(entries: readonly Active[]): Promise<void>
  remove(job: { readonly tenantId: string; readonly job: string }, id: string): Promise<void>
  /** Removes an entry from the partition in which it was found. */
  removeFrom(partition: string, id: string): Promise<void>
  /** Writes an entry back to where it was found. */
  putBack(partition: string, entry: Active): Promise<void>
  /** Calls for every entry, those of earlier versions too; one after the other in each partition. */
  each(look: (partition: string, entry: Active) => Promise<void>): Promise<void>
}

export function createActiveRunStore(store: Store): ActiveRunStore {
  const table = activeRunsTable.bind(store)
  const any = { kind: 'any' } as const
  const shardOfEntry = ({ value }: Active) => activeShardOf(value.tenantId, value.job)

  return {
    async put(entries) {
      for (const [shard, group] of Map.groupBy(entries, shardOfEntry)) {
        const writes = group.map(({ id, value }) => ({
          kind: 'put' as const,
          key: id,
          value,
          condition: any,
        }))
        await table.chunked(shard, writes)
      }
    },
    remove: ({ tenantId, job }, id) => table.delete(activeShardOf(tenantId, job), id, any),
    removeFrom: (partition, id) => table.delete(partition, id, any),
    async putBack(partition, { id, value }) {
      await table.put(partition, id, value, any)
    },
    async each(look) {
      const left = [OLD_ACTIVE_PARTITION, ...activeShards].values()
      const lane = async () => {
        for (const partition of left) {
          for await (const { key: id, value } of table.all(partition)) await look(partition, { id, value })
        }
      }
      await Promise.all(Array.from({ length: LANES }, lane))
    },
  }
}
