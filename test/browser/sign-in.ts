import type { BrowserContext } from 'playwright-core'
import { rights } from '../../functions/tenancy/rules/roles.ts'

/** Until the hub keeps sessions: every call of the page carries the demo company's token. */
export async function signInByToken(context: BrowserContext, token: string): Promise<void> {
  await context.route('**/api/v1/**', (route, request) =>
    route.continue({ headers: { ...request.headers(), authorization: `Bearer ${token}` } }),
  )
  await context.route('**/api/v1/session', (route) =>
    route.fulfill({
      json: {
        kind: 'tenant',
        tenant: { id: 'demo', name: 'Muster GmbH' },
        user: { id: 'u1', name: 'Anna Beispiel', email: 'anna@muster.example' },
        rights: [...rights, 'users:read', 'tokens:read', 'audit:read'],
        csrfToken: 'x',
      },
    }),
  )
}
