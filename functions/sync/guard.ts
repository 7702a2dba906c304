import { createHash } from 'node:crypto'
import { type HoldCode, type RunContext, RunHeld } from '../jobs/port.ts'
import type { LogCode, LogParams } from './log.ts'
import { type Exceeded, findExceeded, type Proportion } from './rules/guard.ts'

/** Something that a run may do only so often without approval. */
export interface Guarded {
  /** Keys of what it would be done to. */
  readonly ids: readonly string[]
  /** How many there are that it could be done to. */
  readonly total: number
  readonly proportion: Proportion
  /** What the run fails with while nobody has approved; the default speaks of deactivations. */
  readonly code?: HoldCode
  readonly texts: {
    /** `{count}`, `{limit}`, `{total}`: what a dry run says in place of being held. */
    readonly wouldBeHeld: LogCode
    readonly released: LogCode
    /** One line for each item, so that whoever decides sees what it is about. */
    readonly item: LogCode
    about(id: string): LogParams
  }
}

/**
 * Lets a run go on when it keeps within its limits, when it only tries, or when exactly these items were approved.
 * @throws RunHeld in every other case: nothing may have been written by then
 */
export function requireApproval(
  guarded: readonly Guarded[],
  { approved, dryRun, log }: Pick<RunContext, 'approved' | 'dryRun' | 'log'>,
): void {
  const over = guarded.flatMap((guard) => {
    const found = findExceeded(guard.ids, guard.total, guard.proportion)
    return found === undefined ? [] : [{ guard, found }]
  })
  const [first] = over
  if (first === undefined) return
  if (dryRun) {
    for (const { guard, found } of over) {
      const { count, limit, total } = found
      log('warning', guard.texts.wouldBeHeld, { count, limit, total })
    }
    return
  }
  const digest = digestOf(over.map(({ found }) => found))
  if (digest === approved) {
    for (const { guard } of over) log('warning', guard.texts.released)
    return
  }
  for (const { guard, found } of over) {
    for (const id of found.ids) log('info', guard.texts.item, guard.texts.about(id))
  }
  const { count, limit, total } = first.found
  throw new RunHeld({ count, limit, total, digest }, first.guard.code)
}

/** One approval covers all guards that hold a run: approved one by one, each would hold what the other let go. */
function digestOf(over: readonly Exceeded[]): string {
  const lists = over.map(({ ids }) => [...ids].sort().join('\n'))
  return createHash('sha256').update(lists.join('\n\n')).digest('base64url')
}
