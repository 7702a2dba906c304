import { readSageClock } from './clock.ts'
import { readDatabases } from './databases.ts'
import { readEmployees } from './employees.ts'
import { sageLists } from './list.ts'
import type { SageConnection } from './port.ts'

/** What a session can be used for. @param now milliseconds since the epoch */
export function toConnection(
  parts: Pick<SageConnection, 'agentName' | 'session' | 'profile'> & { readonly now: () => number },
): SageConnection {
  const { agentName, session, profile, now } = parts
  const lists = sageLists(session, profile)
  return {
    agentName,
    profile,
    session,
    lists,
    people: () => readEmployees(lists, profile),
    clock: () => readSageClock(session, profile, now),
    databases: () => readDatabases(session, profile),
  }
}
