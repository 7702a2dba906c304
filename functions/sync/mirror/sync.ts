import type { Counts, RunContext } from '../../jobs/port.ts'
import { requireApproval } from '../guard.ts'
import { loadRows, type RowsParts, type Stamped, type StoredRow } from '../kept-rows.ts'
import type { Mirror, MirrorSource } from './mirror.ts'
import { reportActions, reportLeftOut, reportPutOff } from './report.ts'
import { confirmGone, countsOf, type MirrorPlan, planMirror } from './rules/plan.ts'
import { writeActions } from './write.ts'

/**
 * Brings a list: reads it whole, plans, has disappearances confirmed by a second reading, asks for approval where it
 * must, then writes what changed. A repeated run writes nothing; a run that was cut off is completed by the next one.
 * @returns what the run counts; `leftOut` only where rows were left out
 * @throws RunHeld, and StegError of source and store
 */
export async function syncMirror<Item, Row extends Stamped>(
  site: Pick<RowsParts, 'store' | 'clock'>,
  mirror: Mirror<Item, Row>,
  source: MirrorSource<Item>,
  context: Pick<RunContext, 'tenantId' | 'signal' | 'log' | 'dryRun' | 'record' | 'approved'>,
): Promise<Counts> {
  const { signal, log, dryRun, record } = context
  const { path } = source
  const parts = { ...site, tenantId: context.tenantId }
  const listing = await source.read()
  log('info', mirror.texts.read, { path, count: listing.count })
  reportLeftOut(listing.leftOut, path, log)

  const loaded = await loadRows(parts, mirror)
  const known = valuesOf(loaded)
  const plan = await confirm(planMirror(listing, known, mirror.rules), known, mirror, source, context)
  const planned = countsOf(plan)
  log('info', mirror.texts.planned, { path, ...planned })
  reportPutOff(plan.putOff, path, log)
  askApproval(plan, known, mirror, context)

  if (dryRun) {
    const tried = plan.actions.map((action) => ({ action, before: known.get(action.key) }))
    reportActions(tried, mirror, mirror.texts.tried, log)
  } else {
    await writeActions(parts, mirror, loaded, plan.actions, {
      record,
      signal,
      onWritten: (executed) => reportActions(executed, mirror, mirror.texts.done, log),
    })
  }
  return {
    read: listing.count,
    created: planned.create,
    updated: planned.update,
    deactivated: planned.deactivate,
    unchanged: planned.unchanged,
    ...(listing.leftOut.length === 0 ? {} : { leftOut: listing.leftOut.length }),
  }
}

async function confirm<Item, Row extends Stamped>(
  plan: MirrorPlan<Item>,
  known: ReadonlyMap<string, Row>,
  mirror: Mirror<Item, Row>,
  source: MirrorSource<Item>,
  { log }: Pick<RunContext, 'log'>,
): Promise<MirrorPlan<Item>> {
  const planned = countsOf(plan).deactivate
  if (planned === 0) return plan
  const second = await source.read()
  if (second.count === 0 && !mirror.emptyProves) log('warning', mirror.texts.empty, { path: source.path })
  const confirmed = confirmGone(plan, second, known, mirror.rules, mirror.emptyProves)
  log('info', 'deactivations-confirmed', { count: countsOf(confirmed).deactivate, planned })
  return confirmed
}

/** @throws RunHeld when approval is needed and not given for exactly these rows */
function askApproval<Item, Row extends Stamped>(
  plan: MirrorPlan<Item>,
  known: ReadonlyMap<string, Row>,
  mirror: Mirror<Item, Row>,
  context: Pick<RunContext, 'approved' | 'dryRun' | 'log'>,
): void {
  if (mirror.guards.length === 0) return
  let total = 0
  for (const row of known.values()) if (mirror.rules.isActive(row)) total += 1
  const guarded = mirror.guards.map(({ counts, proportion, code, texts }) => ({
    ids: plan.actions.filter(counts).map(({ key }) => key),
    total,
    proportion,
    ...(code === undefined ? {} : { code }),
    texts: { ...texts, about: (key: string) => mirror.texts.about(key, known.get(key)) },
  }))
  requireApproval(guarded, context)
}

function valuesOf<Row>(loaded: ReadonlyMap<string, StoredRow<Row>>): ReadonlyMap<string, Row> {
  const values = new Map<string, Row>()
  for (const [key, { value }] of loaded) values.set(key, value)
  return values
}
