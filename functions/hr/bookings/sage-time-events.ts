import { StegError } from '../../../shared/errors/error.ts'
import { shiftWall } from '../../../shared/wall-time.ts'
import { personKeyOf } from '../rules/person-key.ts'
import { fieldOf, unexpected } from '../rules/sage-data.ts'
import type { SageConnection } from '../sage/port.ts'
import type { BookingType, SageEntry, SageEvent } from './rules/content.ts'

/** Milliseconds for one reading: it is short, and after the agent was interrupted a new one is sooner answered. */
const READ_MS = 15_000

type Names = SageConnection['profile']['timeEvents']

/** The time events of people in Sage, in Steg's terms. */
export interface SageTimeEvents {
  /** Below Sage's address, for messages. */
  readonly path: string
  /** Come and go events of one person from one local time to another, both inclusive. @throws StegError as a list */
  read(externalToken: string, from: string, to: string): Promise<readonly SageEvent[]>
  /** What `postOnce` answers to a new event, with the Id where there is one. */
  add(
    externalToken: string,
    entry: SageEntry,
    notAfter: number,
  ): Promise<{ status: number; html: boolean; value: unknown; id: unknown }>
}

export function sageTimeEvents({
  session,
  lists,
  profile,
}: Pick<SageConnection, 'session' | 'lists' | 'profile'>): SageTimeEvents {
  const names = profile.timeEvents

  return {
    path: names.path,

    async read(externalToken, from, to) {
      const person = personOf(externalToken)
      const query = {
        [names.clientNumber]: String(person.clientNumber),
        [names.employeeNumber]: String(person.employeeNumber),
        // A second more on either side: nothing depends on whether Sage takes its bounds in.
        [names.fromParameter]: shiftWall(from, -1),
        [names.toParameter]: shiftWall(to, 1),
      }
      const rows = await lists.whole<ListedEvent>(names.path, {
        query,
        timeout: READ_MS,
        keyOf: ({ id }) => id,
        parse: (row) => parse(row, names),
      })
      return rows.flatMap(({ event }) =>
        event !== undefined && event.wall >= from && event.wall <= to ? [event] : [],
      )
    },

    async add(externalToken, entry, notAfter) {
      const person = personOf(externalToken)
      const body = {
        [names.clientNumber]: person.clientNumber,
        [names.employeeNumber]: person.employeeNumber,
        [names.time]: entry.wall,
        [names.type]: names[entry.type],
        ...(entry.placeOfWorkId === undefined ? {} : { [names.placeOfWorkId]: entry.placeOfWorkId }),
        ...(entry.additionalInputId === undefined
          ? {}
          : { [names.additionalInputId]: entry.additionalInputId }),
      }
      const answer = await session.postOnce(names.path, body, notAfter)
      return { ...answer, id: fieldOf(answer.value, names.id) }
    },
  }
}

function personOf(externalToken: string) {
  const person = personKeyOf(externalToken)
  if (person === undefined) throw new StegError('person-unknown', { token: externalToken })
  return person
}

interface ListedEvent {
  readonly id: string
  /** Undefined for what is neither come nor go. */
  readonly event: SageEvent | undefined
}

function parse(row: unknown, names: Names): ListedEvent {
  const id = fieldOf(row, names.id)
  if (typeof id !== 'number' && (typeof id !== 'string' || id === '')) throw misfit(names, names.id)
  const type = fieldOf(row, names.type)
  if (typeof type !== 'string') throw misfit(names, names.type)
  const time = fieldOf(row, names.time)
  const wall = typeof time === 'string' ? time.slice(0, 19) : ''
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(wall)) throw misfit(names, names.time)
  const known = typeOf(type, names)
  return {
    id: String(id),
    event:
      known === undefined
        ? undefined
        : {
            id: String(id),
            wall,
            type: known,
            placeOfWorkId: reference(row, names.placeOfWorkId, names),
            additionalInputId: reference(row, names.additionalInputId, names),
          },
  }
}

function typeOf(type: string, names: Names): BookingType | undefined {
  if (type === names.come) return 'come'
  return type === names.go ? 'go' : undefined
}

function reference(row: unknown, field: string, names: Names): number | undefined {
  const value = fieldOf(row, field) ?? undefined
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw misfit(names, field)
  return value
}

function misfit(names: Names, field: string): StegError {
  return unexpected(names.path, `"${field}" is not what was expected`)
}
