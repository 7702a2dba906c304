import { type Clock, toIso } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import { type Actor, everyone, type Principal } from '../http/principal.ts'
import type { Store } from '../platform/store/port.ts'
import { apiTokensTable } from './rows.ts'
import { type Right, type Role, rightsOf } from './rules/roles.ts'
import { type AccountScope, covers } from './rules/scope.ts'
import { formatToken, parseToken } from './rules/token.ts'
import { hashSecret, matchesHash } from './secret-hash.ts'

const DAY_MS = 86_400_000
const DEFAULT_LIFETIME_MS = 365 * DAY_MS
/** How long revoked and expired tokens stay in the list. */
const KEPT_MS = 90 * DAY_MS
/** All tokens of a tenant come in one page of the store. */
const MAX_TOKENS = 500
/** When a token was last used is known to the hour; it costs at most one write an hour. */
const USE_MS = 3_600_000

export interface ApiTokenView {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly scope: AccountScope
  readonly state: 'active' | 'expired' | 'revoked'
  readonly createdAt: string
  readonly createdBy: string | undefined
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
  /** Effective with the next request. @throws StegError `not-found` */
  revoke(tenantId: string, id: string, by: Pick<TokenHolder, 'scope'>): Promise<void>
  /** Undefined when the token is unknown, expired or revoked. */
  authenticate(text: string): Promise<Principal | undefined>
}

type TokenRow = ReturnType<typeof apiTokensTable.schema.parse>

export function createApiTokens(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** @throws StegError `group-unknown` */
  readonly checkGroups: (tenantId: string, groups: readonly string[]) => Promise<void>
}): ApiTokens {
  const table = apiTokensTable.bind(parts.store)
  const now = () => parts.clock.now()

  function stateOf({ revokedAt, expiresAt }: TokenRow): ApiTokenView['state'] {
    if (revokedAt !== undefined) return 'revoked'
    return expiresAt !== undefined && expiresAt <= now() ? 'expired' : 'active'
  }

  const view = (id: string, row: TokenRow): ApiTokenView => ({
    id,
    name: nameOf(id, row),
    roles: row.roles,
    scope: row.scope ?? everyone,
    state: stateOf(row),
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
  })

  async function all(tenantId: string): Promise<{ key: string; value: TokenRow }[]> {
    const rows: { key: string; value: TokenRow }[] = []
    for await (const row of table.all(tenantId)) rows.push(row)
    return rows
  }

  async function add(tenantId: string, row: Omit<TokenRow, 'hash' | 'createdAt'>) {
    const id = randomId(parts.random, 10)
    const secret = Buffer.from(parts.random.bytes(32)).toString('base64url')
    const value = { ...row, hash: hashSecret(secret), createdAt: toIso(now()) }
    await table.put(tenantId, id, value, { kind: 'absent' })
    return { view: view(id, value), secret: formatToken('api', { tenantId, id, secret }) }
  }

  /** Makes room: what ended long ago is deleted. @throws StegError `token-limit` */
  async function makeRoom(tenantId: string): Promise<void> {
    const rows = await all(tenantId)
    const old = rows.filter(({ value }) => (value.revokedAt ?? value.expiresAt ?? now()) < now() - KEPT_MS)
    for (const { key } of old) await table.delete(tenantId, key, { kind: 'any' })
    if (rows.length - old.length >= MAX_TOKENS) throw new StegError('token-limit', { limit: MAX_TOKENS })
  }

  /** A use that cannot be noted is still a use. */
  async function noteUse(tenantId: string, key: string, row: { etag: string; value: TokenRow }) {
    const hour = now() - (now() % USE_MS)
    if ((row.value.lastUsedAt ?? 0) >= hour) return
    try {
      // The etag keeps a token that is revoked at this moment revoked.
      await table.put(tenantId, key, { ...row.value, lastUsedAt: hour }, { kind: 'match', etag: row.etag })
    } catch (error) {
      if (!isStegError(error)) throw error
      if (error.code !== 'store-conflict')
        parts.log.warn('use of a token not noted', { key, code: error.code })
    }
  }

  return {
    async create(tenantId, token, by) {
      const missing = [...rightsOf(token.roles)].find((right) => !by.rights.has(right))
      if (missing !== undefined) throw new StegError('token-exceeds-rights', { right: missing })
      if (!covers(by.scope, token.scope)) throw new StegError('token-exceeds-rights', { right: 'scope' })
      const { expiresAt = now() + DEFAULT_LIFETIME_MS } = token
      if (expiresAt !== null && expiresAt <= now()) throw new StegError('token-expiry', {})
      if (token.scope.kind === 'limited') await parts.checkGroups(tenantId, token.scope.groups)
      await makeRoom(tenantId)
      return add(tenantId, {
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
    },

    createFirst: async (tenantId, roles) => (await add(tenantId, { name: FIRST, roles: [...roles] })).secret,

    async list(tenantId, by) {
      return (await all(tenantId))
        .map(({ key, value }) => view(key, value))
        .filter(({ scope }) => covers(by.scope, scope))
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    },

    async revoke(tenantId, id, by) {
      for (;;) {
        const row = await table.get(tenantId, id)
        if (row === undefined || !covers(by.scope, row.value.scope ?? everyone)) {
          throw new StegError('not-found', { what: 'token' })
        }
        if (row.value.revokedAt !== undefined) return
        const revoked = { ...row.value, revokedAt: now() }
        try {
          await table.put(tenantId, id, revoked, { kind: 'match', etag: row.etag })
          return
        } catch (error) {
          // Its use was noted at this moment.
          if (!isStegError(error, 'store-conflict')) throw error
        }
      }
    },

    async authenticate(text) {
      const token = parseToken('api', text)
      if (token === undefined) return undefined
      const row = await table.get(token.tenantId, token.id)
      if (row === undefined || !matchesHash(token.secret, row.value.hash)) return undefined
      if (stateOf(row.value) !== 'active') return undefined
      await noteUse(token.tenantId, token.id, row)
      return {
        kind: 'tenant',
        tenantId: token.tenantId,
        rights: rightsOf(row.value.roles),
        actor: { kind: 'token', id: token.id, name: nameOf(token.id, row.value) },
        scope: row.value.scope ?? everyone,
      }
    },
  }
}

/** The name of the token that came with the tenant. */
const FIRST = 'POST /tenants'

function nameOf(id: string, row: TokenRow): string {
  return row.name ?? id
}
