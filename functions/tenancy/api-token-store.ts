import { type Clock, toIso } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Actor } from '../http/principal.ts'
import type { Store } from '../platform/store/port.ts'
import type { TypedWrite } from '../platform/store/table.ts'
import { apiTokensTable } from './rows.ts'
import { formatToken } from './rules/token.ts'
import { hashSecret } from './secret-hash.ts'

/** How long revoked and expired tokens stay in the list. */
const KEPT_MS = 90 * 86_400_000
/** All tokens of a tenant come in one page of the store. */
const MAX_TOKENS = 500
/** When a token was last used is known to the hour; it costs at most one write an hour. */
const USE_MS = 3_600_000
/** A chain of tokens that make each other is remembered so far back. */
const MOST_ANCESTORS = 100

export type TokenRow = ReturnType<typeof apiTokensTable.schema.parse>
type NewRow = Omit<TokenRow, 'hash' | 'createdAt' | 'maker' | 'via'>

export interface StoredToken {
  readonly key: string
  readonly etag: string
  readonly value: TokenRow
}

export interface AddedToken {
  readonly id: string
  readonly value: TokenRow
  readonly secret: string
}

/** The rows of API tokens. A change is made again on the newest row when a use was noted at the same moment. */
export interface ApiTokenStore {
  get(tenantId: string, id: string): Promise<StoredToken | undefined>
  all(tenantId: string): Promise<readonly StoredToken[]>
  /** Nobody answers for it. */
  add(tenantId: string, row: NewRow): Promise<AddedToken>
  /**
   * The user who makes it answers for it, or whoever answers for the token that makes it.
   * @throws StegError `unauthenticated` when that token was revoked at this moment
   */
  addFor(tenantId: string, actor: Actor, row: NewRow): Promise<AddedToken>
  /** @param change throws to refuse. @returns the row as it is now */
  change(tenantId: string, id: string, change: (row: TokenRow | undefined) => TokenRow): Promise<TokenRow>
  /** With all that were made by it, in one write as a rule. @param check throws to refuse */
  revoke(tenantId: string, id: string, check: (row: TokenRow | undefined) => TokenRow): Promise<void>
  /** Deletes what ended long ago. @throws StegError `token-limit` */
  makeRoom(tenantId: string): Promise<void>
  /** To the hour; a use that cannot be noted is still a use. */
  noteUse(tenantId: string, token: StoredToken): Promise<void>
}

export function createApiTokenStore(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}): ApiTokenStore {
  const table = apiTokensTable.bind(parts.store)
  const now = () => parts.clock.now()

  async function all(tenantId: string): Promise<readonly StoredToken[]> {
    const rows: StoredToken[] = []
    for await (const row of table.all(tenantId)) rows.push(row)
    return rows
  }

  /** @param parent the token by which it is made: in one write, so that none is made by one that is revoked meanwhile */
  async function add(
    tenantId: string,
    row: Omit<TokenRow, 'hash' | 'createdAt'>,
    parent?: StoredToken,
  ): Promise<AddedToken> {
    const id = randomId(parts.random, 10)
    const secret = Buffer.from(parts.random.bytes(32)).toString('base64url')
    const value = { ...row, hash: hashSecret(secret), createdAt: toIso(now()) }
    await table.batch(tenantId, [
      { kind: 'put', key: id, value, condition: { kind: 'absent' } },
      ...(parent === undefined ? [] : [toPut(parent, {})]),
    ])
    return { id, value, secret: formatToken('api', { tenantId, id, secret }) }
  }

  /** Until no use was noted between reading and writing. */
  async function unlessRaced<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
  }

  return {
    get: (tenantId, id) => table.get(tenantId, id),
    all,
    add: (tenantId, row) => add(tenantId, row),

    async addFor(tenantId, actor, row) {
      if (actor.kind === 'user') return add(tenantId, { ...row, maker: { id: actor.id, name: actor.name } })
      return unlessRaced(async () => {
        const parent = actor.kind === 'token' ? await table.get(tenantId, actor.id) : undefined
        if (parent === undefined) return add(tenantId, row)
        const { maker, via = [], revokedAt, orphaned } = parent.value
        if (revokedAt !== undefined || orphaned === true) throw new StegError('unauthenticated', {})
        const line = [...via, actor.id].slice(-MOST_ANCESTORS)
        return add(tenantId, { ...row, via: line, ...(maker === undefined ? {} : { maker }) }, parent)
      })
    },

    change: (tenantId, id, change) =>
      unlessRaced(async () => {
        const row = await table.get(tenantId, id)
        const value = change(row?.value)
        await table.put(tenantId, id, value, { kind: 'match', etag: row?.etag ?? '' })
        return value
      }),

    revoke: (tenantId, id, check) =>
      unlessRaced(async () => {
        const rows = await all(tenantId)
        const row = rows.find(({ key }) => key === id)
        const { revokedAt } = check(row?.value)
        const orphans = rows
          .filter(({ value }) => value.via?.includes(id) === true && value.orphaned !== true)
          .map((one) => toPut(one, { orphaned: true }))
        const revoked = row === undefined || revokedAt !== undefined ? [] : [toPut(row, { revokedAt: now() })]
        // Of more than a batch takes, those below go first, and who repeats it goes on.
        await table.chunked(tenantId, [...orphans, ...revoked])
      }),

    async makeRoom(tenantId) {
      const rows = await all(tenantId)
      const old = rows.filter(({ value }) => (value.revokedAt ?? value.expiresAt ?? now()) < now() - KEPT_MS)
      for (const { key } of old) await table.delete(tenantId, key, { kind: 'any' })
      if (rows.length - old.length >= MAX_TOKENS) throw new StegError('token-limit', { limit: MAX_TOKENS })
    },

    async noteUse(tenantId, { key, etag, value }) {
      const hour = now() - (now() % USE_MS)
      if ((value.lastUsedAt ?? 0) >= hour) return
      try {
        // The etag keeps a token that is revoked at this moment revoked.
        await table.put(tenantId, key, { ...value, lastUsedAt: hour }, { kind: 'match', etag })
      } catch (error) {
        if (!isStegError(error)) throw error
        if (error.code !== 'store-conflict')
          parts.log.warn('use of a token not noted', { key, code: error.code })
      }
    },
  }
}

/** A write that fails when the row is not as it was read. */
function toPut({ key, etag, value }: StoredToken, change: Partial<TokenRow>): TypedWrite<TokenRow> {
  return { kind: 'put', key, value: { ...value, ...change }, condition: { kind: 'match', etag } }
}
