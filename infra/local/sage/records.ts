import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { PeopleEdit } from './roster.ts'

export interface TimeEvent {
  readonly Id: number
  readonly MdNr: number
  readonly AnNr: number
  readonly Time: string
  readonly Type: 'Come' | 'Go'
  readonly PlaceOfWorkId: number | null
  readonly AdditionalInputId: number | null
  /** Which way the booking came: `Api`, `Portal` (stamped), or whatever the control interface names. */
  readonly Source: string
}

/** A time event with what the outside world never sees. */
export interface LedgerEntry extends TimeEvent {
  readonly database: string
  /** Milliseconds since the epoch by the injected clock. */
  readonly receivedAt: number
  /** The request's header X-Request-Id. */
  readonly requestId: string | null
}

export const absenceStates = ['Requested', 'Approved', 'Rejected'] as const
export type AbsenceState = (typeof absenceStates)[number]

export interface Absence {
  readonly Id: number
  readonly MdNr: number
  readonly AnNr: number
  readonly ReasonId: number
  readonly From: string
  readonly To: string
  readonly HalfDay: boolean
  readonly Comment: string
  readonly State: AbsenceState
}

export interface LedgerFilter {
  readonly database?: string | undefined
  /** Only entries with a greater Id. */
  readonly after?: number | undefined
  readonly limit?: number | undefined
}

/** What Sage keeps in its database. Every writing function has committed when it returns. */
export interface Records {
  addTimeEvent(entry: Omit<LedgerEntry, 'Id'>): number
  timeEvents(database: string, mdNr: number, anNr: number): TimeEvent[]
  ledger(filter: LedgerFilter): LedgerEntry[]
  addAbsence(database: string, absence: Omit<Absence, 'Id'>): number
  absences(database: string, mdNr: number, anNr: number): Absence[]
  allAbsences(database: string): Absence[]
  setAbsenceState(id: number, state: AbsenceState): boolean
  /** Removes all time events and absences of all databases. */
  clear(): void
  addEdit(database: string, edit: PeopleEdit): void
  edits(database: string): PeopleEdit[]
  /** Forgets the edits so far and keeps this one in their place. */
  replaceEdits(database: string, edit: PeopleEdit): void
  close(): void
}

const tables = `
  CREATE TABLE IF NOT EXISTS time_events (
    Id INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL, MdNr INTEGER NOT NULL, AnNr INTEGER NOT NULL,
    Time TEXT NOT NULL, Type TEXT NOT NULL, PlaceOfWorkId INTEGER, AdditionalInputId INTEGER,
    Source TEXT NOT NULL, receivedAt INTEGER NOT NULL, requestId TEXT);
  CREATE INDEX IF NOT EXISTS time_events_of_person ON time_events (database, MdNr, AnNr, Time);
  CREATE TABLE IF NOT EXISTS absences (
    Id INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL, MdNr INTEGER NOT NULL, AnNr INTEGER NOT NULL,
    ReasonId INTEGER NOT NULL, "From" TEXT NOT NULL, "To" TEXT NOT NULL, HalfDay INTEGER NOT NULL,
    Comment TEXT NOT NULL, State TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS absences_of_person ON absences (database, MdNr, AnNr);
  CREATE TABLE IF NOT EXISTS people_edits (
    position INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL, edit TEXT NOT NULL);`

type Row = Record<string, unknown>
const eventColumns = 'Id, MdNr, AnNr, Time, Type, PlaceOfWorkId, AdditionalInputId, Source'
const absenceColumns = 'Id, MdNr, AnNr, ReasonId, "From", "To", HalfDay, Comment, State'

// The rows have the form of the tables above, which nobody else writes.
const toEvent = (row: Row) => ({ ...row }) as unknown as TimeEvent
const toEntry = (row: Row) => ({ ...row }) as unknown as LedgerEntry
const toAbsence = (row: Row) => ({ ...row, HalfDay: row.HalfDay === 1 }) as unknown as Absence

/** Opens or creates the file; without a name the records live in memory. */
export function openRecords(file: string | undefined): Records {
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file ?? ':memory:')
  // FULL writes each commit through to the disk, so that a POST is durable before it is answered.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
  db.exec(tables)
  const all = (sql: string) => {
    const statement = db.prepare(sql)
    return (...values: SQLInputValue[]): Row[] => statement.all(...values)
  }
  const run = (sql: string) => {
    const statement = db.prepare(sql)
    return (...values: SQLInputValue[]) => statement.run(...values)
  }
  const insertEvent = run(
    'INSERT INTO time_events (database, MdNr, AnNr, Time, Type, PlaceOfWorkId, AdditionalInputId, Source,' +
      ' receivedAt, requestId) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const eventsOfPerson = all(
    `SELECT ${eventColumns} FROM time_events WHERE database = ? AND MdNr = ? AND AnNr = ? ORDER BY Time, Id`,
  )
  const entries = all(
    `SELECT ${eventColumns}, database, receivedAt, requestId FROM time_events` +
      ' WHERE Id > ?1 AND (?2 IS NULL OR database = ?2) ORDER BY Id LIMIT ?3',
  )
  const insertAbsence = run(
    'INSERT INTO absences (database, MdNr, AnNr, ReasonId, "From", "To", HalfDay, Comment, State)' +
      ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const absencesOfPerson = all(
    `SELECT ${absenceColumns} FROM absences WHERE database = ? AND MdNr = ? AND AnNr = ? ORDER BY "From", Id`,
  )
  const everyAbsence = all(`SELECT ${absenceColumns} FROM absences WHERE database = ? ORDER BY Id`)
  const updateState = run('UPDATE absences SET State = ? WHERE Id = ?')
  const insertEdit = run('INSERT INTO people_edits (database, edit) VALUES (?, ?)')
  const selectEdits = all('SELECT edit FROM people_edits WHERE database = ? ORDER BY position')
  const deleteEdits = run('DELETE FROM people_edits WHERE database = ?')
  return {
    addTimeEvent: (e) =>
      Number(
        insertEvent(
          e.database,
          e.MdNr,
          e.AnNr,
          e.Time,
          e.Type,
          e.PlaceOfWorkId,
          e.AdditionalInputId,
          e.Source,
          e.receivedAt,
          e.requestId,
        ).lastInsertRowid,
      ),
    timeEvents: (database, mdNr, anNr) => eventsOfPerson(database, mdNr, anNr).map(toEvent),
    ledger: ({ database, after, limit }) => entries(after ?? 0, database ?? null, limit ?? -1).map(toEntry),
    addAbsence: (database, a) =>
      Number(
        insertAbsence(
          database,
          a.MdNr,
          a.AnNr,
          a.ReasonId,
          a.From,
          a.To,
          a.HalfDay ? 1 : 0,
          a.Comment,
          a.State,
        ).lastInsertRowid,
      ),
    absences: (database, mdNr, anNr) => absencesOfPerson(database, mdNr, anNr).map(toAbsence),
    allAbsences: (database) => everyAbsence(database).map(toAbsence),
    setAbsenceState: (id, state) => Number(updateState(state, id).changes) > 0,
    clear: () => db.exec('BEGIN; DELETE FROM time_events; DELETE FROM absences; COMMIT;'),
    addEdit: (database, edit) => void insertEdit(database, JSON.stringify(edit)),
    edits: (database) => selectEdits(database).map((row) => JSON.parse(String(row.edit)) as PeopleEdit),
    replaceEdits: (database, edit) => {
      db.exec('BEGIN')
      deleteEdits(database)
      insertEdit(database, JSON.stringify(edit))
      db.exec('COMMIT')
    },
    close: () => db.close(),
  }
}
