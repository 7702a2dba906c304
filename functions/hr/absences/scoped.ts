import { StegError } from '../../../shared/errors/error.ts'
import type { Scope } from '../../http/principal.ts'
import type { PeopleService } from '../people/service.ts'
import type { LeaveRequest } from './rows.ts'
import { type AbsencesService, type Acceptance, cursorOf, type NewRequest } from './service.ts'

/** The requests for leave as a caller may see them: who is limited to certain people finds only theirs (A9). */
export interface ScopedAbsences {
  accept(tenantId: string, items: readonly NewRequest[], scope: Scope): Promise<readonly Acceptance[]>
  get(tenantId: string, id: string, scope: Scope): Promise<LeaveRequest>
  list(
    tenantId: string,
    query: Parameters<AbsencesService['list']>[1],
    scope: Scope,
  ): ReturnType<AbsencesService['list']>
}

/** Pages of the store that one page looks through at most; then it ends early, with a cursor. */
const ROUNDS = 10
const PAGE = 500

export function scopedAbsences(
  absences: AbsencesService,
  people: Pick<PeopleService, 'visible' | 'sees'>,
): ScopedAbsences {
  return {
    async accept(tenantId, items, scope) {
      const visible = await people.visible(tenantId, scope)
      if (visible === undefined) return absences.accept(tenantId, items)
      const allowed = items.filter(({ externalToken }) => visible.hasToken(externalToken))
      const taken = (allowed.length === 0 ? [] : await absences.accept(tenantId, allowed)).values()
      return items.map(({ id, externalToken: token }): Acceptance => {
        if (visible.hasToken(token)) return taken.next().value as Acceptance
        return { id, error: new StegError('person-out-of-scope', { token }) }
      })
    },

    async get(tenantId, id, scope) {
      const request = await absences.get(tenantId, id)
      if (await people.sees(tenantId, scope, request.personId)) return request
      throw new StegError('not-found', { what: 'request for leave' })
    },

    async list(tenantId, { limit, ...query }, scope) {
      const visible = await people.visible(tenantId, scope)
      if (visible === undefined) return absences.list(tenantId, { ...query, limit })
      const found: LeaveRequest[] = []
      let { cursor } = query
      for (let round = 0; round < ROUNDS; round++) {
        const page = await absences.list(tenantId, { ...query, cursor, limit: PAGE })
        for (const request of page.requests) {
          if (!visible.has(request.personId)) continue
          if (found.length === limit) return { requests: found, cursor: cursorOf(request, query.state) }
          found.push(request)
        }
        cursor = page.cursor
        if (cursor === undefined) break
      }
      return { requests: found, cursor }
    },
  }
}
