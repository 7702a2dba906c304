import { type Clock, toIso } from '../../../shared/clock.ts'
import type { Condition, Store } from '../../platform/store/port.ts'
import { fingerprint } from '../people/fingerprint.ts'
import type { RunContext } from '../run-context.ts'
import type { SageConnection } from '../sage/service.ts'
import { pathOf, readList } from './lists.ts'
import { entryKey, entryRange, type ListKind, masterDataTable } from './rows.ts'
import { confirmGone, countsOf, type ListAction, type ListPlan, planList } from './rules/plan.ts'

interface StoredEntry {
  readonly etag: string
  readonly value: ReturnType<typeof masterDataTable.schema.parse>
}

/** Entries in one atomic batch. */
const BATCH = 100

/** Brings one list from Sage: reads, plans, has removals confirmed by a second reading, then writes what changed. */
export async function syncList(
  parts: { readonly store: Store; readonly clock: Clock },
  kind: ListKind,
  connection: Pick<SageConnection, 'session' | 'profile'>,
  context: Pick<RunContext, 'tenantId' | 'signal' | 'log' | 'dryRun' | 'record'>,
) {
  const { tenantId, signal, log } = context
  const table = masterDataTable.bind(parts.store)
  const path = pathOf(kind, connection.profile)
  const listed = await readList(kind, connection)
  log('info', 'list-read', { path, count: listed.length })

  const stored = new Map<number, StoredEntry>()
  for await (const row of table.all(tenantId, entryRange(kind))) stored.set(row.value.id, row)
  const first = planList(
    listed,
    Array.from(stored.values(), ({ value }) => value),
  )
  const plan = await confirmed(first, kind, connection, log)
  const counts = countsOf(plan)
  log('info', 'list-planned', { path, ...counts })

  const now = toIso(parts.clock.now())
  for (let from = 0; from < plan.actions.length; from += BATCH) {
    signal.throwIfAborted()
    const batch = plan.actions.slice(from, from + BATCH)
    if (!context.dryRun) {
      await context.record(
        batch.map((action) => {
          const before = stored.get(action.id)?.value
          return {
            id: entryKey(kind, action.id),
            before: before === undefined ? null : JSON.stringify(before),
            after: fingerprint(rowOf(action, now)),
          }
        }),
      )
      const writes = batch.map((action) =>
        table.toPut(entryKey(kind, action.id), rowOf(action, now), conditionFor(stored.get(action.id))),
      )
      await parts.store.batch(masterDataTable.name, tenantId, writes)
    }
    for (const action of batch) logAction(action, log)
  }
  return {
    read: listed.length,
    created: counts.create,
    updated: counts.update,
    deactivated: counts.deactivate,
    unchanged: counts.unchanged,
  }
}

async function confirmed(
  plan: ListPlan,
  kind: ListKind,
  connection: Pick<SageConnection, 'session' | 'profile'>,
  log: RunContext['log'],
): Promise<ListPlan> {
  const planned = countsOf(plan).deactivate
  if (planned === 0) return plan
  const second = await readList(kind, connection)
  if (second.length === 0) log('warning', 'list-empty', { path: pathOf(kind, connection.profile) })
  const checked = confirmGone(plan, second)
  log('info', 'deactivations-confirmed', { count: countsOf(checked).deactivate, planned })
  return checked
}

function rowOf(action: ListAction, now: string): StoredEntry['value'] {
  const { id, fields } = action
  return { id, fields: { ...fields }, gone: action.kind === 'deactivate', updatedAt: now }
}

function conditionFor(before: StoredEntry | undefined): Condition {
  return before === undefined ? { kind: 'absent' } : { kind: 'match', etag: before.etag }
}

function logAction(action: ListAction, log: RunContext['log']): void {
  const name = String(action.fields.name ?? action.fields.description ?? '')
  switch (action.kind) {
    case 'create':
      log('info', 'entry-created', { id: action.id, name })
      break
    case 'update':
      log('info', 'entry-updated', { id: action.id, name, fields: action.changed.join(', ') })
      break
    case 'deactivate':
      log('info', 'entry-deactivated', { id: action.id, name })
      break
  }
}
