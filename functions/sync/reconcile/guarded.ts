import type { Gathered } from './gather.ts'
import { type Loading, loadSituations, toBatches } from './load.ts'
import { type GuardPolicy, type Hold, holdDisappearances } from './rules/guard.ts'
import { toKept } from './rules/keep.ts'
import { plan } from './rules/plan.ts'
import type { Planning } from './rules/step.ts'

export interface GuardOptions {
  readonly guard: GuardPolicy
  readonly released?: readonly string[]
  readonly rejected?: readonly string[]
}

const BATCH = 50

/**
 * Counts what would disappear before anything does. What was rejected is taken back: an item gone outside is made
 * there again, one deleted inside stays outside and takes no part any more.
 */
export async function guardRun(
  loading: Loading,
  gathered: Gathered,
  planning: Planning,
  { guard, released, rejected }: GuardOptions,
): Promise<readonly Hold[]> {
  const ids = [...new Set([...gathered.goneOutside, ...gathered.deletedInside])]
  if (ids.length <= guard.always) return []
  const flagged: string[] = []
  const deleted: string[] = []
  for (const batch of toBatches(ids, BATCH)) {
    const { entries } = await loadSituations(loading, batch, gathered.claims)
    for (const { situation } of entries) {
      const { action } = plan(planning, situation, '')
      if (action === 'flagDeletedExternally') flagged.push(situation.id)
      if (action === 'deleteOutside') deleted.push(situation.id)
    }
  }
  const total = await loading.links.count()
  const held: Hold[] = []
  for (const side of ['inside', 'outside'] as const) {
    const disappeared = { side, ids: side === 'outside' ? flagged : deleted }
    const found = holdDisappearances(guard, disappeared, total, loading.sides.digest)
    if (found === undefined || released?.includes(found.digest) === true) continue
    if (rejected?.includes(found.digest) === true) await takeBack(loading, gathered, found.ids)
    else held.push(found)
  }
  return held
}

async function takeBack(loading: Loading, gathered: Gathered, ids: readonly string[]): Promise<void> {
  const stored = new Map((await loading.links.get(ids)).map(({ link }) => [link.id, link]))
  for (const id of ids) {
    const link = gathered.overlay.get(id) ?? stored.get(id)
    if (link === undefined) continue
    if (gathered.claims.get(id)?.kind === 'gone') {
      const { outside: _, ...rest } = link
      gathered.overlay.set(id, { ...rest, generation: link.generation + 1 })
      gathered.claims.delete(id)
    } else gathered.overlay.set(id, toKept(link))
  }
}
