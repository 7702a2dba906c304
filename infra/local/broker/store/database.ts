import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { queueSettingsSchema } from '../settings.ts'
import type { Change, StoredMessage, StoredQueue } from './changes.ts'

export interface Database {
  queues(): StoredQueue[]
  /** All messages without their bytes, by id. */
  messages(): Iterable<StoredMessage>
  seen(queue: number): { messageId: string; at: number }[]
  sessionStates(queue: number): { sessionId: string; state: Uint8Array }[]
  body(id: number): Buffer | undefined
  /** Ids from here on have never been used; they are reserved in blocks. */
  nextId(): number
  /** Writes all changes in one transaction, or throws and has written none. */
  apply(changes: readonly Change[]): void
  close(): void
}

const schema = `
  CREATE TABLE IF NOT EXISTS queues (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, settings TEXT NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, part TEXT NOT NULL, state TEXT NOT NULL,
    message_id TEXT NOT NULL, session_id TEXT, enqueued INTEGER NOT NULL, expires INTEGER,
    scheduled INTEGER, size INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS deliveries (id INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS seen (
    queue INTEGER NOT NULL, message_id TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (queue, message_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session_states (
    queue INTEGER NOT NULL, session_id TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (queue, session_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;`

const ID_BLOCK = 10_000
const PAGE_BYTES = 4096

const messageRow = z.object({
  id: z.number(),
  queue: z.number(),
  part: z.enum(['main', 'dead']),
  state: z.enum(['visible', 'scheduled', 'deferred']),
  message_id: z.string(),
  session_id: z.string().nullable(),
  enqueued: z.number(),
  expires: z.number().nullable(),
  scheduled: z.number().nullable(),
  size: z.number(),
  deliveries: z.number(),
})
const queueRow = z.object({
  id: z.number(),
  name: z.string(),
  settings: z.string(),
  created: z.number(),
  updated: z.number(),
})
const seenRow = z.object({ message_id: z.string(), at: z.number() })
const stateRow = z.object({ session_id: z.string(), state: z.instanceof(Uint8Array) })

/**
 * Opens or creates the data file. WAL with `synchronous = NORMAL`: a killed process loses nothing that was committed;
 * a power cut can lose the last commits before it, but never the file's consistency. `powerSafe` waits for the disk.
 * Throws when another process has the file open.
 */
export function openDatabase(
  file: string,
  options: {
    readonly powerSafe: boolean
    readonly maxDataBytes?: number | undefined
    readonly onFailure: (cause: unknown) => void
  },
): Database {
  const db = new DatabaseSync(file)
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${options.powerSafe ? 'FULL' : 'NORMAL'}; PRAGMA wal_autocheckpoint = 4000;`)
  if (options.maxDataBytes !== undefined)
    db.exec(`PRAGMA max_page_count = ${Math.floor(options.maxDataBytes / PAGE_BYTES)}`)
  db.exec(schema)
  db.exec(`DELETE FROM messages WHERE queue NOT IN (SELECT id FROM queues);
    DELETE FROM deliveries WHERE id NOT IN (SELECT id FROM messages);`)

  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const bodyOf = db.prepare('SELECT body FROM messages WHERE id = ?')
  const bindings = prepareChanges(db)

  const reserve = db.prepare(
    `INSERT INTO counters VALUES ('ids', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  )
  const known = z
    .object({ next: z.number() })
    .parse(
      db
        .prepare(
          `SELECT max(COALESCE((SELECT max(id) + 1 FROM messages), 1), COALESCE((SELECT value FROM counters WHERE name = 'ids'), 1)) AS next`,
        )
        .get(),
    )
  let next = known.next
  let reserved = next

  function reserveMore(): void {
    try {
      reserve.run(next + ID_BLOCK)
      reserved = next + ID_BLOCK
    } catch (cause) {
      // The disk is full, so no message with this id will be stored either.
      options.onFailure(cause)
    }
  }

  return {
    queues: () =>
      db
        .prepare('SELECT * FROM queues ORDER BY id')
        .all()
        .map((raw) => {
          const row = queueRow.parse(raw)
          const settings = queueSettingsSchema.parse(JSON.parse(row.settings))
          return { id: row.id, name: row.name, settings, createdAt: row.created, updatedAt: row.updated }
        }),
    *messages() {
      const rows =
        db.prepare(`SELECT m.id, queue, part, state, message_id, session_id, enqueued, expires, scheduled, size,
        COALESCE(d.count, 0) AS deliveries FROM messages m LEFT JOIN deliveries d ON d.id = m.id ORDER BY m.id`)
      for (const raw of rows.iterate()) yield toMessage(messageRow.parse(raw))
    },
    seen: (queue) =>
      db
        .prepare('SELECT message_id, at FROM seen WHERE queue = ? ORDER BY at')
        .all(queue)
        .map((raw) => seenRow.parse(raw))
        .map((row) => ({ messageId: row.message_id, at: row.at })),
    sessionStates: (queue) =>
      db
        .prepare('SELECT session_id, state FROM session_states WHERE queue = ?')
        .all(queue)
        .map((raw) => stateRow.parse(raw))
        .map((row) => ({ sessionId: row.session_id, state: row.state })),
    body(id) {
      const body = bodyOf.get(id)?.body
      return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.length) : undefined
    },
    nextId() {
      if (next >= reserved) reserveMore()
      return next++
    },
    apply(changes) {
      begin.run()
      try {
        for (const change of changes) bindings(change)
        commit.run()
      } catch (cause) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw cause
      }
    },
    close: () => db.close(),
  }
}

