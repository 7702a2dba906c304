import { expect } from 'vitest'
import type {
  Condition,
  Page,
  RangeQuery,
  Row,
  Store,
  StoredRow,
  Value,
  Write,
} from '../../../functions/platform/store/port.ts'

/** What the parts of the suite share. */
export interface SuiteContext {
  /** The store under test, open when the tests run. */
  readonly store: Store
  /** A partition of its own for each test. */
  fresh(): string
  /** Of the table `Rows`. */
  put(row: Row, condition?: Condition): Promise<string>
  get(partition: string, key: string): Promise<StoredRow | undefined>
  query(partition: string, range?: RangeQuery): Promise<Page>
  batch(partition: string, writes: readonly Write[]): Promise<readonly (string | undefined)[]>
}

export const any: Condition & { kind: 'any' } = { kind: 'any' }
export const absent: Condition = { kind: 'absent' }
export const match = (etag: string): Condition & { kind: 'match' } => ({ kind: 'match', etag })

export const conflict = expect.objectContaining({ code: 'store-conflict' })

export const row = (partition: string, key: string, values: Record<string, Value> = {}): Row => ({
  partition,
  key,
  values,
})

export const write = (key: string, values: Record<string, Value>, condition: Condition = any): Write => ({
  kind: 'put',
  key,
  values,
  condition,
})

export function createContext(opened: () => Store): SuiteContext {
  let partitions = 0
  // Every call goes to the store that is open by then: tests are declared before it is opened.
  const store: Store = {
    get: (...args) => opened().get(...args),
    put: (...args) => opened().put(...args),
    delete: (...args) => opened().delete(...args),
    query: (...args) => opened().query(...args),
    batch: (...args) => opened().batch(...args),
  }
  return {
    store,
    fresh: () => {
      partitions += 1
      return `partition-${partitions}`
    },
    put: (made, condition = any) => store.put('Rows', made, condition),
    get: (partition, key) => store.get('Rows', partition, key),
    query: (partition, range) => store.query('Rows', partition, range),
    batch: (partition, writes) => store.batch('Rows', partition, writes),
  }
}
