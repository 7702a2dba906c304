import { isStegError } from '../../shared/errors/error.ts'
import type { Condition, Store } from '../platform/store/port.ts'
import { type JobRow, jobsTable } from './rows.ts'
import { type JobKey, rowOf } from './rules/job-key.ts'

export interface StoredJob {
  readonly etag: string
  readonly value: JobRow
}

/** The rows of jobs and of their subjects, one at a time. */
export interface JobStore {
  get(key: JobKey): Promise<StoredJob | undefined>
  /** @throws StegError `store-conflict` */
  put(key: JobKey, row: JobRow, condition: Condition): Promise<string>
  /** @returns false when the row has changed since it was read. */
  delete(key: JobKey, row: StoredJob): Promise<boolean>
}

export function createJobStore(store: Store): JobStore {
  const jobs = jobsTable.bind(store)
  return {
    get(key) {
      const { partition, key: rowKey } = rowOf(key)
      return jobs.get(partition, rowKey)
    },
    put(key, row, condition) {
      const { partition, key: rowKey } = rowOf(key)
      return jobs.put(partition, rowKey, row, condition)
    },
    delete(key, { etag }) {
      const { partition, key: rowKey } = rowOf(key)
      return tryWrite(() => jobs.delete(partition, rowKey, { kind: 'match', etag }))
    },
  }
}

/** The condition that a row is still as it was read. */
export function unchangedSince(row: StoredJob | undefined): Condition {
  return row === undefined ? { kind: 'absent' } : { kind: 'match', etag: row.etag }
}

/** @returns false when somebody else wrote at the same moment. */
export async function tryWrite(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (isStegError(error, 'store-conflict')) return false
    throw error
  }
}
