import type { Clock } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Store } from '../platform/store/port.ts'
import { accessTokensTable } from './rows.ts'

/** How long an access token (MAT) can be used for enrolling: a working week. */
const LIFETIME_MS = 7 * 24 * 3_600_000

export interface AccessTokenView {
  readonly id: string
  readonly kind: 'agent-enrolment'
  readonly site: string | null
  readonly state: 'open' | 'used' | 'revoked' | 'expired'
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedBy: string | null
}

/** How tokens are written down and compared; tenancy's way, handed in. */
export interface TokenFormat {
  format(token: { tenantId: string; id: string; secret: string }): string
  parse(text: string): { tenantId: string; id: string; secret: string } | undefined
  hash(secret: string): string
  matches(secret: string, hash: string): boolean
}

export interface AccessTokens {
  /** The secret is returned this once. `site`: which the agent will serve, when the tenant has several. */
  create(tenantId: string, site?: string): Promise<{ id: string; secret: string; expiresAt: number }>
  list(tenantId: string): Promise<readonly AccessTokenView[]>
  /** @throws StegError `not-found` */
  revoke(tenantId: string, id: string): Promise<void>
  /**
   * Uses a token up for one key. The same key may come again, because an answer can get lost; it gets the same agent id.
   * @throws StegError `access-token-invalid`
   */
  redeem(
    text: string,
    thumbprint: string,
  ): Promise<{ tenantId: string; agentId: string; site: string | undefined }>
}

export function createAccessTokens(parts: {
  store: Store
  clock: Clock
  random: Random
  tokenFormat: TokenFormat
}): AccessTokens {
  const table = accessTokensTable.bind(parts.store)

  return {
    async create(tenantId, site) {
      const id = randomId(parts.random, 10)
      const secret = Buffer.from(parts.random.bytes(32)).toString('base64url')
      const now = parts.clock.now()
      const row = {
        kind: 'agent-enrolment' as const,
        hash: parts.tokenFormat.hash(secret),
        ...(site === undefined ? {} : { site }),
        createdAt: now,
        expiresAt: now + LIFETIME_MS,
      }
      await table.put(tenantId, id, row, { kind: 'absent' })
      return { id, secret: parts.tokenFormat.format({ tenantId, id, secret }), expiresAt: row.expiresAt }
    },

    async list(tenantId) {
      const items: AccessTokenView[] = []
      for await (const { key, value } of table.all(tenantId)) {
        items.push({
          id: key,
          kind: value.kind,
          site: value.site ?? null,
          state:
            value.revokedAt !== undefined
              ? 'revoked'
              : value.usedAt !== undefined
                ? 'used'
                : value.expiresAt <= parts.clock.now()
                  ? 'expired'
                  : 'open',
          createdAt: value.createdAt,
          expiresAt: value.expiresAt,
          usedBy: value.usedBy ?? null,
        })
      }
      return items.sort((a, b) => b.createdAt - a.createdAt)
    },

    async revoke(tenantId, id) {
      const row = await table.get(tenantId, id)
      if (row === undefined) throw new StegError('not-found', { what: 'access token' })
      if (row.value.revokedAt !== undefined) return
      const revoked = { ...row.value, revokedAt: parts.clock.now() }
      await table.put(tenantId, id, revoked, { kind: 'match', etag: row.etag })
    },

    async redeem(text, thumbprint) {
      const token = parts.tokenFormat.parse(text)
      const row = token && (await table.get(token.tenantId, token.id))
      if (!token || !row || !parts.tokenFormat.matches(token.secret, row.value.hash)) throw invalid()
      const { value } = row
      if (value.revokedAt !== undefined) throw invalid()
      if (value.usedBy !== undefined) {
        if (value.thumbprint !== thumbprint) throw invalid()
        return { tenantId: token.tenantId, agentId: value.usedBy, site: value.site }
      }
      if (value.expiresAt <= parts.clock.now()) throw invalid()
      const agentId = `${token.tenantId}-${randomId(parts.random, 12)}`
      // The etag makes it single-use: of two agents that bring it at once, one is refused.
      await table
        .put(
          token.tenantId,
          token.id,
          { ...value, usedAt: parts.clock.now(), usedBy: agentId, thumbprint },
          { kind: 'match', etag: row.etag },
        )
        .catch((error) => {
          throw error instanceof StegError && error.code === 'store-conflict' ? invalid() : error
        })
      return { tenantId: token.tenantId, agentId, site: value.site }
    },
  }
}

function invalid(): StegError {
  return new StegError('access-token-invalid', {})
}
