import { isStegError } from '../../../shared/errors/error.ts'
import type { Condition, Store, Write } from '../../platform/store/port.ts'
import {
  type LeaveRequest,
  leaveRequestsTable,
  lockKey,
  locksTable,
  personKey,
  requestKey,
  stateKey,
  stateRange,
} from './rows.ts'
import { openStates, toShownState } from './rules/state.ts'

/** A request as the export holds it; `etag` is that of its row in the list of its state. */
export interface HeldRequest {
  readonly etag: string
  readonly value: LeaveRequest
}

export interface RequestChange {
  readonly before: HeldRequest
  readonly next: LeaveRequest
}

/** Which request of a person begins to be sent with a change, and which one ends. */
interface Turn {
  readonly begun: LeaveRequest | undefined
  readonly ended: LeaveRequest | undefined
}

function turnOf(changes: readonly RequestChange[]): Turn {
  const isSending = ({ state }: LeaveRequest) => state === 'sending'
  return {
    begun: changes.find(({ before, next }) => !isSending(before.value) && isSending(next))?.next,
    ended: changes.find(({ before, next }) => isSending(before.value) && !isSending(next))?.next,
  }
}

/** Requests of one batch: each is three rows. */
const BATCH = 33

/** Requests for leave as rows: all rows of each change in one atomic batch. */
export interface RequestStore {
  find(tenantId: string, id: string): Promise<LeaveRequest | undefined>
  /** @throws StegError `store-conflict` when one of them exists; those of earlier batches stay */
  insert(tenantId: string, requests: readonly LeaveRequest[]): Promise<void>
  /** All that are not decided yet, in the order of receipt within a state. */
  open(tenantId: string): Promise<readonly HeldRequest[]>
  /**
   * Changes different requests of one person together, all or none.
   * @throws StegError `store-conflict` when somebody else changed one of them, or is sending another one of this person
   */
  change(tenantId: string, changes: readonly RequestChange[]): Promise<readonly HeldRequest[]>
}

export function createRequestStore(store: Store): RequestStore {
  const table = leaveRequestsTable.bind(store)
  const locks = locksTable.bind(store)
  const listKey = (request: LeaveRequest) => stateKey(toShownState(request.state), request)

  /** The row in the list of its state comes first: its etag is what the next change is conditioned on. */
  function writesOf({ before, next }: RequestChange): Write[] {
    const [old, key] = [listKey(before.value), listKey(next)]
    const match = { kind: 'match', etag: before.etag } as const
    const writes: Write[] =
      old === key
        ? [table.toPut(key, next, match)]
        : [table.toPut(key, next, { kind: 'absent' }), { kind: 'delete', key: old, condition: match }]
    for (const copy of [requestKey(next.id), personKey(next)]) {
      writes.push(table.toPut(copy, next, { kind: 'any' }))
    }
    return writes
  }

  /** Of each person one request is being sent at most: beginning a second one is a conflict. */
  function locksOf({ begun, ended }: Turn, condition: Condition): Write[] {
    if (begun !== undefined) {
      const held = ended === undefined ? condition : ({ kind: 'any' } as const)
      return [locks.toPut(lockKey(begun.personId), { id: begun.id }, held)]
    }
    if (ended === undefined) return []
    return [{ kind: 'delete', key: lockKey(ended.personId), condition: { kind: 'any' } }]
  }

  /** A lock whose request is not being sent: a version without locks has left it behind. */
  async function leftBehind(tenantId: string, { begun }: Turn): Promise<Condition | undefined> {
    if (begun === undefined) return undefined
    const lock = await locks.get(tenantId, lockKey(begun.personId))
    if (lock === undefined) return undefined
    const holder = await table.get(tenantId, requestKey(lock.value.id))
    return holder?.value.state === 'sending' ? undefined : { kind: 'match', etag: lock.etag }
  }

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

    async change(tenantId, changes) {
      const turn = turnOf(changes)
      const write = async (lock: Condition) => {
        const writes = [...changes.flatMap(writesOf), ...locksOf(turn, lock)]
        return { writes, etags: await store.batch(leaveRequestsTable.name, tenantId, writes) }
      }
      const { writes, etags } = await write({ kind: 'absent' }).catch(async (error) => {
        const lock = isStegError(error, 'store-conflict') ? await leftBehind(tenantId, turn) : undefined
        if (lock === undefined) throw error
        return write(lock)
      })
      return changes.map(({ next }) => {
        const etag = etags[writes.findIndex(({ key }) => key === listKey(next))]
        if (etag === undefined) throw new Error('a put has an etag')
        return { etag, value: next }
      })
    },
  }
}
