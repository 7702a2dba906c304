import { z } from 'zod'
import type { MirrorSource } from '../../sync/mirror/mirror.ts'
import { OptionalText, type RowForm, type SageConnection, Text } from '../sage/port.ts'
import type { ListKind } from './rows.ts'
import { type Fields, ID_DIGITS, type ListEntry, nameIn } from './rules/plan.ts'

const Id = z
  .int()
  .min(0)
  .max(10 ** ID_DIGITS - 1)
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
} as const satisfies Record<ListKind, { section: keyof SageConnection['profile']; paged: boolean }>

/** A whole list of Sage, by its numbers. Reading throws StegError as `SageLists.rows`. */
export function sourceOf(
  kind: ListKind,
  { lists, profile }: Pick<SageConnection, 'lists' | 'profile'>,
): MirrorSource<ListEntry> {
  const { section, paged } = sources[kind]
  const { path, ...names } = profile[section]
  const form: RowForm<z.ZodRawShape, ListEntry> = {
    names,
    schema: z.object({ id: Id, ...fieldsOf[kind] }),
    keyField: 'id',
    keyOf: ({ id }) =>
      typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? String(id) : undefined,
    toItem: ({ id, ...fields }) => ({ id: id as number, fields: withoutUndefined(fields) }),
    nameOf: ({ fields }) => nameIn(fields),
    unpaged: !paged,
  }
  return { path, read: () => lists.rows(path, form) }
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields
}
