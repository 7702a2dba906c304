import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { reasonOf, StegError } from '../../../shared/errors/error.ts'

/** "Steg" in ASCII: tells a store from any other SQLite file. */
const applicationId = 0x53746567
const schemaVersion = 1

/*
 * One table holds all logical tables: they come and go without changing the schema, the statements stay the same few,
 * and a group commit may span them. It keeps its rowid because rows of some kilobytes would make the tree of a table
 * without one deep; the index then holds the addresses alone.
 */
const schema = `
  CREATE TABLE rows (
    name TEXT NOT NULL,
    partition TEXT NOT NULL,
    key TEXT NOT NULL,
    etag TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (name, partition, key)
  ) STRICT;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`

/**
 * Opens or creates the file, in WAL mode and with every commit flushed to disk.
 * `store-unavailable` when it cannot be opened; a plain Error when it is not a store or of a newer version.
 * @param busyTimeoutMs how long a write waits, blocking, for another process to finish its own
 */
export function openSqliteFile(file: string, busyTimeoutMs: number): DatabaseSync {
  if (file === ':memory:') return prepareFile(new DatabaseSync(file), file)
  let database: DatabaseSync | undefined
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    database = new DatabaseSync(file, { timeout: busyTimeoutMs })
    return prepareFile(database, file)
  } catch (error) {
    database?.close()
    throw translateSqlite(error)
  }
}

function prepareFile(database: DatabaseSync, file: string): DatabaseSync {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864')
  // Read and created in one transaction: two processes may start on a new file at the same moment.
  database.exec('BEGIN IMMEDIATE')
  const found = numberOf(database, 'PRAGMA user_version')
  const objects = numberOf(database, 'SELECT count(*) FROM sqlite_schema')
  if (found === 0 && objects === 0) database.exec(schema)
  else if (numberOf(database, 'PRAGMA application_id') !== applicationId) {
    throw new Error(`${file} is an SQLite file, but not a store of Steg. Choose another file.`)
  } else if (found !== schemaVersion) {
    throw new Error(
      `The store ${file} has schema version ${found}; this version of Steg knows ${schemaVersion}. ` +
        'It was last used by a newer version: update Steg, or restore a backup made by this version.',
    )
  }
  database.exec('COMMIT')
  return database
}

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0])
}

/**
 * Result codes that are no mistake of the program but a state of the machine: PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR,
 * CORRUPT, FULL, CANTOPEN, PROTOCOL, NOLFS, AUTH, NOTADB. Source: sqlite.org/rescode.html.
 */
const environmentCodes: ReadonlySet<number> = new Set([3, 5, 6, 7, 8, 10, 11, 13, 14, 15, 22, 23, 26])

/** `store-unavailable` for whatever the machine is to blame for; anything else is returned as it is. */
export function translateSqlite(error: unknown): unknown {
  const first = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof Error) || !('code' in first)) return error
  const fromSqlite = first.code === 'ERR_SQLITE_ERROR' && 'errcode' in first
  const environment = fromSqlite
    ? environmentCodes.has(Number(first.errcode) & 0xff)
    : first.code === 'ERR_INVALID_STATE' || 'syscall' in first
  return environment
    ? new StegError('store-unavailable', { reason: reasonOf(first) }, { cause: error })
    : error
}
