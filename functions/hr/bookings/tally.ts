import type { Store } from '../../platform/store/port.ts'
import { bookingsTable, stateRange } from './rows.ts'
import { type ShownState, statesBehind } from './rules/state.ts'

/** More than this many are not counted: the range would be read for a figure that nobody acts on differently. */
const MOST = 100

export interface Count {
  readonly count: number
  /** True when there are more than counted. */
  readonly more: boolean
}

/** How many bookings are in a state. One page for each stored state behind it: one or two for those that matter. */
export async function countBookings(store: Store, tenantId: string, state: ShownState): Promise<Count> {
  const table = bookingsTable.bind(store)
  const pages = await Promise.all(
    statesBehind(state).map((stored) =>
      table.query(tenantId, { ...stateRange(stored, undefined), limit: MOST + 1 }),
    ),
  )
  const found = pages.reduce((sum, { rows }) => sum + rows.length, 0)
  return { count: Math.min(found, MOST), more: found > MOST }
}
