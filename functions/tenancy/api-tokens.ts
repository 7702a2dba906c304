import { type Clock, toIso } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import { type Actor, everyone, type Principal } from '../http/principal.ts'
import type { Store } from '../platform/store/port.ts'
import type { TypedWrite } from '../platform/store/table.ts'
import { createUserStore } from './accounts/user-store.ts'
import { scopeOf } from './accounts/users.ts'
import { apiTokensTable } from './rows.ts'
import { type Right, type Role, rightsOf } from './rules/roles.ts'
import { type AccountScope, covers } from './rules/scope.ts'
import { formatToken, parseToken } from './rules/token.ts'
import {
  descendantsOf,
  endOf,
  type Maker,
  rolesWithin,
  type Suspension,
  suspensionOf,
  type TokenState,
} from './rules/token-state.ts'
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

  async function all(tenantId: string): Promise<{ key: string; etag: string; value: TokenRow }[]> {
    const rows: { key: string; etag: string; value: TokenRow }[] = []
    for await (const row of table.all(tenantId)) rows.push(row)
    return rows
  }

  /** @param parent the token by which it is made: in one write, so that none is made by one that is revoked meanwhile */
  async function add(tenantId: string, row: Omit<TokenRow, 'hash' | 'createdAt'>, parent?: Stored) {
    const id = randomId(parts.random, 10)
    const secret = Buffer.from(parts.random.bytes(32)).toString('base64url')
    const value = { ...row, hash: hashSecret(secret), createdAt: toIso(now()) }
    await table.batch(tenantId, [
      { kind: 'put', key: id, value, condition: { kind: 'absent' } },
      ...(parent === undefined ? [] : [unchanged(parent)]),
    ])
    return { id, value, secret: formatToken('api', { tenantId, id, secret }) }
  }

  /** Of a token that was made by a user, or by another token for the same user. */
  async function addFor(tenantId: string, { actor }: TokenHolder, row: Omit<TokenRow, 'hash' | 'createdAt'>) {
    if (actor.kind === 'user') return add(tenantId, { ...row, maker: { id: actor.id, name: actor.name } })
    for (;;) {
      const parent = actor.kind === 'token' ? await table.get(tenantId, actor.id) : undefined
      if (parent === undefined) return add(tenantId, row)
      const { maker, revokedAt, orphaned } = parent.value
      if (revokedAt !== undefined || orphaned === true) throw new StegError('unauthenticated', {})
      const via = { via: actor.id, ...(maker === undefined ? {} : { maker }) }
      try {
        return await add(tenantId, { ...row, ...via }, parent)
      } catch (error) {
        // Its use was noted at this moment, or it was revoked.
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
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
      const { id, value, secret } = await addFor(tenantId, by, {
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

    createFirst: async (tenantId, roles) => (await add(tenantId, { name: FIRST, roles: [...roles] })).secret,

    async list(tenantId, by) {
      const rows = (await all(tenantId)).filter(({ value }) => covers(by.scope, value.scope ?? everyone))
      const makers = new Map<string | undefined, Maker>()
      for (const { value } of rows) {
        if (!makers.has(value.maker?.id)) makers.set(value.maker?.id, await makerOf(tenantId, value))
      }
      return rows
        .map(({ key, value }) => toView(key, value, makers.get(value.maker?.id) ?? 'nobody'))
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    },

    async revoke(tenantId, id, by) {
      for (;;) {
        const rows = await all(tenantId)
        const row = rows.find(({ key }) => key === id)
        if (row === undefined || !covers(by.scope, row.value.scope ?? everyone)) {
          throw new StegError('not-found', { what: 'token' })
        }
        const below = descendantsOf(
          id,
          rows.map(({ key, value }) => ({ id: key, via: value.via })),
        )
        const orphans = rows
          .filter(({ key, value }) => below.has(key) && value.orphaned !== true)
          .map((one) => changed(one, { orphaned: true }))
        const revoked = row.value.revokedAt === undefined ? [changed(row, { revokedAt: now() })] : []
        try {
          // In one write as a rule. Of more than a batch takes, those below go first, and who repeats it goes on.
          await table.chunked(tenantId, [...orphans, ...revoked])
          return
        } catch (error) {
          // Its use was noted at this moment, or it has made another one.
          if (!isStegError(error, 'store-conflict')) throw error
        }
      }
    },

    async takeOver(tenantId, id, by) {
      if (by.actor.kind !== 'user') throw new StegError('session-needed', {})
      for (;;) {
        const row = await table.get(tenantId, id)
        if (row === undefined || !covers(by.scope, row.value.scope ?? everyone)) {
          throw new StegError('not-found', { what: 'token' })
        }
        if (endOf(factsOf(row.value), now()) !== undefined) throw new StegError('token-ended', {})
        const kept = rolesWithin(by.rights, row.value.roles)
        if (kept.length === 0)
          throw new StegError('token-exceeds-rights', { right: row.value.roles.join(', ') })
        const { via: _, orphaned: __, ...rest } = row.value
        const { id: userId, name } = by.actor
        const value = { ...rest, roles: [...kept], maker: { id: userId, name } }
        try {
          await table.put(tenantId, id, value, { kind: 'match', etag: row.etag })
          return toView(id, value, await makerOf(tenantId, value))
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
      const facts = factsOf(row.value)
      if (endOf(facts, now()) !== undefined) return undefined
      // After the secret: only who has it is told.
      const suspension = suspensionOf(facts, await makerOf(token.tenantId, row.value))
      if (suspension !== undefined) throw new StegError('token-suspended', {})
      await noteUse(token.tenantId, token.id, row)
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

interface Stored {
  readonly key: string
  readonly etag: string
  readonly value: TokenRow
}

/** A write that fails when the row is not as it was read. */
function changed({ key, etag, value }: Stored, change: Partial<TokenRow>): TypedWrite<TokenRow> {
  return { kind: 'put', key, value: { ...value, ...change }, condition: { kind: 'match', etag } }
}

const unchanged = (row: Stored) => changed(row, {})

/** The name of the token that came with the tenant. */
const FIRST = 'POST /tenants'

function nameOf(id: string, row: TokenRow): string {
  return row.name ?? id
}
