import { z } from 'zod'
import { defineTable, padNumber } from '../../platform/store/table.ts'
import { ID_DIGITS } from './rules/plan.ts'

/** The lists of Sage that are kept; part of the keys. */
export type ListKind = 'absence-reason' | 'additional-input' | 'place-of-work'

/** Partition: tenant; key: `<kind>~<id>`. `fields` holds what the list's schema in lists.ts describes. */
export const masterDataTable = defineTable({
  name: 'MasterData',
  schema: z.object({
    id: z.number(),
    fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    /** Sage no longer lists it. */
    gone: z.boolean(),
    updatedAt: z.string(),
  }),
})
export type EntryRow = ReturnType<typeof masterDataTable.schema.parse>

export function entryKey(kind: ListKind, id: number): string {
  return `${kind}~${padNumber(id, ID_DIGITS)}`
}

export function entryRange(kind: ListKind): { from: string; to: string } {
  return { from: `${kind}~`, to: `${kind}~~` }
}
