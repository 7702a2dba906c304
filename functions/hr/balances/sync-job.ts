import { type Clock, toIso } from '../../../shared/clock.ts'
import { isStegError, type StegError } from '../../../shared/errors/error.ts'
import { everyone } from '../../http/principal.ts'
import type { Counts, JobDefinition } from '../../jobs/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { inLanes } from '../../sync/lanes.ts'
import type { PeopleService, Person } from '../people/service.ts'
import type { RunContext } from '../run-context.ts'
import { SAGE_CALLS_AT_ONCE, type SageConnection } from '../sage/port.ts'
import type { SageService } from '../sage/service.ts'
import { type BalanceStore, type KnownRow, openBalanceStore } from './balance-store.ts'
import type { BalanceRow } from './rows.ts'
import { continues, noCounts, type PassCounts } from './rules/pass.ts'
import { planBalance } from './rules/plan.ts'
import { readBalance } from './sage.ts'

/** People that are read, compared and written together. At most so many readings are lost by an interruption. */
const BLOCK = 250

/**
 * `SysSageSyncKontostaende` (A7). Sage has no list of balances, so each active person in time management costs one call,
 * once a run. Nothing less will do: a day without bookings changes the flexitime account too, so there is no telling
 * from bookings whose balance is old.
 */
export function balancesSyncJob(parts: {
  readonly store: Store
  readonly sage: Pick<SageService, 'connect'>
  readonly people: Pick<PeopleService, 'list'>
  readonly clock: Clock
}): JobDefinition {
  const { clock } = parts

  async function run(context: RunContext): Promise<Counts> {
    const { tenantId, agentId, signal, log } = context
    const connection = await parts.sage.connect(tenantId, { agentId, signal })
    log('info', 'connected', { agent: connection.agentName })
    const keyDate = await today(connection)
    const balances = openBalanceStore(parts.store, tenantId)
    const found = context.dryRun ? undefined : await balances.pass()
    const resumed = continues(found, keyDate, clock.now()) ? found : undefined
    if (resumed !== undefined) log('info', 'balances-continued', { count: resumed.counts.read })
    log('info', 'balances-day', { day: keyDate })

    const startedAt = resumed?.startedAt ?? clock.now()
    let counts = resumed?.counts ?? noCounts
    let next = resumed?.next
    do {
      signal.throwIfAborted()
      const page = await parts.people.list(tenantId, { limit: BLOCK, cursor: next }, everyone)
      next = page.cursor
      const due = page.people.filter((person) => person.active && person.timeManagement)
      const block = await readBlock(due, keyDate, { connection, balances, context })
      counts = addCounts(counts, block.counts)
      // Odd figures of one are left out; when nobody's can be understood, Sage speaks another language.
      if (counts.read === 0 && block.odd !== undefined) throw block.odd
      if (!context.dryRun) {
        const pass = next === undefined ? undefined : { keyDate, startedAt, next, counts }
        await balances.write(block.changed, pass)
      }
      for (const report of block.reports) report()
    } while (next !== undefined)
    if (!context.dryRun) await balances.complete(keyDate)
    return { ...counts }
  }

  /** The date on the Sage server's wall. */
  async function today(connection: Pick<SageConnection, 'clock'>): Promise<string> {
    const { offsetMinutes } = await connection.clock()
    return toIso(clock.now() + offsetMinutes * 60_000).slice(0, 10)
  }

  return { token: 'SysSageSyncKontostaende', category: 'SageSkripte', position: 50, kind: 'work', run }
}

interface Block {
  readonly counts: PassCounts
  readonly changed: readonly { row: BalanceRow; before: KnownRow | undefined }[]
  /** What to log once the block is durable. */
  readonly reports: readonly (() => void)[]
  /** Why somebody's figures could not be understood. */
  readonly odd?: StegError
}

async function readBlock(
  due: readonly Person[],
  keyDate: string,
  use: { connection: SageConnection; balances: BalanceStore; context: RunContext },
): Promise<Block> {
  const [first, last] = [due[0], due.at(-1)]
  if (first === undefined || last === undefined) return { counts: noCounts, changed: [], reports: [] }
  const { connection, context } = use
  const known = await use.balances.known(first.id, last.id)
  const readings = await inLanes(due, { width: SAGE_CALLS_AT_ONCE }, async (person) => {
    context.signal.throwIfAborted()
    return readOrSkip(connection, person, keyDate)
  })

  const counts = { ...noCounts }
  const changed: { row: BalanceRow; before: KnownRow | undefined }[] = []
  const reports: (() => void)[] = []
  let odd: StegError | undefined
  for (const [index, person] of due.entries()) {
    const token = person.externalToken
    const read = readings[index]
    if (read === undefined || isStegError(read)) {
      counts.failed += 1
      odd ??= read
      reports.push(() => reportSkipped(token, read, context))
      continue
    }
    counts.read += 1
    const before = known.get(person.id)
    const action = planBalance(read, before?.value, keyDate)
    if (action.kind === 'keep') {
      counts.unchanged += 1
      if (action.reason === 'empty') {
        reports.push(() => context.log('warning', 'balance-empty', { token }))
      }
      continue
    }
    changed.push({
      row: { personId: person.id, externalToken: token, day: keyDate, accounts: [...read] },
      before,
    })
    if (action.kind === 'create') {
      counts.created += 1
      reports.push(() => context.log('info', 'balance-created', { token }))
    } else {
      counts.updated += 1
      const accounts = action.changed.join(', ')
      reports.push(() => context.log('info', 'balance-updated', { token, accounts }))
    }
  }
  return { counts, changed, reports, ...(odd === undefined ? {} : { odd }) }
}

/**
 * @returns undefined for somebody whom Sage no longer knows: that is for the synchronisation of people to settle; the
 *   failure where the answer is not what was expected: one person's figures do not hold up the others'
 */
async function readOrSkip(connection: SageConnection, person: Person, keyDate: string) {
  try {
    return await readBalance(connection, person, keyDate)
  } catch (error) {
    if (isStegError(error, 'sage-refused') && error.params.status === 404) return undefined
    if (isStegError(error, 'sage-unexpected-data')) return error
    throw error
  }
}

function reportSkipped(token: string, odd: StegError | undefined, { log }: RunContext): void {
  if (odd === undefined) log('warning', 'balance-unknown-person', { token })
  else log('warning', 'balance-left-out', { token, reason: String(odd.params.problem) })
}

function addCounts(a: PassCounts, b: PassCounts): PassCounts {
  return {
    read: a.read + b.read,
    created: a.created + b.created,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
    failed: a.failed + b.failed,
  }
}
