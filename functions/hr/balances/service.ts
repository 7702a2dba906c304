import type { Scope } from '../../http/principal.ts'
import type { Store } from '../../platform/store/port.ts'
import { inLanes } from '../../sync/lanes.ts'
import type { PeopleService } from '../people/service.ts'
import {
  type BalanceRow,
  balancePassTable,
  balancesTable,
  CURRENT_RANGE,
  currentKey,
  historyRange,
  PASS_KEY,
} from './rows.ts'
import type { Account } from './rules/plan.ts'

/** Looks into the history at the same time. */
const HISTORY_READS = 32

export interface Balance {
  readonly personId: string
  readonly externalToken: string
  /** The key date for which these figures were first read; undefined while nothing is known. */
  readonly changedOn: string | undefined
  readonly accounts: readonly Account[]
}

export interface BalancesService {
  /** What held on a day (`YYYY-MM-DD`; default: what holds now), as far as it was read. @throws StegError `not-found` */
  ofPerson(tenantId: string, personId: string, keyDate: string | undefined, scope: Scope): Promise<Balance>
  /** One page in order of the person's id; people of whom nothing is known for that day are left out. */
  list(
    tenantId: string,
    query: {
      readonly keyDate?: string | undefined
      readonly limit: number
      readonly cursor?: string | undefined
    },
    scope: Scope,
  ): Promise<{ balances: readonly Balance[]; cursor: string | undefined }>
  /** Key date of the last complete reading. */
  readThrough(tenantId: string): Promise<string | undefined>
}

export function createBalancesService(parts: {
  readonly store: Store
  readonly people: Pick<PeopleService, 'get' | 'visible'>
}): BalancesService {
  const balances = balancesTable.bind(parts.store)
  const passes = balancePassTable.bind(parts.store)

  async function heldOn(tenantId: string, personId: string, day: string): Promise<BalanceRow | undefined> {
    const page = await balances.query(tenantId, { ...historyRange(personId, day), limit: 1 })
    return page.rows[0]?.value
  }

  /** The newest figures of the people of one page, and of one more when there is a next one. */
  async function pageOf(tenantId: string, limit: number, cursor: string | undefined, scope: Scope) {
    const visible = await parts.people.visible(tenantId, scope)
    if (visible === undefined) {
      const from = cursor === undefined ? CURRENT_RANGE.from : currentKey(cursor)
      return (await balances.query(tenantId, { from, to: CURRENT_RANGE.to, limit: limit + 1 })).rows
    }
    const ids = visible.ids.filter((id) => cursor === undefined || id >= cursor)
    const found: { value: BalanceRow }[] = []
    for (let from = 0; from < ids.length && found.length <= limit; from += HISTORY_READS) {
      const some = ids.slice(from, from + HISTORY_READS)
      const rows = await inLanes(some, { width: HISTORY_READS }, (id) =>
        balances.get(tenantId, currentKey(id)),
      )
      found.push(...rows.filter((row) => row !== undefined))
    }
    return found.slice(0, limit + 1)
  }

  return {
    async ofPerson(tenantId, personId, keyDate, scope) {
      const { person } = await parts.people.get(tenantId, personId, scope)
      const row =
        keyDate === undefined
          ? (await balances.get(tenantId, currentKey(personId)))?.value
          : await heldOn(tenantId, personId, keyDate)
      if (row !== undefined) return balanceOf(row)
      return { personId, externalToken: person.externalToken, changedOn: undefined, accounts: [] }
    },

    async list(tenantId, { keyDate, limit, cursor }, scope) {
      const rows = await pageOf(tenantId, limit, cursor, scope)
      const found = await inLanes(rows.slice(0, limit), { width: HISTORY_READS }, async ({ value }) => {
        // Who asks for today mostly meets the newest row; only older days cost a look into the history.
        const current = keyDate === undefined || value.day <= keyDate
        return current ? value : heldOn(tenantId, value.personId, keyDate)
      })
      return {
        balances: found.flatMap((row) => (row === undefined ? [] : [balanceOf(row)])),
        cursor: rows[limit]?.value.personId,
      }
    },

    readThrough: async (tenantId) => (await passes.get(tenantId, PASS_KEY))?.value.completed,
  }
}

function balanceOf({ day, ...rest }: BalanceRow): Balance {
  return { ...rest, changedOn: day }
}
