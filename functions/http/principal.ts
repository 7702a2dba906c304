import type { Right } from '../tenancy/rules/roles.ts'

/** Who is calling. */
export type Principal =
  | { readonly kind: 'operator' }
  | { readonly kind: 'tenant'; readonly tenantId: string; readonly rights: ReadonlySet<Right> }

/** Resolves a bearer token; undefined when it is unknown, expired or revoked. */
export type Authenticate = (token: string) => Promise<Principal | undefined>
