import { isStegError } from '../../shared/errors/error.ts'
import type { Condition, Store, StoredRow, Write } from '../platform/store/port.ts'
import type { IsNews, RowChange } from './rules/news.ts'

/** Rows of which it is remembered what they were; the one that was used longest ago makes room. */
const REMEMBERED = 2_000

/** What a write tells, and to whom. */
export interface Watch {
  readonly table: string
  readonly isNews?: IsNews | undefined
  readonly about: (partition: string, key: string) => { readonly tenantId: string; readonly channel: string }
}

type Values = StoredRow['values']

/**
 * A store that tells what was written, so that no capability has to think of it. Told after the write, also when it is
 * not clear whether it has happened; a write itself never waits for it nor fails by it.
 */
export function announceChanges(
  inner: Store,
  publish: (tenantId: string, channels: readonly string[]) => void,
): { readonly store: Store; watch(watches: readonly Watch[]): void } {
  const watched = new Map<string, Watch[]>()
  const remembered = new Map<string, { readonly etag: string; readonly values: Values }>()
  const compares = (table: string) => watched.get(table)?.some(({ isNews }) => isNews !== undefined) === true
  const addressOf = (table: string, partition: string, key: string) => `${table}/${partition}/${key}`

  function remember(address: string, etag: string | undefined, values: Values): void {
    remembered.delete(address)
    if (etag === undefined) return
    remembered.set(address, { etag, values })
    const [oldest] = remembered.keys()
    if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest)
  }

  /** What a row was before a write that names the version it replaces. */
  function before(table: string, partition: string, key: string, condition: Condition): Values | undefined {
    const known = remembered.get(addressOf(table, partition, key))
    return condition.kind === 'match' && known?.etag === condition.etag ? known.values : undefined
  }

  function tell(table: string, partition: string, changes: readonly RowChange[]): void {
    const channels = new Map<string, Set<string>>()
    for (const watch of watched.get(table) ?? []) {
      for (const change of changes) {
        if (watch.isNews?.(change) === false) continue
        const { tenantId, channel } = watch.about(partition, change.key)
        channels.set(tenantId, (channels.get(tenantId) ?? new Set()).add(channel))
      }
    }
    for (const [tenantId, names] of channels) publish(tenantId, [...names])
  }

  async function told<T>(
    table: string,
    partition: string,
    writes: readonly Write[],
    write: () => Promise<T>,
    etagsOf: (result: T) => readonly (string | undefined)[],
  ): Promise<T> {
    if (!watched.has(table)) return write()
    const changes = writes.map((one): RowChange => {
      const after = one.kind === 'put' ? one.values : undefined
      return { key: one.key, before: before(table, partition, one.key, one.condition), after }
    })
    try {
      const result = await write()
      if (compares(table)) {
        const etags = etagsOf(result)
        for (const [at, { key, after = {} }] of changes.entries()) {
          remember(addressOf(table, partition, key), etags[at], after)
        }
      }
      tell(table, partition, changes)
      return result
    } catch (error) {
      // An answer that did not come says nothing about the write.
      if (isStegError(error, 'store-unavailable')) tell(table, partition, changes)
      throw error
    }
  }

  function seen(table: string, row: StoredRow): void {
    remember(addressOf(table, row.partition, row.key), row.etag, row.values)
  }

  return {
    watch(watches) {
      for (const watch of watches) {
        watched.set(watch.table, [...(watched.get(watch.table) ?? []), watch])
      }
    },
    store: {
      async get(table, partition, key) {
        const row = await inner.get(table, partition, key)
        if (row !== undefined && compares(table)) seen(table, row)
        return row
      },
      async query(table, partition, range) {
        const page = await inner.query(table, partition, range)
        if (compares(table)) for (const row of page.rows) seen(table, row)
        return page
      },
      put: (table, row, condition) =>
        told(
          table,
          row.partition,
          [{ kind: 'put', key: row.key, values: row.values, condition }],
          () => inner.put(table, row, condition),
          (etag) => [etag],
        ),
      delete: (table, partition, key, condition) =>
        told(
          table,
          partition,
          [{ kind: 'delete', key, condition }],
          () => inner.delete(table, partition, key, condition),
          () => [],
        ),
      batch: (table, partition, writes) =>
        told(
          table,
          partition,
          writes,
          () => inner.batch(table, partition, writes),
          (etags) => etags,
        ),
    },
  }
}
