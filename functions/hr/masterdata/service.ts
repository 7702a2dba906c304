import type { z } from 'zod'
import type { Store } from '../../platform/store/port.ts'
import { padNumber } from '../../platform/store/table.ts'
import type { fieldsOf } from './lists.ts'
import { entryKey, entryRange, type ListKind, masterDataTable } from './rows.ts'
import { ID_DIGITS } from './rules/plan.ts'

/** One entry; its fields are those that lists.ts describes for the list. */
export type MasterEntry<K extends ListKind> = {
  readonly [N in keyof (typeof fieldsOf)[K]]: (typeof fieldsOf)[K][N] extends z.ZodType<infer T> ? T : never
} & {
  readonly id: number
  /** False when Sage no longer lists it, or lists it as inactive. */
  readonly active: boolean
  readonly updatedAt: string
}

export interface MasterDataService {
  /** One page in order of the id. `cursor` is the one of the page before. */
  list<K extends ListKind>(
    tenantId: string,
    kind: K,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ entries: readonly MasterEntry<K>[]; cursor: string | undefined }>
  find<K extends ListKind>(tenantId: string, kind: K, id: number): Promise<MasterEntry<K> | undefined>
}

export function createMasterDataService(parts: { readonly store: Store }): MasterDataService {
  const table = masterDataTable.bind(parts.store)

  return {
    async list(tenantId, kind, { limit, cursor }) {
      const range = entryRange(kind)
      const from = cursor === undefined ? range.from : `${kind}~${cursor}`
      const { rows } = await table.query(tenantId, { from, to: range.to, limit: limit + 1 })
      const next = rows[limit]
      return {
        entries: rows.slice(0, limit).map(({ value }) => entryOf(value)),
        cursor: next === undefined ? undefined : padNumber(next.value.id, ID_DIGITS),
      }
    },

    async find<K extends ListKind>(tenantId: string, kind: K, id: number) {
      const row = await table.get(tenantId, entryKey(kind, id))
      return row === undefined ? undefined : entryOf<K>(row.value)
    },
  }
}

/** The row's fields were checked by the list's schema when they came from Sage. */
function entryOf<K extends ListKind>(row: ReturnType<typeof masterDataTable.schema.parse>): MasterEntry<K> {
  return {
    ...row.fields,
    id: row.id,
    active: !row.gone && row.fields.active !== false,
    updatedAt: row.updatedAt,
  } as unknown as MasterEntry<K>
}
