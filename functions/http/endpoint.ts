import type { z } from 'zod'
import type { ErrorCode, Language } from '../../shared/errors/error.ts'
import type { AuditDetails } from '../audit/port.ts'
import type { Right } from '../tenancy/rules/roles.ts'
import type { CookieKind, NewCookie } from './cookies.ts'
import type { Actor, Client, Scope, Session } from './principal.ts'

/**
 * Who may call: anybody, whoever is signed in to the portal (also the operator), the operator, or somebody of a tenant
 * with this right. Agents prove themselves in the body.
 */
export type Access = 'anyone' | 'signed-in' | 'operator' | { readonly right: Right }

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a handler is given: everything validated. */
export interface Call<P, Q, B> {
  /** The calling tenant; empty for endpoints that no tenant calls. Every query is keyed by it. */
  readonly tenantId: string
  /** Who does it, for the record. */
  readonly actor: Actor
  /** Whose data may be seen and changed. */
  readonly scope: Scope
  readonly rights: ReadonlySet<Right>
  /** The browser's session; undefined for calls with a token and where no one is asked. */
  readonly session: Session | undefined
  readonly cookies: Readonly<Partial<Record<CookieKind, string>>>
  readonly client: Client
  readonly params: P
  readonly query: Q
  readonly body: B
  /** The etag of `If-Match`, undefined when the caller does not mind. */
  readonly ifMatch: string | undefined
  readonly language: Language
}

export interface Reply<R> {
  readonly body: R
  readonly etag?: string
  readonly location?: string
  readonly cookies?: readonly NewCookie[]
  /** For the record of the change: what tells no secret, such as counts and names. */
  readonly audited?: AuditDetails
  /** Whose change it is, where the endpoint asks no one; without it nothing is recorded there. */
  readonly recordedAs?: { readonly tenantId: string; readonly actor: Actor }
}

interface Shape<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType> {
  readonly id: string
  readonly method: Method
  /** Below `/api/v1`, with `{name}` for parameters. */
  readonly path: string
  readonly access: Access
  /**
   * For callers who are limited to certain people (A9): `observed` when the handler goes by the call's scope,
   * `no-people` when neither request nor answer has to do with people. Without it they are refused.
   */
  readonly scope?: 'observed' | 'no-people'
  /** `ahead`: a change that must not happen unrecorded. All other changes are recorded when they have happened. */
  readonly audit?: 'ahead'
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly params?: P
  readonly query?: Q
  /** A schema that takes undefined makes the body optional: no body needs no Content-Type either. */
  readonly body?: B
  /** Without a schema the answer has no body: 204, or 302 to the reply's `location`. */
  readonly success: { readonly status: 200 | 201 | 202; readonly schema: R } | { readonly status: 204 | 302 }
  /** Codes this endpoint answers with, besides those that follow from its shape. */
  readonly errors: readonly ErrorCode[]
  readonly handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<Reply<z.input<R>>>
}

/** One endpoint of the API: what routing, validation, documentation and tests all read. */
export type Endpoint = Shape<z.ZodType, z.ZodType, z.ZodType, z.ZodType>

/** Keeps the handler's types while it is written, and forgets them for the list of endpoints. */
export function endpoint<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  R extends z.ZodType = z.ZodUndefined,
>(definition: Shape<P, Q, B, R>): Endpoint {
  return definition as unknown as Endpoint
}

/** Whether an endpoint with a body may also be called without one. */
export function isBodyOptional(endpoint: Endpoint): boolean {
  return endpoint.body?.safeParse(undefined).success ?? true
}

export const noBody: Reply<undefined> = { body: undefined }
