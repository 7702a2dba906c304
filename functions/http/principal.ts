import type { Right } from '../tenancy/rules/roles.ts'

/** Who does something, as lists and logs name them. `nobody` where an endpoint asks no one. */
export interface Actor {
  readonly kind: 'user' | 'token' | 'operator' | 'agent' | 'nobody'
  readonly id: string
  readonly name: string
}

/** Whose data may be seen: everybody's, or that of these people (by external token) and of the people in these groups. */
export type Scope =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'limited'; readonly people: readonly string[]; readonly groups: readonly string[] }

/** Who is calling. */
export type Principal =
  | { readonly kind: 'operator'; readonly actor: Actor }
  | {
      readonly kind: 'tenant'
      readonly tenantId: string
      readonly rights: ReadonlySet<Right>
      readonly actor: Actor
      readonly scope: Scope
    }

/** A session in a browser. Its changes must carry the CSRF token, which other sites cannot read. */
export interface Session {
  readonly id: string
  readonly csrfToken: string
  /** When they signed in, in milliseconds since the epoch. */
  readonly beganAt: number
}

/** How callers are known. Each answers undefined for what is unknown, expired or revoked. */
export interface Authentication {
  byToken(token: string): Promise<Principal | undefined>
  bySession(cookie: string, client: Client): Promise<{ principal: Principal; session: Session } | undefined>
}

/** Where a request comes from, as far as it can be known. */
export interface Client {
  /** The address that the platform's front end saw; empty when it does not say. */
  readonly address: string
  readonly userAgent: string
}

export const nobody: Actor = { kind: 'nobody', id: '', name: '' }
export const everyone: Scope = { kind: 'everyone' }
