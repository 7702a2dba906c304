import type { TableClient, TableEntity, TransactionAction } from '@azure/data-tables'
import type { Clock } from '../../../shared/clock.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { checkAddress, checkBatch, checkRange, checkRow, checkTable } from './limits.ts'
import type { Condition, Page, RangeQuery, Row, Store, StoredRow, Write } from './port.ts'
import type { DeleteEtags } from './tables-batch.ts'
import { tablesCaller } from './tables-caller.ts'
import { type TablesAccess, tablesClients } from './tables-client.ts'
import { entityOf, rowOf } from './tables-entity.ts'
import { type Failure, failureOf, isRowMissing, storeError } from './tables-failure.ts'

/** How often a batch is sent anew without the deletes of rows that are not there. */
const batchAttempts = 5

/**
 * The store in Azure Tables. Creates the tables that are missing, each named prefix + name.
 * A dead storage is reported as `store-unavailable` after the deadline at the latest.
 */
export async function openTablesStore(
  options: TablesAccess & {
    readonly tablePrefix?: string
    readonly tables: readonly string[]
    /** For one call with its repetitions, in milliseconds. Default 10000. */
    readonly deadlineMs?: number
    readonly clock?: Clock
  },
): Promise<Store> {
  const deleteEtags: DeleteEtags = new WeakMap()
  const clients = tablesClients(options, deleteEtags)
  const call = tablesCaller(options.deadlineMs ?? 10_000, options.clock)

  const tables = new Map<string, TableClient>()
  for (const name of options.tables) {
    const full = `${options.tablePrefix ?? ''}${name}`
    checkTable(full)
    tables.set(name.toLowerCase(), clients.table(full))
  }
  await createMissing()

  async function createMissing(): Promise<void> {
    const existing = await call('read', async (abortSignal) => {
      const names = new Set<string>()
      for await (const { name } of clients.service.listTables({ abortSignal })) {
        if (name !== undefined) names.add(name.toLowerCase())
      }
      return names
    }).catch(raise(options.tablePrefix ?? 'tables'))
    for (const table of tables.values()) {
      if (existing.has(table.tableName.toLowerCase())) continue
      // Creating a table that another instance has just created is no error to the client.
      await call('write', (abortSignal) => table.createTable({ abortSignal })).catch(raise(table.tableName))
    }
  }

  function clientOf(table: string): TableClient {
    const client = tables.get(table.toLowerCase())
    if (client === undefined)
      throw new Error(`The table "${table}" is not among those the store was opened with`)
    return client
  }

  async function get(table: string, partition: string, key: string): Promise<StoredRow | undefined> {
    checkAddress(table, partition, key)
    const client = clientOf(table)
    try {
      return rowOf(await call('read', (abortSignal) => client.getEntity(partition, key, { abortSignal })))
    } catch (error) {
      const failure = failureOf(error)
      if (failure !== undefined && isRowMissing(failure)) return undefined
      throw failure === undefined ? error : storeError(failure, key)
    }
  }

  async function put(table: string, row: Row, condition: Condition): Promise<string> {
    checkAddress(table, row.partition, row.key)
    checkRow(row.partition, row.key, row.values)
    checkEtag(condition, row.key)
    const client = clientOf(table)
    const entity = entityOf(row)
    const answer = await call('write', (abortSignal) => {
      switch (condition.kind) {
        case 'any':
          return client.upsertEntity(entity, 'Replace', { abortSignal })
        case 'absent':
          return client.createEntity(entity, { abortSignal })
        case 'match':
          return client.updateEntity(entity, 'Replace', { etag: condition.etag, abortSignal })
      }
    }).catch(raise(row.key))
    return etagOf(answer)
  }

  async function remove(
    table: string,
    partition: string,
    key: string,
    condition: Exclude<Condition, { kind: 'absent' }>,
  ): Promise<void> {
    checkAddress(table, partition, key)
    checkEtag(condition, key)
    const client = clientOf(table)
    const etag = condition.kind === 'match' ? condition.etag : '*'
    try {
      await call('write', (abortSignal) => client.deleteEntity(partition, key, { etag, abortSignal }))
    } catch (error) {
      const failure = failureOf(error)
      if (failure !== undefined && isRowMissing(failure) && condition.kind === 'any') return
      throw failure === undefined ? error : storeError(failure, key)
    }
  }

  async function query(table: string, partition: string, range: RangeQuery = {}): Promise<Page> {
    checkAddress(table, partition)
    const limit = checkRange(range)
    const filter = filterOf(partition, range, decodeCursor(table, partition, range))
    const client = clientOf(table)
    const rows: StoredRow[] = []
    let continuationToken: string | undefined
    // The storage may stop early, even without a single row, where its servers or its five seconds end.
    do {
      const token = continuationToken
      const page = await call('read', (abortSignal) =>
        client
          .listEntities({ queryOptions: { filter }, abortSignal })
          .byPage({
            maxPageSize: limit - rows.length,
            ...(token === undefined ? {} : { continuationToken: token }),
          })
          .next(),
      ).catch(raise(partition))
      for (const entity of page.value ?? []) rows.push(rowOf(entity))
      continuationToken = page.value?.continuationToken
    } while (continuationToken !== undefined && rows.length < limit)
    const last = rows.at(-1)
    return continuationToken !== undefined && last !== undefined
      ? { rows, cursor: encodeCursor(table, partition, range, last.key) }
      : { rows }
  }

  async function batch(
    table: string,
    partition: string,
    writes: readonly Write[],
  ): Promise<readonly (string | undefined)[]> {
    checkAddress(table, partition)
    checkBatch(partition, writes)
    for (const { key, condition } of writes) checkEtag(condition, key)
    const client = clientOf(table)
    let rest = [...writes]
    for (let attempt = 0; attempt < batchAttempts; attempt++) {
      const sent = await submit(client, partition, rest)
      if ('etags' in sent) return writes.map((write) => sent.etags.get(write.key))
      if (!isRowMissing(sent.failure)) {
        throw storeError(sent.failure, rest[sent.failure.index ?? -1]?.key ?? partition)
      }
      const present = await withoutIdleDeletes(client, partition, rest)
      if (present.length === rest.length) {
        throw storeError(sent.failure, rest[sent.failure.index ?? -1]?.key ?? partition)
      }
      rest = present
    }
    throw new StegError('store-conflict', { key: partition })
  }

  /** The etags by key, or why nothing was written. */
  async function submit(
    client: TableClient,
    partition: string,
    writes: readonly Write[],
  ): Promise<{ etags: ReadonlyMap<string, string> } | { failure: Failure }> {
    const etags = new Map<string, string>()
    if (writes.length === 0) return { etags }
    const actions = writes.map((write) => actionOf(partition, write))
    const expected = new Map<number, string>()
    for (const [index, write] of writes.entries()) {
      if (write.kind === 'delete' && write.condition.kind === 'match')
        expected.set(index, write.condition.etag)
    }
    try {
      const answer = await call('write', (abortSignal) => {
        deleteEtags.set(abortSignal, expected)
        return client.submitTransaction(actions, { abortSignal })
      })
      for (const [index, write] of writes.entries()) {
        if (write.kind === 'put') etags.set(write.key, etagOf(answer.subResponses[index] ?? {}))
      }
      return { etags }
    } catch (error) {
      const failure = failureOf(error)
      if (failure === undefined) throw error
      return { failure }
    }
  }

  /**
   * Tables fails a whole batch when it deletes a row that is not there, whatever the condition. Such deletes have
   * nothing to do, so the batch goes without them. A row that somebody else makes in between stays, as if it had been
   * made after the batch.
   */
  async function withoutIdleDeletes(
    client: TableClient,
    partition: string,
    writes: readonly Write[],
  ): Promise<Write[]> {
    const there = await Promise.all(
      writes.map(async ({ kind, key, condition }) => {
        if (kind === 'put' || condition.kind === 'match') return true
        try {
          const queryOptions = { select: ['RowKey'] }
          await call('read', (abortSignal) => client.getEntity(partition, key, { queryOptions, abortSignal }))
          return true
        } catch (error) {
          const failure = failureOf(error)
          if (failure !== undefined && isRowMissing(failure)) return false
          throw failure === undefined ? error : storeError(failure, key)
        }
      }),
    )
    return writes.filter((_, index) => there[index])
  }

  return { get, put, delete: remove, query, batch }
}

