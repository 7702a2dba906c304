import { chmodSync, closeSync, openSync } from 'node:fs'
import { reasonOf, StegError } from '../../../shared/errors/error.ts'
import { loadSqlite } from '../../state/sqlite.ts'
import { type JournalState, transitions } from '../rules/journal-state.ts'

/**
 * Entries are kept this long after their deadline, in milliseconds. Later deliveries are dropped for their deadline
 * anyway; the hour is for clocks that are corrected meanwhile.
 */
const KEEP_MS = 3_600_000
/** Bytes of answers that are kept; the oldest are forgotten first. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** Entries between two looks at age and size. */
const SWEEP_EVERY = 100
const FORGET_AT_ONCE = 10

export interface JournalEntry {
  readonly state: JournalState
  /** The frame of the answer, when the state is `done`. */
  readonly answer?: Uint8Array
}

/**
 * What this agent did with calls that must not be executed twice. What a method has returned is on disk, so a killed
 * process, or a machine without power, does not forget it.
 */
export interface Journal {
  find(id: string): JournalEntry | undefined
  /** Before the call goes out. @throws StegError `state-unwritable`: then it must not go out */
  start(id: string, deadline: number): void
  /** When the outcome is known. @throws StegError `state-unwritable` */
  finish(id: string, deadline: number, answer: Uint8Array): void
  close(): void
}

/** Opens the journal; calls that were being executed when the process before ended are indeterminate from now on. */
export async function openJournal(options: {
  readonly file: string
  /** Milliseconds since the epoch by the hub's clock, which deadlines are in. */
  readonly now: () => number
  readonly maxAnswerBytes?: number
}): Promise<Journal> {
  const { file, now, maxAnswerBytes = MAX_ANSWER_BYTES } = options
  const { DatabaseSync } = await loadSqlite()
  // SQLite itself would create the file readable by others.
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file)
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS calls (
      id TEXT PRIMARY KEY, state TEXT NOT NULL, deadline INTEGER NOT NULL, answer BLOB
    ) STRICT;
    CREATE INDEX IF NOT EXISTS calls_by_deadline ON calls (deadline);
    UPDATE calls SET state = '${transitions.executing.restart}' WHERE state = 'executing';
  `)
  if (file !== ':memory:') for (const part of ['-wal', '-shm']) chmodSync(file + part, 0o600)

  const select = database.prepare('SELECT state, answer FROM calls WHERE id = ?')
  const write = database.prepare(
    'INSERT INTO calls (id, state, deadline, answer) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, answer = excluded.answer',
  )
  const prune = database.prepare('DELETE FROM calls WHERE deadline < ?')
  const answerBytes = database.prepare('SELECT coalesce(sum(length(answer)), 0) AS bytes FROM calls')
  const forgetOldest = database.prepare(
    `UPDATE calls SET state = '${transitions.done.forget}', answer = NULL WHERE id IN
     (SELECT id FROM calls WHERE answer IS NOT NULL ORDER BY deadline LIMIT ?)`,
  )
  let sinceSweep = 0

  function put(id: string, state: JournalState, deadline: number, answer: Uint8Array | null): void {
    try {
      write.run(id, state, deadline, answer)
      if (++sinceSweep >= SWEEP_EVERY) sweep()
    } catch (error) {
      throw new StegError('state-unwritable', { dir: file, reason: reasonOf(error) }, { cause: error })
    }
  }

  function sweep(): void {
    sinceSweep = 0
    prune.run(now() - KEEP_MS)
    while (Number(answerBytes.get()?.bytes) > maxAnswerBytes) forgetOldest.run(FORGET_AT_ONCE)
  }

  return {
    find(id) {
      const row = select.get(id)
      if (row === undefined) return undefined
      const state = row.state as JournalState
      return row.answer instanceof Uint8Array ? { state, answer: row.answer } : { state }
    },
    start: (id, deadline) => put(id, 'executing', deadline, null),
    finish: (id, deadline, answer) => put(id, 'done', deadline, answer),
    close: () => database.close(),
  }
}
