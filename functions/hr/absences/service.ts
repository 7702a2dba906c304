import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { everyone } from '../../http/principal.ts'
import type { Store } from '../../platform/store/port.ts'
import { inLanes } from '../../sync/lanes.ts'
import type { MasterDataService } from '../masterdata/service.ts'
import type { PeopleService } from '../people/service.ts'
import { idOfToken } from '../rules/person-key.ts'
import { listRequests, type RequestPage, type RequestQuery } from './listing.ts'
import { createRequestStore } from './request-store.ts'
import type { LeaveRequest } from './rows.ts'
import { type RequestContent, sameContent } from './rules/content.ts'

/** Looks into the store at the same time. */
const LOOKS = 16
const RETRIES = 5

export interface NewRequest extends RequestContent {
  /** The sender's own; a repeat with the same content changes nothing. */
  readonly id: string
}

export type Acceptance =
  | { readonly id: string; readonly request: LeaveRequest }
  | { readonly id: string; readonly error: StegError }

export interface AbsencesService {
  /** Keeps requests durably before it returns; one that is not possible does not hold up the others. */
  accept(tenantId: string, items: readonly NewRequest[]): Promise<readonly Acceptance[]>
  /** @throws StegError `not-found` */
  get(tenantId: string, id: string): Promise<LeaveRequest>
  /** One page: of a person the newest first, of a state in the order of receipt, of all in the order of their ids. */
  list(tenantId: string, query: RequestQuery): Promise<RequestPage>
}

export function createAbsencesService(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly people: Pick<PeopleService, 'get'>
  readonly masterData: Pick<MasterDataService, 'find'>
}): AbsencesService {
  const requests = createRequestStore(parts.store)

  async function considered(tenantId: string, item: NewRequest): Promise<Acceptance & { isNew?: true }> {
    const { id } = item
    const stored = await requests.find(tenantId, id)
    if (stored !== undefined) return answerRepeat(stored, item)
    const person = await personOf(tenantId, item.externalToken)
    if (person === undefined) {
      return { id, error: new StegError('absence-person-unknown', { token: item.externalToken }) }
    }
    const reason = await parts.masterData.find(tenantId, 'absence-reason', item.reasonId)
    if (reason === undefined || !reason.active || !reason.requestable) {
      return { id, error: new StegError('absence-reason-unknown', { reason: item.reasonId }) }
    }
    const now = parts.clock.now()
    const request: LeaveRequest = { ...item, ...person, state: 'pending', receivedAt: now, updatedAt: now }
    return { id, request, isNew: true }
  }

  async function personOf(tenantId: string, token: string) {
    const id = idOfToken(token)
    if (id === undefined) return undefined
    try {
      const { person } = await parts.people.get(tenantId, id, everyone)
      return { personId: id, clientNumber: person.clientNumber, employeeNumber: person.employeeNumber }
    } catch (error) {
      if (isStegError(error, 'not-found')) return undefined
      throw error
    }
  }

  return {
    async accept(tenantId, items) {
      const unique = new Map<string, NewRequest>()
      for (const item of items) if (!unique.has(item.id)) unique.set(item.id, item)
      for (let attempt = 1; ; attempt++) {
        const found = await inLanes([...unique.values()], { width: LOOKS }, (item) =>
          considered(tenantId, item),
        )
        const fresh = found.flatMap((one) => ('request' in one && one.isNew === true ? [one.request] : []))
        try {
          await requests.insert(tenantId, fresh)
        } catch (error) {
          // The same request came twice at the same moment: now the other one is there to compare with.
          if (!isStegError(error, 'store-conflict') || attempt === RETRIES) throw error
          continue
        }
        const results = new Map(found.map((one) => [one.id, one]))
        return items.map((item) => answerTo(item, results.get(item.id)))
      }
    },

    async get(tenantId, id) {
      const request = await requests.find(tenantId, id)
      if (request === undefined) throw new StegError('not-found', { what: 'request for leave' })
      return request
    },

    list: (tenantId, query) => listRequests(parts.store, tenantId, query),
  }
}

function answerRepeat(stored: LeaveRequest, item: NewRequest): Acceptance {
  const { id } = item
  return sameContent(stored, item)
    ? { id, request: stored }
    : { id, error: new StegError('absence-conflict', { id }) }
}

/** An id may come twice within one call, too. */
function answerTo(item: NewRequest, result: Acceptance | undefined): Acceptance {
  if (result === undefined) throw new Error(`no result for ${item.id}`)
  return 'error' in result ? result : answerRepeat(result.request, item)
}