/** Turns a failed request about `key` into an error of the port. */
function raise(key: string): (error: unknown) => never {
  return (error) => {
    const failure = failureOf(error)
    throw failure === undefined ? error : storeError(failure, key)
  }
}

/** An etag that Tables never makes matches no row; sent, it might be refused as malformed or, as `*`, match any row. */
function checkEtag(condition: Condition, key: string): void {
  if (condition.kind === 'match' && !/^W\/"[!#-~]*"$/.test(condition.etag)) {
    throw new StegError('store-conflict', { key })
  }
}

function etagOf(answer: { readonly etag?: string }): string {
  if (answer.etag === undefined) throw new Error('The storage answered a write without an etag')
  return answer.etag
}

function actionOf(partition: string, write: Write): TransactionAction {
  if (write.kind === 'delete') return ['delete', { partitionKey: partition, rowKey: write.key }]
  const entity: TableEntity = entityOf({ partition, key: write.key, values: write.values })
  switch (write.condition.kind) {
    case 'any':
      return ['upsert', entity, 'Replace']
    case 'absent':
      return ['create', entity]
    case 'match':
      return ['update', entity, 'Replace', { etag: write.condition.etag }]
  }
}

/** OData filter for one partition and a range of keys; quotes in a text are doubled. */
function filterOf(partition: string, range: RangeQuery, after: string | undefined): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const terms = [`PartitionKey eq ${text(partition)}`]
  if (after !== undefined) terms.push(`RowKey gt ${text(after)}`)
  else if (range.from !== undefined) terms.push(`RowKey ge ${text(range.from)}`)
  if (range.to !== undefined) terms.push(`RowKey lt ${text(range.to)}`)
  return terms.join(' and ')
}
