import { type Clock, systemClock } from '../../../shared/clock.ts'
import { createServerTime, type ServerTime } from './local-time.ts'
import type { ResolvedOptions, SageDatabase, SageUser } from './options.ts'
import { openRecords, type Records } from './records.ts'
import { createRoster, type PeopleEdit, type Roster } from './roster.ts'
import { createSessions, type Sessions } from './sessions.ts'

export interface Database extends SageDatabase {
  readonly roster: Roster
}

/** One simulated installation: everything that the calls work on. */
export interface Site {
  readonly clock: Clock
  readonly time: ServerTime
  readonly seed: number
  readonly databases: readonly Database[]
  readonly users: Map<string, SageUser>
  readonly sessions: Sessions
  readonly records: Records
}

/** Opens the data file and repeats the edits of people that it holds. */
export function openSite(options: ResolvedOptions, clock: Clock = systemClock): Site {
  const records = openRecords(options.dataFile)
  const databases = options.databases.map((database, index) => {
    const roster = createRoster(database.seed, database.people, index === 0)
    for (const edit of records.edits(database.key)) roster.apply(edit)
    return { ...database, roster }
  })
  return {
    clock,
    time: createServerTime(clock, options.timeZone, options.clockOffsetMs),
    seed: options.seed,
    databases,
    users: new Map(options.users.map((user) => [user.username, user])),
    sessions: createSessions(clock, options.sessionMinutes * 60_000),
    records,
  }
}

/** Changes people for good. False when the edit does not fit. */
export function editPeople(site: Site, database: Database, edit: PeopleEdit): boolean {
  if (!database.roster.apply(edit)) return false
  if (edit.kind === 'reset') site.records.replaceEdits(database.key, edit)
  else site.records.addEdit(database.key, edit)
  return true
}
