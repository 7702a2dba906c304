import type { Store, Write } from '../../platform/store/port.ts'
import { type LeaveRequest, leaveRequestsTable, personKey, requestKey, stateKey, stateRange } from './rows.ts'
import { openStates, shownState } from './rules/state.ts'

/** A request as the export holds it; `etag` is that of its row in the list of its state. */
export interface HeldRequest {
  readonly etag: string
  readonly value: LeaveRequest
}

/** Requests of one batch: each is three rows. */
const BATCH = 33

/** Writing requests for leave: all rows of each in one atomic batch. */
export interface Requests {
  find(tenantId: string, id: string): Promise<LeaveRequest | undefined>
  /** @throws StegError `store-conflict` when one of them exists; those of earlier batches stay */
  insert(tenantId: string, requests: readonly LeaveRequest[]): Promise<void>
  /** All that are not decided yet, in the order of receipt within a state. */
  open(tenantId: string): Promise<readonly HeldRequest[]>
  /** @throws StegError `store-conflict` when somebody else changed it */
  change(tenantId: string, before: HeldRequest, next: LeaveRequest): Promise<HeldRequest>
}

export function createRequests(store: Store): Requests {
  const table = leaveRequestsTable.bind(store)
  const listKey = (request: LeaveRequest) => stateKey(shownState(request.state), request)

  return {
    find: async (tenantId, id) => (await table.get(tenantId, requestKey(id)))?.value,

    async insert(tenantId, requests) {
      for (let from = 0; from < requests.length; from += BATCH) {
        const writes = requests
          .slice(from, from + BATCH)
          .flatMap((request) => [
            table.toPut(requestKey(request.id), request, { kind: 'absent' }),
            table.toPut(listKey(request), request, { kind: 'absent' }),
            table.toPut(personKey(request), request, { kind: 'absent' }),
          ])
        await store.batch(leaveRequestsTable.name, tenantId, writes)
      }
    },

    async open(tenantId) {
      const found: HeldRequest[] = []
      for (const state of openStates) {
        for await (const row of table.all(tenantId, stateRange(state))) found.push(row)
      }
      return found
    },

    async change(tenantId, before, next) {
      const [old, key] = [listKey(before.value), listKey(next)]
      const match = { kind: 'match', etag: before.etag } as const
      const writes: Write[] =
        old === key
          ? [table.toPut(key, next, match)]
          : [table.toPut(key, next, { kind: 'absent' }), { kind: 'delete', key: old, condition: match }]
      for (const copy of [requestKey(next.id), personKey(next)]) {
        writes.push(table.toPut(copy, next, { kind: 'any' }))
      }
      const [etag] = await store.batch(leaveRequestsTable.name, tenantId, writes)
      if (etag === undefined) throw new Error('a put has an etag')
      return { etag, value: next }
    },
  }
}
