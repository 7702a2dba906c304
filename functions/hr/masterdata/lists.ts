import { z } from 'zod'
import { readWholeList, unexpected } from '../sage/list.ts'
import { fieldOf, type SageProfile } from '../sage/profile.ts'
import type { SageConnection } from '../sage/service.ts'
import type { ListKind } from './rows.ts'
import type { ListEntry } from './rules/plan.ts'

const Id = z.int().min(0).max(9_999_999_999)
const Text = z.string().trim()
const OptionalText = z
  .string()
  .nullish()
  .transform((text) => text?.trim() || undefined)
const Flag = z.boolean()

/** The fields of each list, in the hub's names. */
export const fieldsOf = {
  'absence-reason': { short: OptionalText, name: Text, color: OptionalText, requestable: Flag },
  'additional-input': { description: Text, active: Flag },
  'place-of-work': { name: Text },
} as const satisfies Record<ListKind, Readonly<Record<string, z.ZodType>>>

/** Where the list is in the profile, and whether Sage hands it out in pages. */
const sources = {
  'absence-reason': { section: 'absenceReasons', paged: true },
  'additional-input': { section: 'additionalInputs', paged: true },
  'place-of-work': { section: 'placesOfWork', paged: false },
} as const satisfies Record<ListKind, { section: keyof SageProfile; paged: boolean }>

type Connection = Pick<SageConnection, 'session' | 'profile'>

export function pathOf(kind: ListKind, profile: SageProfile): string {
  return profile[sources[kind].section].path
}

/** A whole list of Sage. @throws StegError as `readWholeList`; `sage-unexpected-data` also for an id that comes twice */
export async function readList(kind: ListKind, connection: Connection): Promise<readonly ListEntry[]> {
  const { session, profile } = connection
  const path = pathOf(kind, profile)
  const parse = (row: unknown) => parseEntry(kind, row, profile)
  if (sources[kind].paged) {
    return readWholeList(session, profile, path, (entry) => String(entry.id), parse)
  }
  const rows = await session.get(path)
  if (!Array.isArray(rows)) throw unexpected(path, 'it is not a list')
  const entries = rows.map(parse)
  if (new Set(entries.map(({ id }) => id)).size < entries.length) {
    throw unexpected(path, 'an id comes twice')
  }
  return entries
}

function parseEntry(kind: ListKind, row: unknown, profile: SageProfile): ListEntry {
  const { path, ...names } = profile[sources[kind].section]
  const raw = Object.fromEntries(Object.entries(names).map(([name, field]) => [name, fieldOf(row, field)]))
  const parsed = z.object({ id: Id, ...fieldsOf[kind] }).safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const name = String(issue?.path[0] ?? '')
    throw unexpected(path, `"${(names as Record<string, string>)[name] ?? name}": ${issue?.message}`)
  }
  const { id, ...fields } = parsed.data
  return { id, fields: withoutUndefined(fields) }
}

function withoutUndefined(fields: Readonly<Record<string, string | number | boolean | undefined>>) {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
