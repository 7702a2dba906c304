import { z } from 'zod'
import { toIso } from '../../shared/clock.ts'
import { type Endpoint, endpoint, noBody } from '../http/endpoint.ts'
import { listOf } from '../http/paging.ts'
import { Id, line } from '../http/text.ts'
import type { ApiTokens, ApiTokenView } from './api-tokens.ts'
import { roles } from './rules/roles.ts'
import type { AccountScope } from './rules/scope.ts'
import { suspensions } from './rules/token-state.ts'
import { scopeLists } from './scope-lists.ts'

/** Null is everybody. */
const Scope = z
  .strictObject(scopeLists)
  .meta({ id: 'AccessScope', description: 'Only these people, and those in these groups.' })

const ApiToken = z
  .object({
    id: z.string(),
    name: z.string(),
    roles: z.array(z.enum(roles)),
    scope: Scope.nullable().meta({ description: 'Null: everybody.' }),
    state: z.enum(['active', 'suspended', 'expired', 'revoked']),
    suspended: z
      .enum(suspensions)
      .nullable()
      .meta({ description: 'Why it does not work for now; null: it is not suspended.' }),
    createdAt: z.iso.datetime(),
    createdBy: z.string().nullable(),
    responsible: z.string().nullable().meta({
      description:
        'The user who answers for it: what they may not, it may not. Null: nobody, as for the first token of a tenant and those made before this was kept.',
    }),
    expiresAt: z.iso.datetime().nullable().meta({ description: 'Null: never.' }),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: 'To the hour; null: never.' }),
  })
  .meta({ id: 'ApiToken' })

const NewApiToken = z
  .strictObject({
    name: line(100),
    roles: z.array(z.enum(roles)).min(1).max(roles.length),
    scope: Scope.nullable().default(null),
    expiresAt: z.iso
      .datetime({ offset: true })
      .nullable()
      .optional()
      .meta({ description: 'Left out: a year from now. Null: never.' }),
  })
  .meta({ id: 'NewApiToken' })

export function apiTokenEndpoints(tokens: ApiTokens): readonly Endpoint[] {
  const tag = 'API tokens'
  return [
    endpoint({
      id: 'listApiTokens',
      method: 'GET',
      path: '/api-tokens',
      access: { right: 'tokens:read' },
      scope: 'observed',
      tag,
      summary: 'List the API tokens, newest first, without their secrets',
      success: { status: 200, schema: listOf(ApiToken) },
      errors: [],
      handle: async ({ tenantId, scope }) => ({
        body: { items: (await tokens.list(tenantId, { scope })).map(shown) },
      }),
    }),
    endpoint({
      id: 'createApiToken',
      method: 'POST',
      path: '/api-tokens',
      access: { right: 'tokens:write' },
      scope: 'observed',
      audit: 'ahead',
      tag,
      summary: 'Create an API token, which is shown this once',
      description:
        'It never carries more rights, and never reaches more people, than the one who creates it.',
      body: NewApiToken,
      success: {
        status: 201,
        schema: ApiToken.extend({ secret: z.string() }).meta({ id: 'CreatedApiToken' }),
      },
      errors: ['token-exceeds-rights', 'token-expiry', 'token-limit', 'group-unknown'],
      async handle({ tenantId, actor, rights, scope, body }) {
        const { view, secret } = await tokens.create(
          tenantId,
          {
            ...body,
            scope: body.scope === null ? { kind: 'everyone' } : { kind: 'limited', ...body.scope },
            expiresAt: typeof body.expiresAt === 'string' ? Date.parse(body.expiresAt) : body.expiresAt,
          },
          { actor, rights, scope },
        )
        return {
          body: { ...shown(view), secret },
          audited: { id: view.id, name: view.name, roles: view.roles.join(', ') },
        }
      },
    }),
    endpoint({
      id: 'revokeApiToken',
      method: 'DELETE',
      path: '/api-tokens/{id}',
      access: { right: 'tokens:write' },
      scope: 'observed',
      audit: 'ahead',
      tag,
      summary: 'Revoke an API token: its next request is refused',
      description: 'Tokens that were made with it are suspended.',
      params: z.object({ id: Id }),
      success: { status: 204 },
      errors: ['not-found'],
      async handle({ tenantId, scope, params }) {
        await tokens.revoke(tenantId, params.id, { scope })
        return noBody
      },
    }),
    endpoint({
      id: 'takeOverApiToken',
      method: 'POST',
      path: '/api-tokens/{id}/takeover',
      access: { right: 'tokens:write' },
      scope: 'observed',
      audit: 'ahead',
      tag,
      summary: 'Answer for an API token from now on',
      description:
        'Who answers for a token limits it: it is suspended while they are locked, removed or may less than it. Whoever is signed in takes it over: it works again, with those of its roles that they could give.',
      params: z.object({ id: Id }),
      success: { status: 200, schema: ApiToken },
      errors: ['token-ended', 'token-exceeds-rights', 'session-needed'],
      async handle({ tenantId, actor, rights, scope, params }) {
        const view = await tokens.takeOver(tenantId, params.id, { actor, rights, scope })
        return { body: shown(view), audited: { name: view.name, roles: view.roles.join(', ') } }
      },
    }),
  ]
}

const isoOrNull = (ms: number | undefined) => (ms === undefined ? null : toIso(ms))

function shown(token: ApiTokenView): z.input<typeof ApiToken> {
  return {
    ...token,
    roles: [...token.roles],
    scope: shownScope(token.scope),
    suspended: token.suspended ?? null,
    createdBy: token.createdBy ?? null,
    responsible: token.responsible ?? null,
    expiresAt: isoOrNull(token.expiresAt),
    lastUsedAt: isoOrNull(token.lastUsedAt),
  }
}

function shownScope(scope: AccountScope): z.input<typeof Scope> | null {
  return scope.kind === 'everyone' ? null : { people: [...scope.people], groups: [...scope.groups] }
}
