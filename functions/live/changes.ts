import { isStegError } from '../../shared/errors/error.ts'
import type { Store, StoredRow, Write } from '../platform/store/port.ts'
import type { Values, Visibility } from './rules/news.ts'

/** Rows of a table of which it is remembered what they were; the one that was used longest ago makes room. */
const REMEMBERED = 20_000

/** What a write tells, and to whom. */
export interface Watch extends Visibility {
  readonly table: string
  readonly about: (partition: string, key: string) => { readonly tenantId: string; readonly channel: string }
}

interface RowChange {
  readonly key: string
  /** Undefined when it was not there, or is not known. */
  readonly before: Values | undefined
  readonly after: Values | undefined
}

interface Watched {
  readonly watches: Watch[]
  /** What rows were, where that decides; by partition and key. */
  readonly remembered: Map<string, { readonly etag: string; readonly values: Values }> | undefined
}

/**
 * A store that tells what was written, so that no capability has to think of it. Told after the write, also when it is
 * not clear whether it has happened; a write itself never waits for it nor fails by it.
 */
export function announceChanges(
  inner: Store,
  publish: (tenantId: string, channels: readonly string[]) => void,
  most = REMEMBERED,
): { readonly store: Store; watch(watches: readonly Watch[]): void } {
  const watched = new Map<string, Watched>()
  const addressOf = (partition: string, key: string) => `${partition}/${key}`

  function remember(table: string, address: string, etag: string | undefined, values: Values): void {
    const remembered = watched.get(table)?.remembered
    if (remembered === undefined) return
    remembered.delete(address)
    if (etag === undefined) return
    remembered.set(address, { etag, values })
    const [oldest] = remembered.keys()
    if (remembered.size > most && oldest !== undefined) remembered.delete(oldest)
  }

  /** What a row was before a write that names the version it replaces, or that names none and may. */
  function before(table: string, partition: string, { key, condition }: Write): Values | undefined {
    const { remembered, watches = [] } = watched.get(table) ?? {}
    const known = remembered?.get(addressOf(partition, key))
    if (condition.kind === 'any') return watches.some(({ blind }) => blind?.(key)) ? known?.values : undefined
    return condition.kind === 'match' && known?.etag === condition.etag ? known.values : undefined
  }

  function tell(table: string, partition: string, changes: readonly RowChange[]): void {
    const channels = new Map<string, Set<string>>()
    for (const watch of watched.get(table)?.watches ?? []) {
      for (const change of changes) {
        if (!isNews(watch, change)) continue
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
      return { key: one.key, before: before(table, partition, one), after }
    })
    try {
      const result = await write()
      const etags = etagsOf(result)
      for (const [at, { key, after = {} }] of changes.entries()) {
        remember(table, addressOf(partition, key), etags[at], after)
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
    remember(table, addressOf(row.partition, row.key), row.etag, row.values)
  }

  return {
    watch(watches) {
      for (const watch of watches) {
        const known = watched.get(watch.table)
        const remembered = known?.remembered ?? (watch.differs === undefined ? undefined : new Map())
        watched.set(watch.table, { watches: [...(known?.watches ?? []), watch], remembered })
      }
    },
    store: {
      async get(table, partition, key) {
        const row = await inner.get(table, partition, key)
        if (row !== undefined) seen(table, row)
        return row
      },
      async query(table, partition, range) {
        const page = await inner.query(table, partition, range)
        if (watched.get(table)?.remembered) for (const row of page.rows) seen(table, row)
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

function isNews({ concerns, differs }: Watch, { key, before, after }: RowChange): boolean {
  if (concerns?.(key, after) === false) return false
  return differs === undefined || before === undefined || after === undefined || differs(before, after)
}
