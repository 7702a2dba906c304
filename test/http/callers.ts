import { type Authentication, everyone, type Principal, type Scope } from '../../functions/http/principal.ts'
import type { Site } from '../../functions/http/site.ts'
import { type Right, type Role, rightsOf } from '../../functions/tenancy/rules/roles.ts'

/** A hub with Azure's front end before it and no address of its own. */
export const plainSite: Site = { publicUrl: undefined, proxies: 1 }

export const operator: Principal = {
  kind: 'operator',
  actor: { kind: 'operator', id: 'operator', name: 'operator' },
}

export function tenantWith(
  held: readonly Role[] | ReadonlySet<Right>,
  tenantId = 't1',
  scope: Scope = everyone,
): Principal {
  const rights = Array.isArray(held) ? rightsOf(held) : (held as ReadonlySet<Right>)
  return { kind: 'tenant', tenantId, rights, actor: { kind: 'token', id: 'k1', name: 'a token' }, scope }
}

/** Callers by what they send, as token and as session's cookie. The CSRF token of a session is `csrf-` and its cookie. */
export function knownCallers(callers: (sent: string) => Principal | undefined): Authentication {
  return {
    byToken: async (token) => callers(token),
    async bySession(cookie) {
      const principal = callers(cookie)
      return principal && { principal, session: { id: 's1', csrfToken: `csrf-${cookie}`, beganAt: 0 } }
    },
  }
}
