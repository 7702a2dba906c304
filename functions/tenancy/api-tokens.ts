import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Random } from '../../shared/random.ts'
import { type Actor, everyone, type Principal } from '../http/principal.ts'
import type { Store } from '../platform/store/port.ts'
import { createUserStore } from './accounts/user-store.ts'
import { scopeOf } from './accounts/users.ts'
import { createApiTokenStore, type TokenRow } from './api-token-store.ts'
import { type Right, type Role, rightsOf } from './rules/roles.ts'
import { type AccountScope, covers } from './rules/scope.ts'
import { parseToken } from './rules/token.ts'
import {
  endOf,
  type Maker,
  rolesWithin,
  type Suspension,
  suspensionOf,
  type TokenState,
} from './rules/token-state.ts'
import { matchesHash } from './secret-hash.ts'

const DAY_MS = 86_400_000
const DEFAULT_LIFETIME_MS = 365 * DAY_MS

export interface ApiTokenView {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly scope: AccountScope
  readonly state: TokenState
  /** Why it does not work for now. */
  readonly suspended: Suspension | undefined
  readonly createdAt: string
  readonly createdBy: string | undefined
  /** The name of the user who answers for it; undefined where nobody does. */
  readonly responsible: string | undefined
  /** Milliseconds since the epoch, as the others. Undefined: never. */
  readonly expiresAt: number | undefined
  readonly lastUsedAt: number | undefined
}

/** Who creates or revokes a token: never one that can do or see more than they. */
export interface TokenHolder {
  readonly actor: Actor
  readonly rights: ReadonlySet<Right>
  readonly scope: AccountScope
}

export interface NewApiToken {
  readonly name: string
  readonly roles: readonly Role[]
  readonly scope: AccountScope
  /** Milliseconds since the epoch; null is never, undefined a year from now. */
  readonly expiresAt: number | null | undefined
}

export interface ApiTokens {
  /**
   * The secret is returned this once.
   * @throws StegError `token-exceeds-rights`, `token-expiry`, `token-limit`, `group-unknown`
   */
  create(
    tenantId: string,
    token: NewApiToken,
    by: TokenHolder,
  ): Promise<{ view: ApiTokenView; secret: string }>
  /** The first token of a tenant, with these roles and without an end. */
  createFirst(tenantId: string, roles: readonly Role[]): Promise<string>
  /** Newest first; those that see more than the one who asks are left out, because scopes name people. */
  list(tenantId: string, by: Pick<TokenHolder, 'scope'>): Promise<readonly ApiTokenView[]>
  /** Effective with the next request. What it has made is suspended with it. @throws StegError `not-found` */
  revoke(tenantId: string, id: string, by: Pick<TokenHolder, 'scope'>): Promise<void>
  /**
   * From now on another user answers for it: it works again, with those of its roles that this user could give.
   * @throws StegError `not-found`, `token-ended`, `token-exceeds-rights`, `session-needed`
   */
  takeOver(tenantId: string, id: string, by: TokenHolder): Promise<ApiTokenView>
  /**
   * Undefined when the token is unknown, expired or revoked. One point read, and one for the user who answers for it.
   * @throws StegError `token-suspended`
   */
  authenticate(text: string): Promise<Principal | undefined>
}

