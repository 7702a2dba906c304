import type { ParsedRule } from './fault-rules.ts'
import { seededPerson } from './person.ts'
import { type Database, editPeople, type Site } from './site.ts'

/** Changes people for good, between the page that ends before position `skip` and the one that begins there. */
export function applyRowFault(site: Site, database: Database, rule: ParsedRule, skip: number): void {
  if (rule.kind === 'rows-removed') removeRead(site, database, skip, rule.rows)
  else insertInFront(site, database, rule.rows)
}

/** The last rows already read go: as many that nobody has read move up into their place. */
function removeRead(site: Site, database: Database, skip: number, rows: number): void {
  const from = Math.max(0, skip - rows)
  for (const { EmployeeKey } of database.roster.slice(from, skip - from)) {
    editPeople(site, database, { kind: 'remove', mdNr: EmployeeKey.MdNr, anNr: EmployeeKey.AnNr })
  }
}

/** New rows push rows already read onto the next page, and are missed themselves. */
function insertInFront(site: Site, database: Database, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const key = database.roster.freeKey()
    const person = {
      ...seededPerson(database.seed, key.AnNr, false),
      EmployeeKey: key,
      LastChange: site.time.local(),
    }
    editPeople(site, database, { kind: 'add', person, position: 0 })
  }
}
