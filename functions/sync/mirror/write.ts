import { isStegError } from '../../../shared/errors/error.ts'
import type { RunContext } from '../../jobs/port.ts'
import { fingerprint } from '../fingerprint.ts'
import {
  loadRows,
  type RowChange,
  type RowsParts,
  rowsPerBatch,
  type Stamped,
  type StoredRow,
  stampOf,
  writeRows,
} from '../kept-rows.ts'
import type { Mirror } from './mirror.ts'
import { type MirrorAction, replan } from './rules/plan.ts'

const RETRIES = 5

/** An action that was executed, with the row that it met. */
export interface Executed<Item, Row> {
  readonly action: MirrorAction<Item>
  readonly before: Row | undefined
}

/**
 * Executes actions in atomic batches and reports each batch when it is durable. What is about to change is recorded
 * first. A batch that meets a change by somebody else is read again, decided again and repeated.
 * @param loaded the rows that the plan was made from; rows that turn out to be different are replaced in it
 */
export async function writeActions<Item, Row extends Stamped>(
  parts: RowsParts,
  mirror: Mirror<Item, Row>,
  loaded: Map<string, StoredRow<Row>>,
  actions: readonly MirrorAction<Item>[],
  options: Pick<RunContext, 'record' | 'signal'> & {
    readonly onWritten: (executed: readonly Executed<Item, Row>[]) => void
  },
): Promise<void> {
  const size = rowsPerBatch(mirror)
  for (let from = 0; from < actions.length; from += size) {
    let batch = actions.slice(from, from + size)
    for (let attempt = 1; batch.length > 0; attempt++) {
      options.signal.throwIfAborted()
      try {
        await writeBatch(batch)
        break
      } catch (error) {
        if (!isStegError(error, 'store-conflict') || attempt === RETRIES) throw error
        batch = await decideAgain(batch)
      }
    }
    options.onWritten(batch.map((action) => ({ action, before: loaded.get(action.key)?.value })))
  }

  async function writeBatch(batch: readonly MirrorAction<Item>[]): Promise<void> {
    const now = stampOf(parts.clock)
    const changes = batch.map((action): RowChange<Row> & { readonly next: Row } => {
      const before = loaded.get(action.key)
      return { key: action.key, before, next: nextRow(mirror, action, before?.value, now) }
    })
    await options.record(
      changes.map(({ key, before, next }) => ({
        id: key,
        before: before === undefined ? null : JSON.stringify(before.value),
        after: fingerprint(next),
      })),
    )
    await writeRows(parts, mirror, changes)
  }

  async function decideAgain(batch: readonly MirrorAction<Item>[]): Promise<MirrorAction<Item>[]> {
    const keys = new Set(batch.map(({ key }) => key))
    const current = await loadRows(parts, mirror, keys)
    for (const key of keys) {
      const row = current.get(key)
      if (row === undefined) loaded.delete(key)
      else loaded.set(key, row)
    }
    return batch.flatMap((action) => replan(action, current.get(action.key)?.value, mirror.rules) ?? [])
  }
}

function nextRow<Item, Row extends Stamped>(
  mirror: Mirror<Item, Row>,
  action: MirrorAction<Item>,
  before: Row | undefined,
  now: string,
): Row {
  if (action.kind !== 'deactivate') return mirror.toRow(action.item, before, now)
  if (before === undefined) throw new Error(`${action.key} to deactivate is not in the store`)
  return mirror.toGoneRow(before, now)
}
