import { type Clock, toIso } from '../../shared/clock.ts'
import { type Condition, limits, type Store, type Write } from '../platform/store/port.ts'

/** A row that says when it was written. */
export interface Stamped {
  readonly updatedAt: string
}

export interface StoredRow<Row> {
  readonly etag: string
  readonly value: Row
}

/** One row of a batch, before and after; undefined is no row. */
export interface RowChange<Row> {
  readonly key: string
  readonly before: StoredRow<Row> | undefined
  readonly next: Row | undefined
}

interface BoundTable<Row> {
  get(partition: string, key: string): Promise<(StoredRow<Row> & { readonly key: string }) | undefined>
  all(
    partition: string,
    range?: { readonly from?: string; readonly to?: string },
  ): AsyncIterable<StoredRow<Row> & { readonly key: string }>
  toPut(key: string, value: Row, condition: Condition): Write
}

/** Rows of a tenant that are kept in step with something, and what changes together with them. */
export interface KeptRows<Row extends Stamped> {
  readonly table: {
    readonly name: string
    readonly schema: { parse(value: unknown): Row }
    bind(store: Store): BoundTable<Row>
  }
  /** Where they are in the tenant's partition; the default is all of it. */
  readonly range?: { readonly from: string; readonly to: string }
  readonly beside?: Beside<Row>
}

/** What is written in the same batch as the rows: figures, versions, what points to them. */
export interface Beside<Row> {
  /** The most writes that it takes, for a batch and for each row in it. */
  readonly perBatch: number
  readonly perRow: number
  /** @param writes those of the rows */
  writesFor(
    at: { readonly store: Store; readonly tenantId: string; readonly now: number },
    changes: readonly RowChange<Row>[],
    writes: readonly Write[],
  ): Promise<readonly Write[]>
}

export interface RowsParts {
  readonly store: Store
  readonly clock: Clock
  readonly tenantId: string
}

/** Above this many rows one reading of all of them costs less than a point read for each. */
const POINT_READS = 40

/** Rows that fit one atomic batch, with what is written beside them. */
export function rowsPerBatch({
  beside = { perBatch: 0, perRow: 0 },
}: {
  readonly beside?: { readonly perBatch: number; readonly perRow: number }
}): number {
  return Math.floor((limits.batchWrites - beside.perBatch) / (1 + beside.perRow))
}

/** All rows, or those with the keys: one range, or a few point reads, whichever costs less. */
export async function loadRows<Row extends Stamped>(
  { store, tenantId }: Pick<RowsParts, 'store' | 'tenantId'>,
  kept: KeptRows<Row>,
  keys?: ReadonlySet<string>,
): Promise<Map<string, StoredRow<Row>>> {
  const table = kept.table.bind(store)
  const loaded = new Map<string, StoredRow<Row>>()
  if (keys !== undefined && keys.size <= POINT_READS) {
    const rows = await Promise.all(Array.from(keys, (key) => table.get(tenantId, key)))
    for (const row of rows) if (row !== undefined) loaded.set(row.key, row)
    return loaded
  }
  for await (const row of table.all(tenantId, kept.range)) {
    if (keys?.has(row.key) ?? true) loaded.set(row.key, row)
  }
  return loaded
}

/** Writes rows that fit one batch. @throws StegError `store-conflict` when one is no longer as it was before */
export async function writeRows<Row extends Stamped>(
  { store, clock, tenantId }: RowsParts,
  kept: KeptRows<Row>,
  changes: readonly RowChange<Row>[],
): Promise<void> {
  const table = kept.table.bind(store)
  const writes = changes.flatMap(({ key, before, next }): Write[] => {
    if (next !== undefined) return [table.toPut(key, next, conditionFor(before))]
    return before === undefined
      ? []
      : [{ kind: 'delete', key, condition: { kind: 'match', etag: before.etag } }]
  })
  const beside = await kept.beside?.writesFor({ store, tenantId, now: clock.now() }, changes, writes)
  await store.batch(kept.table.name, tenantId, [...writes, ...(beside ?? [])])
}

export function stampOf(clock: Clock): string {
  return toIso(clock.now())
}

function conditionFor(before: StoredRow<unknown> | undefined): Condition {
  return before === undefined ? { kind: 'absent' } : { kind: 'match', etag: before.etag }
}
