import { StegError } from '../../../shared/errors/error.ts'
import { limits, type RangeQuery, type Value, type Write } from './port.ts'

/**
 * The limits of Azure Tables, checked before anything is sent, so that every adapter refuses the same input with the
 * same `store-limit`. Source: "Understanding the Table service data model", "Performing entity group transactions".
 * Texts name lengths and property names, never contents.
 */

/** Names that Tables keeps for itself, in its own spelling and in that of its JavaScript client. */
const reservedNames: ReadonlySet<string> = new Set([
  'PartitionKey',
  'RowKey',
  'Timestamp',
  'partitionKey',
  'rowKey',
  'timestamp',
  'etag',
])

const propertyName = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u
const propertyNameCharacters = 255

const tableName = /^[A-Za-z][A-Za-z0-9]{2,62}$/

const forbiddenInKeys = /[/\\#?\p{Cc}]/u

/** Room for the headers of one write in the multipart request of a batch; measured at about 350 bytes. */
const requestHeaderBytes = 1024

function overLimit(limit: string): StegError<'store-limit'> {
  return new StegError('store-limit', { limit })
}

/** 3 to 63 ASCII letters and digits, the first a letter; upper and lower case name the same table. */
export function checkTable(table: string): void {
  if (!tableName.test(table) || table.toLowerCase() === 'tables') {
    throw overLimit(
      'a table name has 3 to 63 ASCII letters and digits, the first a letter, and is not "tables"',
    )
  }
}

/** What is wrong with a partition or row key, or undefined. */
export function keyProblem(key: string): string | undefined {
  if (key.length < 1 || key.length > limits.keyCharacters) {
    return `1 to ${limits.keyCharacters} characters, not ${key.length}`
  }
  if (forbiddenInKeys.test(key)) return 'no / \\ # ? and no control characters'
  if (!key.isWellFormed()) return 'well-formed Unicode'
  return undefined
}

export function checkAddress(table: string, partition: string, key?: string): void {
  checkTable(table)
  checkKey('partition', partition)
  if (key !== undefined) checkKey('key', key)
}

function checkKey(what: 'partition' | 'key', key: string): void {
  const problem = keyProblem(key)
  if (problem !== undefined) throw overLimit(`the ${what} has ${problem}`)
}

/** What is wrong with a property name, or undefined. Tables allows identifiers of C#. */
export function nameProblem(name: string): string | undefined {
  if (!propertyName.test(name) || name.length > propertyNameCharacters) {
    return `is not an identifier of at most ${propertyNameCharacters} characters`
  }
  if (reservedNames.has(name) || name in Object.prototype) return 'is reserved'
  return undefined
}

/** Checks one whole row; its address must have been checked. */
export function checkRow(partition: string, key: string, values: Readonly<Record<string, Value>>): void {
  const entries = Object.entries(values)
  if (entries.length > limits.properties) {
    throw overLimit(`at most ${limits.properties} properties, not ${entries.length}`)
  }
  for (const [name, value] of entries) {
    const problem = nameProblem(name) ?? valueProblem(value)
    if (problem !== undefined) throw overLimit(`property "${name.slice(0, 300)}" ${problem}`)
  }
  const bytes = rowBytes(partition, key, values)
  if (bytes > limits.rowBytes) throw overLimit(`at most ${limits.rowBytes} bytes in a row, not ${bytes}`)
}

function valueProblem(value: unknown): string | undefined {
  switch (typeof value) {
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : 'is not a finite number'
    case 'string':
      if (value.length > limits.stringCharacters) {
        return `has at most ${limits.stringCharacters} characters, not ${value.length}`
      }
      return value.isWellFormed() ? undefined : 'is not well-formed Unicode'
    default:
      return 'is neither string, number nor boolean'
  }
}

/** Integers of 32 bits are stored as such; every other number as a double. */
export function isInt32(value: number): boolean {
  return (value | 0) === value
}

/**
 * Bytes of a row, the larger of two measures: as Tables counts an entity (UTF-16), and as JSON in UTF-8, because a row
 * whose request is larger than an entity may be is refused, too.
 */
export function rowBytes(partition: string, key: string, values: Readonly<Record<string, Value>>): number {
  const timestampBytes = 8 + 2 * 'Timestamp'.length + 8
  let entity = 4 + 2 * (partition.length + key.length) + timestampBytes
  let typeMarks = 0
  for (const [name, value] of Object.entries(values)) {
    entity += 8 + 2 * name.length + sizeOf(value)
    if (typeof value === 'number') typeMarks += Buffer.byteLength(name) + ',"@odata.type":"Edm.Double"'.length
  }
  const json = Buffer.byteLength(JSON.stringify({ PartitionKey: partition, RowKey: key, ...values }))
  return Math.max(entity, json + typeMarks)
}

function sizeOf(value: Value): number {
  if (typeof value === 'string') return 4 + 2 * value.length
  if (typeof value === 'boolean') return 1
  return isInt32(value) ? 4 : 8
}

/** Bytes that a write takes in the request of its batch, rounded up. */
export function writeBytes(partition: string, write: Write): number {
  // In the address each byte takes at most three characters.
  const url = 3 * (Buffer.byteLength(partition) + Buffer.byteLength(write.key))
  const body = write.kind === 'put' ? rowBytes(partition, write.key, write.values) : 0
  return requestHeaderBytes + url + body
}

/** Checks a whole batch; table and partition must have been checked. */
export function checkBatch(partition: string, writes: readonly Write[]): void {
  if (writes.length < 1 || writes.length > limits.batchWrites) {
    throw overLimit(`1 to ${limits.batchWrites} writes in a batch, not ${writes.length}`)
  }
  const keys = new Set<string>()
  let bytes = 0
  for (const write of writes) {
    checkKey('key', write.key)
    if (write.kind === 'put') checkRow(partition, write.key, write.values)
    if (keys.has(write.key)) throw overLimit('each key at most once in a batch')
    keys.add(write.key)
    bytes += writeBytes(partition, write)
  }
  if (bytes > limits.batchBytes)
    throw overLimit(`at most ${limits.batchBytes} bytes in a batch, not ${bytes}`)
}

/** Checks a range and returns the number of rows a page of it has at most. Bounds need not be keys that could be stored. */
export function checkRange(range: RangeQuery): number {
  for (const bound of [range.from, range.to]) {
    if (bound === undefined) continue
    if (bound.length > limits.keyCharacters) {
      throw overLimit(
        `at most ${limits.keyCharacters} characters in the bound of a range, not ${bound.length}`,
      )
    }
    if (!bound.isWellFormed()) throw overLimit('the bound of a range has well-formed Unicode')
  }
  const limit = range.limit ?? limits.pageRows
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.pageRows) {
    throw overLimit(`1 to ${limits.pageRows} rows in a page`)
  }
  return limit
}
