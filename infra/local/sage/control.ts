import { z } from 'zod'
import type { FaultRule } from './fault-rules.ts'
import type { FaultState, Faults } from './faults.ts'
import type { Journal, RequestReport } from './journal.ts'
import { bodyTime } from './local-time.ts'
import { employeeKey, type Person } from './person.ts'
import type { Absence, AbsenceState, LedgerEntry, LedgerFilter } from './records.ts'
import { type Database, editPeople, type Site } from './site.ts'

const fields = {
  Firstname: z.string(),
  Lastname: z.string(),
  Email: z.string().nullable(),
  Active: z.boolean(),
  TimeManagement: z.boolean(),
  AccessControl: z.boolean(),
  Entry: bodyTime,
  Exit: bodyTime.nullable(),
  /** Set to now unless it is given. */
  LastChange: bodyTime.optional(),
}
export const newPersonSchema = z.strictObject({
  MdNr: z.int().positive(),
  AnNr: z.int().positive(),
  ...fields,
  Email: fields.Email.default(null),
  Active: fields.Active.default(true),
  TimeManagement: fields.TimeManagement.default(true),
  AccessControl: fields.AccessControl.default(true),
  Entry: fields.Entry.default('2020-01-01T00:00:00'),
  Exit: fields.Exit.default(null),
  /** Place in the list, from 0. Default: at the end. */
  position: z.int().min(0).optional(),
})
export const personChangeSchema = z.strictObject(fields).partial()
export const newTimeEventSchema = z.strictObject({
  MdNr: z.int(),
  AnNr: z.int(),
  Time: bodyTime,
  Type: z.enum(['Come', 'Go']),
  PlaceOfWorkId: z.int().nullable().default(null),
  AdditionalInputId: z.int().nullable().default(null),
  Source: z.string().default('Terminal'),
})

type NewPerson = z.input<typeof newPersonSchema>
type PersonChange = z.input<typeof personChangeSchema>
type NewTimeEvent = z.input<typeof newTimeEventSchema>

/** The strings of the simulator. `database` is a key or a name and defaults to the first one; unknown ones throw. */
export interface SageControl {
  /** Adds a rule; returns its id. Throws ZodError when the rule is wrong. */
  addFault(rule: FaultRule): string
  /** Replaces all rules; returns their ids. */
  setFaults(rules: readonly FaultRule[]): string[]
  removeFault(id: string): boolean
  clearFaults(): void
  faults(): FaultState[]
  people(database?: string): Person[]
  /** `key` is a CombinedKey such as `3_4`. */
  person(key: string, database?: string): Person | undefined
  /** Undefined when the key exists already. */
  addPerson(person: NewPerson, database?: string): Person | undefined
  /** Undefined when there is no such person. */
  changePerson(key: string, change: PersonChange, database?: string): Person | undefined
  removePerson(key: string, database?: string): boolean
  /** Undoes all edits and sets the number of people. */
  resetPeople(count: number, database?: string): void
  /** All time events in the order of their commits. */
  ledger(filter?: LedgerFilter): LedgerEntry[]
  /** A booking that somebody makes in Sage itself; returns its Id. */
  addTimeEvent(event: NewTimeEvent, database?: string): number
  absences(database?: string): Absence[]
  setAbsenceState(id: number, state: AbsenceState): boolean
  /** Removes all time events and absences. */
  clearRecords(): void
  requests(): RequestReport
  resetRequests(): void
  /** Returns how many sessions ended. */
  expireSessions(): number
  /** Lasts until the simulator ends. False when there is no such user. */
  setPassword(username: string, password: string): boolean
  /** Milliseconds by which the server's clock is ahead. */
  setClockOffset(ms: number): void
}

export function createControl(site: Site, faults: Faults, journal: Journal): SageControl {
  function databaseOf(name: string | undefined): Database {
    const found = name === undefined ? site.databases[0] : undefined
    const database = found ?? site.databases.find((one) => one.key === name || one.name === name)
    if (!database) throw new RangeError(`There is no database '${name}'.`)
    return database
  }
  const find = (key: string, database: Database) => database.roster.find(...numbersOf(key))

  return {
    addFault: faults.add,
    setFaults: (rules) => {
      faults.clear()
      return rules.map(faults.add)
    },
    removeFault: faults.remove,
    clearFaults: faults.clear,
    faults: faults.list,
    people: (name) => {
      const { roster } = databaseOf(name)
      return roster.slice(0, roster.count())
    },
    person: (key, name) => find(key, databaseOf(name)),
    addPerson: (input, name) => {
      const { MdNr, AnNr, position, LastChange, ...rest } = newPersonSchema.parse(input)
      const person = {
        EmployeeKey: employeeKey(MdNr, AnNr),
        ...rest,
        LastChange: LastChange ?? site.time.local(),
      }
      const added = editPeople(site, databaseOf(name), { kind: 'add', person, position: position ?? null })
      return added ? person : undefined
    },
    changePerson: (key, change, name) => {
      const database = databaseOf(name)
      const [mdNr, anNr] = numbersOf(key)
      const given = Object.entries(personChangeSchema.parse(change)).filter(
        ([, value]) => value !== undefined,
      )
      const changed = { LastChange: site.time.local(), ...Object.fromEntries(given) }
      editPeople(site, database, { kind: 'change', mdNr, anNr, fields: changed })
      return find(key, database)
    },
    removePerson: (key, name) => {
      const [mdNr, anNr] = numbersOf(key)
      return editPeople(site, databaseOf(name), { kind: 'remove', mdNr, anNr })
    },
    resetPeople: (count, name) => void editPeople(site, databaseOf(name), { kind: 'reset', count }),
    ledger: (filter) => {
      const database = filter?.database === undefined ? undefined : databaseOf(filter.database).key
      return site.records.ledger({ ...filter, database })
    },
    addTimeEvent: (event, name) =>
      site.records.addTimeEvent({
        ...newTimeEventSchema.parse(event),
        database: databaseOf(name).key,
        receivedAt: site.clock.now(),
        requestId: null,
      }),
    absences: (name) => site.records.allAbsences(databaseOf(name).key),
    setAbsenceState: site.records.setAbsenceState,
    clearRecords: site.records.clear,
    requests: journal.report,
    resetRequests: journal.reset,
    expireSessions: site.sessions.endAll,
    setPassword: (username, password) => {
      const user = site.users.get(username)
      if (user) site.users.set(username, { ...user, password })
      return user !== undefined
    },
    setClockOffset: site.time.setOffset,
  }
}

function numbersOf(key: string): [mdNr: number, anNr: number] {
  const [mdNr = Number.NaN, anNr = Number.NaN] = key.split('_').map(Number)
  return [mdNr, anNr]
}
