import type { Store } from '../../platform/store/port.ts'
import type { VisiblePeople } from '../people/service.ts'
import { ALL_REQUESTS, type LeaveRequest, leaveRequestsTable, personRange, stateRange } from './rows.ts'
import { type ShownState, toShownState } from './rules/state.ts'

export interface RequestQuery {
  readonly state?: ShownState | undefined
  /** Only requests of this one. */
  readonly personId?: string | undefined
  /** Only requests of these people. */
  readonly among?: VisiblePeople | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface RequestPage {
  /** May be fewer than asked for, or none, although there is a cursor: one page looks at so many and no more. */
  readonly requests: readonly LeaveRequest[]
  readonly cursor: string | undefined
}

/** Rows read at once when not all of them are wanted, and how often one page reads. */
const SIFTED_PAGE = 500
const ROUNDS = 10

/**
 * One page: of a person the newest first, of a state in the order of receipt, of all in the order of their ids. One
 * transaction, unless rows have to be sifted: for some people, or for one person's of one state.
 */
export async function listRequests(
  store: Store,
  tenantId: string,
  query: RequestQuery,
): Promise<RequestPage> {
  const { state, personId, among, limit, cursor = '' } = query
  const table = leaveRequestsTable.bind(store)
  const { from, to } = rangeOf(query)
  const isSifted = among !== undefined || (personId !== undefined && state !== undefined)
  const pageRows = isSifted ? Math.max(limit, SIFTED_PAGE) : limit
  const isWanted = (request: LeaveRequest) =>
    (among === undefined || among.has(request.personId)) &&
    (state === undefined || toShownState(request.state) === state)
  const found: LeaveRequest[] = []
  let start = from + cursor
  for (let round = 1; ; round++) {
    const { rows } = await table.query(tenantId, { from: start, to, limit: pageRows + 1 })
    for (const { key, value } of rows.slice(0, pageRows)) {
      if (!isWanted(value)) continue
      if (found.length === limit) return { requests: found, cursor: key.slice(from.length) }
      found.push(value)
    }
    const next = rows[pageRows]?.key
    if (next === undefined) return { requests: found, cursor: undefined }
    if (!isSifted || round === ROUNDS) return { requests: found, cursor: next.slice(from.length) }
    start = next
  }
}

/** A cursor is what follows the beginning of the range in the key of the row to continue with. */
function rangeOf({ personId, state }: RequestQuery): { readonly from: string; readonly to: string } {
  if (personId !== undefined) return personRange(personId)
  return state === undefined ? ALL_REQUESTS : stateRange(state)
}
