import { isStegError } from '../../../shared/errors/error.ts'
import type { Store } from './port.ts'

/** What a store was asked to do since the last reset. */
export interface StoreCounts {
  readonly reads: number
  readonly writes: number
  readonly deletes: number
  /** Pages. */
  readonly queries: number
  readonly batches: number
  /** As Azure bills them: one for each read, write, delete, page and batch. */
  readonly transactions: number
  /** Rows read or written, the measure of the throughput limits of Tables. */
  readonly rows: number
}

const none = { reads: 0, writes: 0, deletes: 0, queries: 0, batches: 0, rows: 0 }

/** Counts every call that reaches the storage; calls that the limits refuse never do. Conflicts are billed, so they count. */
export function countStore(inner: Store): { store: Store; counts(): StoreCounts; reset(): void } {
  let tally = { ...none }

  async function count<T>(
    kind: Exclude<keyof typeof none, 'rows'>,
    call: Promise<T>,
    rows: (result: T) => number,
  ): Promise<T> {
    try {
      const result = await call
      tally[kind] += 1
      tally.rows += rows(result)
      return result
    } catch (error) {
      if (!isStegError(error, 'store-limit') && !isStegError(error, 'invalid-request')) tally[kind] += 1
      throw error
    }
  }

  return {
    store: {
      get: (table, partition, key) =>
        count('reads', inner.get(table, partition, key), (row) => (row === undefined ? 0 : 1)),
      put: (table, row, condition) => count('writes', inner.put(table, row, condition), () => 1),
      delete: (table, partition, key, condition) =>
        count('deletes', inner.delete(table, partition, key, condition), () => 1),
      query: (table, partition, range) =>
        count('queries', inner.query(table, partition, range), (page) => page.rows.length),
      batch: (table, partition, writes) =>
        count('batches', inner.batch(table, partition, writes), (etags) => etags.length),
    },
    counts: () => ({
      ...tally,
      transactions: tally.reads + tally.writes + tally.deletes + tally.queries + tally.batches,
    }),
    reset: () => {
      tally = { ...none }
    },
  }
}
