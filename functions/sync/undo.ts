import { isStegError } from '../../shared/errors/error.ts'
import type { Change, Counts, RunContext } from '../jobs/port.ts'
import { fingerprint } from './fingerprint.ts'
import {
  type KeptRows,
  loadRows,
  type RowsParts,
  rowsPerBatch,
  type Stamped,
  type StoredRow,
  stampOf,
  writeRows,
} from './kept-rows.ts'
import type { LogCode, LogParams } from './log.ts'
import { planUndo, type UndoStep } from './rules/undo.ts'

type StepKind = UndoStep<never>['kind']

/** Rows whose runs can be taken back, and how the log speaks of it. */
export interface Undoable<Row extends Stamped> extends KeptRows<Row> {
  readonly undoTexts: {
    readonly done: Readonly<Record<StepKind, LogCode>>
    /** In a dry run. */
    readonly tried: Readonly<Record<StepKind, LogCode>>
    about(key: string): LogParams
  }
}

type Step<Row> = Exclude<UndoStep<Row>, { kind: 'keep' }>

const RETRIES = 5
const counted = { restore: 'restored', remove: 'removed', keep: 'kept' } as const

/**
 * Makes rows as they were before a run, except those that were changed since. A repeated call finds nothing to do.
 * @param changes of the run, newest first
 */
export async function undoChanges<Row extends Stamped>(
  site: Pick<RowsParts, 'store' | 'clock'>,
  kept: Undoable<Row>,
  { tenantId, dryRun, signal, log }: Pick<RunContext, 'tenantId' | 'dryRun' | 'signal' | 'log'>,
  changes: readonly Change[],
): Promise<Counts> {
  const parts = { ...site, tenantId }
  const recorded = changes.map(({ id, before, after }) => ({
    id,
    before: before === null ? undefined : kept.table.schema.parse(JSON.parse(before)),
    after,
  }))

  async function planFor(keys: ReadonlySet<string>) {
    const loaded = await loadRows(parts, kept, keys)
    const asked = recorded.filter(({ id }) => keys.has(id))
    const plan = planUndo(asked, (key) => loaded.get(key)?.value, fingerprint)
    counts.unchanged += plan.unchanged
    report(plan.steps.filter(({ kind }) => kind === 'keep'))
    return { loaded, steps: plan.steps.filter((step): step is Step<Row> => step.kind !== 'keep') }
  }

  async function write(steps: readonly Step<Row>[], loaded: ReadonlyMap<string, StoredRow<Row>>) {
    const updatedAt = stampOf(parts.clock)
    const rows = steps.map((step) => ({
      key: step.id,
      before: loaded.get(step.id),
      next: step.kind === 'remove' ? undefined : { ...step.to, updatedAt },
    }))
    await writeRows(parts, kept, rows)
  }

  const counts = { restored: 0, removed: 0, kept: 0, unchanged: 0 }
  function report(steps: readonly UndoStep<Row>[]): void {
    const texts = dryRun ? kept.undoTexts.tried : kept.undoTexts.done
    for (const { kind, id } of steps) {
      counts[counted[kind]] += 1
      log(kind === 'keep' ? 'warning' : 'info', texts[kind], kept.undoTexts.about(id))
    }
  }

  const first = await planFor(new Set(recorded.map(({ id }) => id)))
  if (dryRun) {
    report(first.steps)
    return counts
  }
  const size = rowsPerBatch(kept)
  for (let from = 0; from < first.steps.length; from += size) {
    let steps: readonly Step<Row>[] = first.steps.slice(from, from + size)
    let { loaded } = first
    for (let attempt = 1; steps.length > 0; attempt++) {
      signal.throwIfAborted()
      try {
        await write(steps, loaded)
        break
      } catch (error) {
        if (!isStegError(error, 'store-conflict') || attempt === RETRIES) throw error
        // Somebody else wrote one of them: whoever is changed now stays as they are.
        const again = await planFor(new Set(steps.map(({ id }) => id)))
        steps = again.steps
        loaded = again.loaded
      }
    }
    report(steps)
  }
  return counts
}
