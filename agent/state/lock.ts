import { closeSync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { reasonOf } from '../../shared/errors/error.ts'
import { unreadable } from './json-file.ts'
import { loadSqlite } from './sqlite.ts'

const SQLITE_BUSY = 5
const START_WAIT_MS = 2000

/** Held until `release` or until the process ends, however it ends. */
export interface FolderLock {
  release(): void
}

/**
 * One process per state folder. The lock is an exclusive transaction on an empty database: the operating system drops
 * it together with the process, on Windows as well, and nothing remains to be cleaned up.
 * Waits 2 s, because `isLocked` of another process takes the lock for a moment. `undefined` when it is held.
 * @throws StegError `state-unreadable`
 */
export async function takeLock(file: string): Promise<FolderLock | undefined> {
  const database = await lock(file, START_WAIT_MS)
  return database && { release: () => database.close() }
}

/** @throws StegError `state-unreadable` */
export async function isLocked(file: string): Promise<boolean> {
  const database = await lock(file, 0)
  database?.close()
  return database === undefined
}

async function lock(file: string, waitMs: number): Promise<DatabaseSync | undefined> {
  const { DatabaseSync } = await loadSqlite()
  let database: DatabaseSync | undefined
  try {
    // SQLite itself would create the file readable by others.
    closeSync(openSync(file, 'a', 0o600))
    database = new DatabaseSync(file)
    database.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`)
    return database
  } catch (error) {
    database?.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined
    throw unreadable(file, reasonOf(error), error)
  }
}
