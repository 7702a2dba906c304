import type { Edm, TableEntity } from '@azure/data-tables'
import { z } from 'zod'
import { isInt32 } from './limits.ts'
import type { Row, StoredRow, Value } from './port.ts'

/** Numbers carry their type, or the storage would take 1.0 and 1 for different things and refuse large integers. */
export function entityOf({ partition, key, values }: Row): TableEntity {
  const entity: Record<string, string | boolean | Edm<'Int32'> | Edm<'Double'>> = {}
  for (const [name, value] of Object.entries(values)) {
    entity[name] = typeof value === 'number' ? { type: isInt32(value) ? 'Int32' : 'Double', value } : value
  }
  return { ...entity, partitionKey: partition, rowKey: key }
}

const entitySchema = z.looseObject({ partitionKey: z.string(), rowKey: z.string(), etag: z.string() })

/** Names of an answer that are no properties of the row; the client renames what Tables adds to each entity. */
const metadata: ReadonlySet<string> = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp'])

/** Throws a plain Error for a property that this store would not have written. */
export function rowOf(answer: unknown): StoredRow {
  const { partitionKey, rowKey, etag, ...rest } = entitySchema.parse(answer)
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries(rest)) {
    if (metadata.has(name) || name.startsWith('odata.')) continue
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new Error(`The stored row has a property "${name}" of a type that is not supported`)
    }
    values[name] = value
  }
  return { partition: partitionKey, key: rowKey, etag, values }
}
