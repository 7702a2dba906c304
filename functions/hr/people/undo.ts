import { type Clock, toIso } from '../../../shared/clock.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { Change, Counts } from '../../jobs/port.ts'
import type { Store, Write } from '../../platform/store/port.ts'
import type { RunContext } from '../run-context.ts'
import { fingerprint } from './fingerprint.ts'
import { PEOPLE_RANGE, type PersonRow, peopleStatsTable, peopleTable, STATS_KEY } from './rows.ts'
import { tokenOf } from './rules/plan.ts'
import { planUndo, type UndoPlan, type UndoStep } from './rules/undo.ts'
import { versionWrite } from './writes.ts'

/** People in one atomic batch; two places are for the rows of figures and version. */
const BATCH = 98
const RETRIES = 5

type Step = Exclude<UndoStep<PersonRow>, { kind: 'keep' }>

/** Makes people as they were before a run, except those that were changed since. A repeated call finds nothing to do. */
export async function undoPeople(
  parts: { readonly store: Store; readonly clock: Clock },
  { tenantId, dryRun, signal, log }: RunContext,
  changes: readonly Change[],
): Promise<Counts> {
  const people = peopleTable.bind(parts.store)
  const stats = peopleStatsTable.bind(parts.store)
  const recorded = changes.map(({ id, before, after }) => ({
    id,
    before: before === null ? undefined : peopleTable.schema.parse(JSON.parse(before)),
    after,
  }))

  async function plan(only?: ReadonlySet<string>) {
    const loaded = new Map<string, { etag: string; value: PersonRow }>()
    if (only === undefined) {
      for await (const row of people.all(tenantId, PEOPLE_RANGE)) loaded.set(row.key, row)
    } else {
      for (const id of only) {
        const row = await people.get(tenantId, id)
        if (row !== undefined) loaded.set(id, row)
      }
    }
    const asked = recorded.filter(({ id }) => only?.has(id) ?? true)
    return { loaded, plan: planUndo(asked, (id) => loaded.get(id)?.value, fingerprint) }
  }

  async function write(steps: readonly Step[], loaded: ReadonlyMap<string, { etag: string }>): Promise<void> {
    const updatedAt = toIso(parts.clock.now())
    const writes = steps.map((step): Write => {
      const etag = loaded.get(step.id)?.etag
      if (step.kind === 'remove') {
        return {
          kind: 'delete',
          key: step.id,
          condition: etag === undefined ? { kind: 'any' } : { kind: 'match', etag },
        }
      }
      const condition = etag === undefined ? { kind: 'absent' as const } : { kind: 'match' as const, etag }
      return people.toPut(step.id, { ...step.to, updatedAt }, condition)
    })
    const removed = steps.filter(({ kind }) => kind === 'remove').length
    const figures = removed === 0 ? undefined : await stats.get(tenantId, STATS_KEY)
    if (figures !== undefined) {
      const total = Math.max(0, figures.value.total - removed)
      writes.push(stats.toPut(STATS_KEY, { total }, { kind: 'match', etag: figures.etag }))
    }
    writes.push(versionWrite(parts.store, parts.clock.now(), writes))
    await parts.store.batch(peopleTable.name, tenantId, writes)
  }

  const counts = { restored: 0, removed: 0, kept: 0, unchanged: 0 }
  function report(steps: UndoPlan<PersonRow>['steps']): void {
    for (const { kind, id } of steps) {
      counts[counted[kind]] += 1
      log(kind === 'keep' ? 'warning' : 'info', (dryRun ? plannedTexts : doneTexts)[kind], {
        token: tokenOf(id),
      })
    }
  }

  const first = await plan()
  counts.unchanged = first.plan.unchanged
  report(first.plan.steps.filter(({ kind }) => kind === 'keep'))
  const todo = first.plan.steps.filter((step) => step.kind !== 'keep')
  if (dryRun) {
    report(todo)
    return counts
  }
  for (let from = 0; from < todo.length; from += BATCH) {
    let steps: readonly Step[] = todo.slice(from, from + BATCH)
    let loaded = first.loaded
    for (let attempt = 1; steps.length > 0; attempt++) {
      signal.throwIfAborted()
      try {
        await write(steps, loaded)
        break
      } catch (error) {
        if (!isStegError(error, 'store-conflict') || attempt === RETRIES) throw error
        // Somebody else wrote one of them: whoever is changed now stays as they are.
        const again = await plan(new Set(steps.map(({ id }) => id)))
        report(again.plan.steps.filter(({ kind }) => kind === 'keep'))
        counts.unchanged += again.plan.unchanged
        steps = again.plan.steps.filter((step) => step.kind !== 'keep')
        loaded = again.loaded
      }
    }
    report(steps)
  }
  return counts
}

const counted = { restore: 'restored', remove: 'removed', keep: 'kept' } as const
const doneTexts = {
  restore: 'person-restored',
  remove: 'person-removed',
  keep: 'person-changed-since',
} as const
const plannedTexts = {
  restore: 'person-would-be-restored',
  remove: 'person-would-be-removed',
  keep: 'person-changed-since',
} as const