export function createApiTokens(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** @throws StegError `group-unknown` */
  readonly checkGroups: (tenantId: string, groups: readonly string[]) => Promise<void>
}): ApiTokens {
  const tokens = createApiTokenStore(parts)
  const now = () => parts.clock.now()
  const users = createUserStore(parts.store)

  async function makerOf(tenantId: string, { maker }: TokenRow): Promise<Maker> {
    if (maker === undefined) return 'nobody'
    const user = (await users.find(tenantId, maker.id))?.user
    return user === undefined ? 'removed' : { locked: user.locked, roles: user.roles, scope: scopeOf(user) }
  }

  const factsOf = (row: TokenRow) => ({ ...row, scope: row.scope ?? everyone })

  function toView(id: string, row: TokenRow, maker: Maker): ApiTokenView {
    const facts = factsOf(row)
    const end = endOf(facts, now())
    const suspended = end === undefined ? suspensionOf(facts, maker) : undefined
    return {
      id,
      name: nameOf(id, row),
      roles: row.roles,
      scope: facts.scope,
      state: end ?? (suspended === undefined ? 'active' : 'suspended'),
      suspended,
      createdAt: row.createdAt,
      createdBy: row.createdBy,
      responsible: row.maker?.name,
      expiresAt: row.expiresAt,
      lastUsedAt: row.lastUsedAt,
    }
  }

  /** Those that see more than the one who asks are not found. @throws StegError `not-found` */
  function reach(row: TokenRow | undefined, { scope }: Pick<TokenHolder, 'scope'>): TokenRow {
    if (row !== undefined && covers(scope, row.scope ?? everyone)) return row
    throw new StegError('not-found', { what: 'token' })
  }

  return {
    async create(tenantId, token, by) {
      const missing = [...rightsOf(token.roles)].find((right) => !by.rights.has(right))
      if (missing !== undefined) throw new StegError('token-exceeds-rights', { right: missing })
      if (!covers(by.scope, token.scope)) throw new StegError('token-exceeds-rights', { right: 'scope' })
      const { expiresAt = now() + DEFAULT_LIFETIME_MS } = token
      if (expiresAt !== null && expiresAt <= now()) throw new StegError('token-expiry', {})
      if (token.scope.kind === 'limited') await parts.checkGroups(tenantId, token.scope.groups)
      await tokens.makeRoom(tenantId)
      const { id, value, secret } = await tokens.addFor(tenantId, by.actor, {
        name: token.name,
        roles: [...token.roles],
        createdBy: by.actor.name,
        ...(expiresAt === null ? {} : { expiresAt }),
        ...(token.scope.kind === 'everyone'
          ? {}
          : {
              scope: { kind: 'limited', people: [...token.scope.people], groups: [...token.scope.groups] },
            }),
      })
      return { view: toView(id, value, await makerOf(tenantId, value)), secret }
    },

    createFirst: async (tenantId, roles) =>
      (await tokens.add(tenantId, { name: FIRST, roles: [...roles] })).secret,

    async list(tenantId, by) {
      const rows = (await tokens.all(tenantId)).filter(({ value }) =>
        covers(by.scope, value.scope ?? everyone),
      )
      const makers = new Map<string | undefined, Maker>()
      for (const { value } of rows) {
        if (!makers.has(value.maker?.id)) makers.set(value.maker?.id, await makerOf(tenantId, value))
      }
      return rows
        .map(({ key, value }) => toView(key, value, makers.get(value.maker?.id) ?? 'nobody'))
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    },

    revoke: (tenantId, id, by) => tokens.revoke(tenantId, id, (row) => reach(row, by)),

    async takeOver(tenantId, id, by) {
      const { kind, ...user } = by.actor
      const value = await tokens.change(tenantId, id, (found) => {
        const { via: _, orphaned: __, ...row } = reach(found, by)
        if (kind !== 'user') throw new StegError('session-needed', {})
        if (endOf(factsOf(row), now()) !== undefined) throw new StegError('token-ended', {})
        const kept = rolesWithin(by.rights, row.roles)
        if (kept.length > 0) return { ...row, roles: [...kept], maker: user }
        throw new StegError('token-exceeds-rights', { right: row.roles.join(', ') })
      })
      return toView(id, value, await makerOf(tenantId, value))
    },

    async authenticate(text) {
      const token = parseToken('api', text)
      if (token === undefined) return undefined
      const row = await tokens.get(token.tenantId, token.id)
      if (row === undefined || !matchesHash(token.secret, row.value.hash)) return undefined
      const facts = factsOf(row.value)
      if (endOf(facts, now()) !== undefined) return undefined
      // After the secret: only who has it is told.
      const suspension = suspensionOf(facts, await makerOf(token.tenantId, row.value))
      if (suspension !== undefined) throw new StegError('token-suspended', {})
      await tokens.noteUse(token.tenantId, row)
      return {
        kind: 'tenant',
        tenantId: token.tenantId,
        rights: rightsOf(row.value.roles),
        actor: { kind: 'token', id: token.id, name: nameOf(token.id, row.value) },
        scope: facts.scope,
      }
    },
  }
}

/** The name of the token that came with the tenant. */
const FIRST = 'POST /tenants'

function nameOf(id: string, row: TokenRow): string {
  return row.name ?? id
}
