import { limits, type Store } from '../platform/store/port.ts'
import type { Change } from './port.ts'
import { runChangesTable } from './rows.ts'

const CHUNK_DIGITS = 8
/** Characters of one row's property; the rest of the limit is room for brackets. */
const ROW_CHARACTERS = limits.stringCharacters - 1_000

export const changesPartition = (tenantId: string, runId: string) => `${tenantId}~${runId}`

/**
 * What a run changes, written before the change itself.
 * @param attempt keeps the changes of a run that is taken up again behind those of the attempts before.
 */
export function createJournal(parts: { store: Store; tenantId: string; runId: string; attempt: number }) {
  const table = runChangesTable.bind(parts.store)
  let chunk = 0
  return {
    async record(changes: readonly Change[]): Promise<void> {
      const writes = packed(changes).map((row) => ({
        kind: 'put' as const,
        key: `${parts.attempt}-${String(chunk++).padStart(CHUNK_DIGITS, '0')}`,
        value: { changes: row },
        condition: { kind: 'any' as const },
      }))
      if (writes.length > 0) await table.chunked(changesPartition(parts.tenantId, parts.runId), writes)
    },
  }
}

/** Everything a run changed, newest first. */
export async function changesOf(store: Store, tenantId: string, runId: string): Promise<readonly Change[]> {
  const changes: Change[] = []
  for await (const row of runChangesTable.bind(store).all(changesPartition(tenantId, runId))) {
    changes.push(...row.value.changes)
  }
  return changes.reverse()
}

/** Spreads changes over rows that fit the store. */
function packed(changes: readonly Change[]): Change[][] {
  const rows: Change[][] = []
  let row: Change[] = []
  let size = 0
  for (const change of changes) {
    const characters = JSON.stringify(change).length + 1
    if (row.length === 0 || size + characters > ROW_CHARACTERS) {
      row = []
      size = 0
      rows.push(row)
    }
    row.push({ ...change })
    size += characters
  }
  return rows
}
