import type { MirrorRules } from '../../../sync/mirror/rules/plan.ts'

/** What a synchronisation of a keyed list of Sage compares. */

export type FieldValue = string | number | boolean
export type Fields = Readonly<Record<string, FieldValue>>

export interface ListEntry {
  /** The number that Sage knows it by. */
  readonly id: number
  readonly fields: Fields
}

export interface KnownEntry extends ListEntry {
  /** Set while Sage does not list it. */
  readonly gone: boolean
}

/** Sage's numbers have up to so many digits here. */
export const ID_DIGITS = 10

/**
 * @param keyOf key of the row for a number of Sage
 */
export function entryRules(keyOf: (id: number) => string): MirrorRules<ListEntry, KnownEntry> {
  return {
    keyOf: (id) => (/^\d+$/.test(id) && id.length <= ID_DIGITS ? keyOf(Number(id)) : undefined),
    changed: ({ fields }, row) => {
      const names = new Set([...Object.keys(row.fields), ...Object.keys(fields)])
      return [...names].filter((name) => row.fields[name] !== fields[name]).sort()
    },
    isGone: ({ gone }) => gone,
    goneField: 'gone',
    isActive: ({ gone }) => !gone,
    becomesActive: () => true,
    couldBe: ({ fields }, row) => {
      const name = nameIn(fields)
      return name === undefined || name === nameIn(row.fields)
    },
  }
}

/** What people call an entry, as far as it is known. */
export function nameIn(fields: Fields | undefined): string | undefined {
  const name = fields?.name ?? fields?.description
  return name === undefined ? undefined : String(name)
}
