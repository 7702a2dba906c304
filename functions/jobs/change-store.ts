import { limits, type Store } from '../platform/store/port.ts'
import type { Change } from './port.ts'
import { ChangeSchema, runChangesTable } from './rows.ts'

const CHUNK_DIGITS = 8
/** Characters of one row's property; the rest of the limit is room for brackets. */
const ROW_CHARACTERS = limits.stringCharacters - 1_000

type ChangesRow = ReturnType<typeof runChangesTable.schema.parse>

export const changesPartition = (tenantId: string, runId: string) => `${tenantId}~${runId}`

/**
 * What a run changes, written before the change itself. A change may be of any size: one that does not fit into a row is
 * spread over several.
 * @param attempt keeps the changes of a run that is taken up again behind those of the attempts before.
 */
export function createChangeStore(parts: { store: Store; tenantId: string; runId: string; attempt: number }) {
  const table = runChangesTable.bind(parts.store)
  let chunk = 0
  return {
    async record(changes: readonly Change[]): Promise<void> {
      const writes = toRows(changes).map((value) => ({
        kind: 'put' as const,
        key: `${parts.attempt}-${String(chunk++).padStart(CHUNK_DIGITS, '0')}`,
        value,
        condition: { kind: 'any' as const },
      }))
      if (writes.length > 0) await table.chunked(changesPartition(parts.tenantId, parts.runId), writes)
    },
  }
}

/** Everything a run changed, newest first. */
export async function changesOf(store: Store, tenantId: string, runId: string): Promise<readonly Change[]> {
  const changes: Change[] = []
  let pieces: string[] = []
  for await (const { value } of runChangesTable.bind(store).all(changesPartition(tenantId, runId))) {
    const { piece, part = 0, parts = 0 } = value
    changes.push(...(value.changes ?? []))
    // Parts without their end were written by a worker that died before it changed anything.
    if (piece === undefined || part !== pieces.length) pieces = []
    if (piece === undefined || part !== pieces.length) continue
    pieces.push(piece)
    if (pieces.length === parts) changes.push(ChangeSchema.parse(JSON.parse(pieces.join(''))))
  }
  return changes.reverse()
}

/** Spreads changes over rows that fit the store. */
function toRows(changes: readonly Change[]): ChangesRow[] {
  const rows: ChangesRow[] = []
  let row: Change[] | undefined
  let size = 0
  for (const { id, before, after } of changes) {
    const change = { id, before, after }
    const json = JSON.stringify(change)
    if (json.length > ROW_CHARACTERS) {
      rows.push(...toPieces(json))
      row = undefined
      continue
    }
    if (row === undefined || size + json.length + 1 > ROW_CHARACTERS) {
      row = []
      size = 0
      rows.push({ changes: row })
    }
    row.push(change)
    size += json.length + 1
  }
  return rows
}

function toPieces(json: string): ChangesRow[] {
  const pieces: string[] = []
  for (let at = 0; at < json.length; ) {
    let end = Math.min(json.length, at + ROW_CHARACTERS)
    // The store takes no half of a character that has two.
    if (!json.slice(at, end).isWellFormed()) end -= 1
    pieces.push(json.slice(at, end))
    at = end
  }
  return pieces.map((piece, part) => ({ piece, part, parts: pieces.length }))
}
