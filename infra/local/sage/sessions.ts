import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'

const cookieName = '.ASPXAUTH'

export interface Session {
  readonly username: string
  /** Key of the database that was chosen at sign-in. */
  readonly database: string
  /** Security/Calculate was called. */
  calculated: boolean
  lastUse: number
}

export interface Sessions {
  /** Returns the value of Set-Cookie. */
  open(username: string, database: string): string
  /** The session that a Cookie header names, if it is alive; this counts as a use. */
  find(cookieHeader: string | undefined): Session | undefined
  end(cookieHeader: string | undefined): void
  /** Ends all; returns how many there were. */
  endAll(): number
}

/** Sessions live in memory, as in an application pool: a restart ends them. `lifetimeMs` counts from the last use. */
export function createSessions(clock: Clock, lifetimeMs: number): Sessions {
  const open = new Map<string, Session>()
  return {
    open: (username, database) => {
      const ticket = randomBytes(32).toString('hex').toUpperCase()
      open.set(ticket, { username, database, calculated: false, lastUse: clock.now() })
      return `${cookieName}=${ticket}; path=/; HttpOnly; SameSite=Lax`
    },
    find: (cookieHeader) => {
      const ticket = ticketOf(cookieHeader)
      const session = ticket === undefined ? undefined : open.get(ticket)
      if (ticket === undefined || session === undefined) return undefined
      if (clock.now() - session.lastUse >= lifetimeMs) {
        open.delete(ticket)
        return undefined
      }
      session.lastUse = clock.now()
      return session
    },
    end: (cookieHeader) => {
      const ticket = ticketOf(cookieHeader)
      if (ticket !== undefined) open.delete(ticket)
    },
    endAll: () => {
      const count = open.size
      open.clear()
      return count
    },
  }
}

/** RFC 6265, 4.2.1: pairs separated by `; `. */
function ticketOf(cookieHeader: string | undefined): string | undefined {
  for (const pair of (cookieHeader ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === cookieName && value) return value
  }
  return undefined
}
