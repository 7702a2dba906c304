import { StegError } from '../../../shared/errors/error.ts'
import type { Scope } from '../../http/principal.ts'
import type { PeopleService } from '../people/service.ts'
import { idOfToken } from '../rules/person-key.ts'
import type { RequestPage, RequestQuery } from './listing.ts'
import type { LeaveRequest } from './rows.ts'
import type { AbsencesService, Acceptance, NewRequest } from './service.ts'

/** The requests for leave as a caller may see them: who is limited to certain people finds only theirs (A9). */
export interface ScopedAbsences {
  accept(tenantId: string, items: readonly NewRequest[], scope: Scope): Promise<readonly Acceptance[]>
  get(tenantId: string, id: string, scope: Scope): Promise<LeaveRequest>
  list(
    tenantId: string,
    query: Omit<RequestQuery, 'personId' | 'among'> & {
      /** External token. */
      readonly person?: string | undefined
    },
    scope: Scope,
  ): Promise<RequestPage>
}

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

    async list(tenantId, { person, ...query }, scope) {
      if (person === undefined) {
        return absences.list(tenantId, { ...query, among: await people.visible(tenantId, scope) })
      }
      const personId = idOfToken(person)
      if (personId === undefined || !(await people.sees(tenantId, scope, personId))) {
        return { requests: [], cursor: undefined }
      }
      return absences.list(tenantId, { ...query, personId })
    },
  }
}
