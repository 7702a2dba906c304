import { randomBytes } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { groupCommit } from './group-commit.ts'
import { checkAddress, checkBatch, checkRange, checkRow } from './limits.ts'
import type { Condition, Page, RangeQuery, Store, StoredRow, Value, Write } from './port.ts'
import { openSqliteFile, translateSqlite } from './sqlite-file.ts'

/**
 * The store in one SQLite file; `:memory:` keeps it in memory. What is acknowledged is on disk.
 * Writes of one turn of the event loop are committed together. Several processes may use one file.
 */
export function openSqliteStore(options: {
  readonly file: string
  /** How long a write waits for another process, in milliseconds; the event loop waits, too. Default 5000. */
  readonly busyTimeoutMs?: number
}): Store & { close(): void } {
  const database = openSqliteFile(options.file, options.busyTimeoutMs ?? 5000)
  const sql = prepareStatements(database)
  const group = groupCommit(transactionOf(database), isStegError, translateSqlite)

  /** Checks all conditions before the first write: a conflict changes nothing. */
  function apply(name: string, partition: string, writes: readonly PreparedWrite[]): (string | undefined)[] {
    for (const { key, sorted, condition } of writes) {
      if (condition.kind === 'any') continue
      const found = sql.etag.get(name, partition, sorted)
      if (!holds(condition, found === undefined ? undefined : String(found.etag))) {
        throw new StegError('store-conflict', { key })
      }
    }
    return writes.map(({ sorted, data }) => {
      if (data === undefined) {
        sql.delete.run(name, partition, sorted)
        return undefined
      }
      const etag = newEtag()
      sql.put.run(name, partition, sorted, etag, data)
      return etag
    })
  }

  function submit(table: string, partition: string, writes: readonly Write[]) {
    const prepared = writes.map(prepareWrite)
    return group.submit(() => apply(nameOf(table), partition, prepared))
  }

  function readPage(table: string, partition: string, range: RangeQuery): Page {
    const limit = checkRange(range)
    const after = decodeCursor(table, partition, range)
    const bounds = [
      sortable(after ?? range.from ?? ''),
      ...(range.to === undefined ? [] : [sortable(range.to)]),
    ]
    // One row more than asked for tells whether there is another page.
    const found = sql
      .range(after !== undefined, range.to !== undefined)
      .all(nameOf(table), partition, ...bounds, limit + 1)
    const rows = found.slice(0, limit).map((row) => storedRow(partition, original(String(row.key)), row))
    const last = rows.at(-1)
    return found.length > limit && last !== undefined
      ? { rows, cursor: encodeCursor(table, partition, range, last.key) }
      : { rows }
  }

  return {
    get: async (table, partition, key) => {
      checkAddress(table, partition, key)
      return reading(() => {
        const row = sql.get.get(nameOf(table), partition, sortable(key))
        return row === undefined ? undefined : storedRow(partition, key, row)
      })
    },
    put: async (table, { partition, key, values }, condition) => {
      checkAddress(table, partition, key)
      checkRow(partition, key, values)
      const [etag] = await submit(table, partition, [{ kind: 'put', key, values, condition }])
      return String(etag)
    },
    delete: async (table, partition, key, condition) => {
      checkAddress(table, partition, key)
      await submit(table, partition, [{ kind: 'delete', key, condition }])
    },
    query: async (table, partition, range = {}) => {
      checkAddress(table, partition)
      return reading(() => readPage(table, partition, range))
    },
    batch: async (table, partition, writes) => {
      checkAddress(table, partition)
      checkBatch(partition, writes)
      return submit(table, partition, writes)
    },
    close: () => {
      group.flush()
      database.close()
    },
  }
}

interface PreparedWrite {
  readonly key: string
  readonly sorted: string
  readonly condition: Condition
  /** Undefined for a delete. */
  readonly data: string | undefined
}

/** Made when the call arrives: the caller may change its objects before the group is committed. */
function prepareWrite(write: Write): PreparedWrite {
  const { key, condition } = write
  return {
    key,
    sorted: sortable(key),
    condition,
    data: write.kind === 'put' ? JSON.stringify(write.values) : undefined,
  }
}

function prepareStatements(database: DatabaseSync) {
  const row = 'name = ? AND partition = ? AND key = ?'
  const range = (lower: '>=' | '>', upper: '' | 'AND key < ?'): StatementSync =>
    database.prepare(
      `SELECT key, etag, data FROM rows WHERE name = ? AND partition = ? AND key ${lower} ? ${upper} ORDER BY key LIMIT ?`,
    )
  const ranges = {
    from: { open: range('>=', ''), closed: range('>=', 'AND key < ?') },
    after: { open: range('>', ''), closed: range('>', 'AND key < ?') },
  }
  return {
    get: database.prepare(`SELECT etag, data FROM rows WHERE ${row}`),
    etag: database.prepare(`SELECT etag FROM rows WHERE ${row}`),
    put: database.prepare(
      'INSERT INTO rows (name, partition, key, etag, data) VALUES (?, ?, ?, ?, ?) ' +
        'ON CONFLICT DO UPDATE SET etag = excluded.etag, data = excluded.data',
    ),
    delete: database.prepare(`DELETE FROM rows WHERE ${row}`),
    range: (after: boolean, closed: boolean) => ranges[after ? 'after' : 'from'][closed ? 'closed' : 'open'],
  }
}

function transactionOf(database: DatabaseSync) {
  // Some errors make SQLite roll back by itself.
  const rollback = () => {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
  return {
    begin: () => {
      rollback()
      database.exec('BEGIN IMMEDIATE')
    },
    commit: () => database.exec('COMMIT'),
    rollback,
  }
}

function holds(condition: Condition, etag: string | undefined): boolean {
  switch (condition.kind) {
    case 'any':
      return true
    case 'absent':
      return etag === undefined
    case 'match':
      return etag === condition.etag
  }
}

/** Random, so that a row that is deleted and made again never gets an etag it had before. */
function newEtag(): string {
  return randomBytes(9).toString('base64url')
}

/** Table names differ in more than case, as in Tables. */
function nameOf(table: string): string {
  return table.toLowerCase()
}

const lastCodePoint = '\u{10FFFF}'

/**
 * SQLite compares text by UTF-8 bytes, which is the order of code points; Tables compares UTF-16 code units. They differ
 * in one thing: in UTF-16 the characters beyond U+FFFF sort before U+E000 to U+FFFF. Moving those behind all others,
 * by a prefix, makes the orders equal.
 */
export function sortable(key: string): string {
  return key.replace(/[\uE000-\uFFFF\u{10FFFF}]/gu, (character) =>
    character === lastCodePoint ? `${lastCodePoint}0` : lastCodePoint + character,
  )
}

export function original(sorted: string): string {
  return sorted.replace(/\u{10FFFF}(.)/gsu, (_, character: string) =>
    character === '0' ? lastCodePoint : character,
  )
}

function storedRow(partition: string, key: string, row: Record<string, unknown>): StoredRow {
  return { partition, key, etag: String(row.etag), values: valuesOf(String(row.data)) }
}

function valuesOf(data: string): Readonly<Record<string, Value>> {
  const values: unknown = JSON.parse(data)
  if (!isValues(values)) throw new Error('A stored row is not an object of strings, numbers and booleans')
  return values
}

/** Written out because it runs for every row of every range: a schema would cost more than the read. */
function isValues(values: unknown): values is Record<string, Value> {
  if (typeof values !== 'object' || values === null) return false
  for (const value of Object.values(values)) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false
  }
  return true
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw translateSqlite(error)
  }
}
