import type { z } from 'zod'
import { checkTable, writeBytes } from './limits.ts'
import { type Condition, limits, type RangeQuery, type Store, type StoredRow, type Write } from './port.ts'
import { type RowCodec, rowCodec } from './row-codec.ts'

export { keyOf, keysUnder, padNumber, partsOf } from './keys.ts'

interface TypedRow<T> {
  readonly partition: string
  readonly key: string
  readonly etag: string
  readonly value: T
}

type DeleteCondition = Exclude<Condition, { kind: 'absent' }>

export type TypedWrite<T> =
  | { readonly kind: 'put'; readonly key: string; readonly value: T; readonly condition: Condition }
  | { readonly kind: 'delete'; readonly key: string; readonly condition: DeleteCondition }

interface TypedPage<T> {
  readonly rows: readonly TypedRow<T>[]
  /** Present when there may be more. */
  readonly cursor?: string
}

/** One table with typed rows. Errors are those of the port, and a plain Error for a value or row that is not of the schema. */
interface TypedTable<T> {
  get(partition: string, key: string): Promise<TypedRow<T> | undefined>
  /** Writes the whole row and returns its new etag. */
  put(partition: string, key: string, value: T, condition: Condition): Promise<string>
  delete(partition: string, key: string, condition: DeleteCondition): Promise<void>
  query(partition: string, range?: RangeQuery): Promise<TypedPage<T>>
  /** All rows of a range, page by page: not a snapshot. */
  all(partition: string, range?: Pick<RangeQuery, 'from' | 'to'>): AsyncIterableIterator<TypedRow<T>>
  /** Atomic, within the limits of the port. */
  batch(partition: string, writes: readonly TypedWrite<T>[]): Promise<readonly (string | undefined)[]>
  /**
   * Any number of writes, in order, in as few atomic batches as the limits allow; a key that comes again begins a new
   * one. When a batch fails, those before it stay.
   */
  chunked(partition: string, writes: readonly TypedWrite<T>[]): Promise<readonly (string | undefined)[]>
  /** A write for a batch that spans row types of the same table. */
  toPut(key: string, value: T, condition: Condition): Write
}

export interface TableDefinition<S extends z.ZodObject> {
  readonly name: string
  readonly schema: S
  bind(store: Store): TypedTable<z.output<S>>
}

/** Describes the rows of a table; see `rowCodec` for what a schema may hold. Throws when name or schema are impossible. */
export function defineTable<S extends z.ZodObject>(definition: {
  readonly name: string
  readonly schema: S
}): TableDefinition<S> {
  checkTable(definition.name)
  const codec = rowCodec(definition.schema)
  return { ...definition, bind: (store) => bindTable(definition.name, codec, store) }
}

function bindTable<T>(table: string, codec: RowCodec<T>, store: Store): TypedTable<T> {
  const where = (...address: readonly string[]) => [table, ...address].join('/')

  const typed = ({ partition, key, etag, values }: StoredRow): TypedRow<T> => ({
    partition,
    key,
    etag,
    value: codec.decode(where(partition, key), values),
  })

  const plain = (place: string, write: TypedWrite<T>): Write =>
    write.kind === 'delete'
      ? write
      : {
          kind: 'put',
          key: write.key,
          values: codec.encode(`${place}/${write.key}`, write.value),
          condition: write.condition,
        }

  async function query(partition: string, range?: RangeQuery): Promise<TypedPage<T>> {
    const { rows, cursor } = await store.query(table, partition, range)
    return { rows: rows.map(typed), ...(cursor === undefined ? {} : { cursor }) }
  }

  return {
    async get(partition, key) {
      const row = await store.get(table, partition, key)
      return row === undefined ? undefined : typed(row)
    },
    async put(partition, key, value, condition) {
      const values = codec.encode(where(partition, key), value)
      return store.put(table, { partition, key, values }, condition)
    },
    delete: (partition, key, condition) => store.delete(table, partition, key, condition),
    query,
    async *all(partition, { from, to } = {}) {
      const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
      let cursor: string | undefined
      do {
        const page: TypedPage<T> = await query(partition, cursor === undefined ? range : { ...range, cursor })
        yield* page.rows
        cursor = page.cursor
      } while (cursor !== undefined)
    },
    batch: async (partition, writes) =>
      store.batch(
        table,
        partition,
        writes.map((write) => plain(where(partition), write)),
      ),
    async chunked(partition, writes) {
      const etags: (string | undefined)[] = []
      const encoded = writes.map((write) => plain(where(partition), write))
      for (const chunk of chunksOf(partition, encoded)) {
        etags.push(...(await store.batch(table, partition, chunk)))
      }
      return etags
    },
    toPut: (key, value, condition) => plain(table, { kind: 'put', key, value, condition }),
  }
}

/** Splits writes, in order, into batches within the limits. */
export function chunksOf(partition: string, writes: readonly Write[]): Write[][] {
  const chunks: Write[][] = []
  let chunk: Write[] = []
  let keys = new Set<string>()
  let bytes = 0
  for (const write of writes) {
    const size = writeBytes(partition, write)
    const full = chunk.length === limits.batchWrites || bytes + size > limits.batchBytes
    if (chunk.length === 0 || full || keys.has(write.key)) {
      chunk = []
      keys = new Set()
      bytes = 0
      chunks.push(chunk)
    }
    chunk.push(write)
    keys.add(write.key)
    bytes += size
  }
  return chunks
}
