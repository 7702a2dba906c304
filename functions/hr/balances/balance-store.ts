import { isStegError } from '../../../shared/errors/error.ts'
import type { Store, Write } from '../../platform/store/port.ts'
import { chunksOf } from '../../platform/store/table.ts'
import { type BalanceRow, balancePassTable, balancesTable, currentKey, historyKey, PASS_KEY } from './rows.ts'
import type { Pass } from './rules/pass.ts'

export interface KnownRow {
  readonly etag: string
  readonly value: BalanceRow
}

/** The balances of a tenant as a synchronisation sees and writes them. */
export interface BalanceStore {
  /** What is kept of the people from `first` to `last`, in order of their ids. */
  known(first: string, last: string): Promise<ReadonlyMap<string, KnownRow>>
  pass(): Promise<Pass | undefined>
  /**
   * Writes changed figures, each with its day of the history; with `next` also how far the pass has come, as the last
   * of it all: when that is durable, so are the figures.
   */
  write(changed: readonly { row: BalanceRow; before: KnownRow | undefined }[], next?: Pass): Promise<void>
  /** Notes that everybody was read for this day. Writes only when that is news. */
  complete(keyDate: string): Promise<void>
}

export function openBalanceStore(store: Store, tenantId: string): BalanceStore {
  const balances = balancesTable.bind(store)
  const passes = balancePassTable.bind(store)

  return {
    async known(first, last) {
      const known = new Map<string, KnownRow>()
      const range = { from: currentKey(first), to: `${currentKey(last)}~` }
      for await (const row of balances.all(tenantId, range)) known.set(row.value.personId, row)
      return known
    },

    pass: async () => (await passes.get(tenantId, PASS_KEY))?.value.running,

    async write(changed, next) {
      const writes: Write[] = changed.flatMap(({ row, before }) => [
        balances.toPut(
          currentKey(row.personId),
          row,
          before === undefined ? { kind: 'absent' } : { kind: 'match', etag: before.etag },
        ),
        balances.toPut(historyKey(row.personId, row.day), row, { kind: 'any' }),
      ])
      if (next !== undefined) {
        const completed = (await passes.get(tenantId, PASS_KEY))?.value.completed
        const value = { ...(completed === undefined ? {} : { completed }), running: next }
        writes.push(passes.toPut(PASS_KEY, value, { kind: 'any' }))
      }
      for (const chunk of chunksOf(tenantId, writes)) await store.batch(balancesTable.name, tenantId, chunk)
    },

    async complete(keyDate) {
      const stored = await passes.get(tenantId, PASS_KEY)
      if (stored?.value.completed === keyDate && stored.value.running === undefined) return
      try {
        await passes.put(
          tenantId,
          PASS_KEY,
          { completed: keyDate },
          stored === undefined ? { kind: 'absent' } : { kind: 'match', etag: stored.etag },
        )
      } catch (error) {
        // Another worker is at it: it will complete the pass itself.
        if (!isStegError(error, 'store-conflict')) throw error
      }
    },
  }
}