function toMessage(row: z.output<typeof messageRow>): StoredMessage {
  return {
    id: row.id,
    queue: row.queue,
    part: row.part,
    state: row.state,
    messageId: row.message_id,
    sessionId: row.session_id ?? undefined,
    enqueuedAt: row.enqueued,
    expiresAt: row.expires ?? undefined,
    scheduledAt: row.scheduled ?? undefined,
    deliveries: row.deliveries,
    size: row.size,
  }
}

/** Prepares one statement, or a few, per kind of change. */
function prepareChanges(db: DatabaseSync): (change: Change) => void {
  const insert = db.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM messages WHERE id = ?')
  const move =
    db.prepare(`UPDATE messages SET id = ?, part = ?, state = ?, enqueued = ?, expires = ?, scheduled = ?,
    size = ?, body = COALESCE(?, body) WHERE id = ?`)
  const rewrite = db.prepare(
    'UPDATE messages SET state = ?, body = COALESCE(?, body), size = COALESCE(?, size) WHERE id = ?',
  )
  const count = db.prepare('INSERT OR REPLACE INTO deliveries VALUES (?, ?)')
  const uncount = db.prepare('DELETE FROM deliveries WHERE id = ?')
  const seen = db.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?, ?)')
  const forget = db.prepare('DELETE FROM seen WHERE queue = ? AND at < ?')
  const setState = db.prepare('INSERT OR REPLACE INTO session_states VALUES (?, ?, ?)')
  const clearState = db.prepare('DELETE FROM session_states WHERE queue = ? AND session_id = ?')
  const queue = db.prepare(`INSERT INTO queues VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, updated = excluded.updated`)
  const dropQueue: StatementSync[] = [
    db.prepare('DELETE FROM deliveries WHERE id IN (SELECT id FROM messages WHERE queue = ?)'),
    db.prepare('DELETE FROM messages WHERE queue = ?'),
    db.prepare('DELETE FROM seen WHERE queue = ?'),
    db.prepare('DELETE FROM session_states WHERE queue = ?'),
    db.prepare('DELETE FROM queues WHERE id = ?'),
  ]

  return (change) => {
    switch (change.kind) {
      case 'insert': {
        const m = change.message
        const times = [m.enqueuedAt, m.expiresAt ?? null, m.scheduledAt ?? null] as const
        insert.run(
          ...[m.id, m.queue, m.part, m.state, m.messageId, m.sessionId ?? null],
          ...times,
          m.size,
          change.body,
        )
        return
      }
      case 'delete':
        remove.run(change.id)
        uncount.run(change.id)
        return
      case 'move': {
        const m = change.message
        const times = [m.enqueuedAt, m.expiresAt ?? null, m.scheduledAt ?? null] as const
        move.run(m.id, m.part, m.state, ...times, m.size, change.body ?? null, change.from)
        uncount.run(change.from)
        return
      }
      case 'rewrite':
        rewrite.run(change.state, change.body ?? null, change.body?.length ?? null, change.id)
        return
      case 'deliveries':
        count.run(change.id, change.count)
        return
      case 'seen':
        seen.run(change.queue, change.messageId, change.at)
        return
      case 'forget':
        forget.run(change.queue, change.before)
        return
      case 'session-state':
        if (change.state) setState.run(change.queue, change.sessionId, change.state)
        else clearState.run(change.queue, change.sessionId)
        return
      case 'queue': {
        const q = change.queue
        queue.run(q.id, q.name, JSON.stringify(q.settings), q.createdAt, q.updatedAt)
        return
      }
      case 'drop-queue':
        for (const statement of dropQueue) statement.run(change.queue)
    }
  }
}
