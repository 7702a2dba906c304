import { type Clock, toIso } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Actor, Authentication, Principal } from '../http/principal.ts'
import type { Vault } from '../platform/secrets/port.ts'
import type { Store } from '../platform/store/port.ts'
import type { ApiTokens } from './api-tokens.ts'
import { TENANT_KEY, TENANT_LIST, tenantListTable, tenantsTable } from './rows.ts'
import { adminRoles } from './rules/roles.ts'
import { matchesHash } from './secret-hash.ts'

export interface TenancyService {
  /** Creates a tenant with its own data key and a token with all admin roles, which is returned this once. */
  create(name: string): Promise<{ id: string; name: string; apiToken: string }>
  /** By id, a page at a time. */
  list(page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<{
    readonly tenants: readonly { readonly id: string; readonly name: string; readonly createdAt: string }[]
    readonly cursor: string | undefined
  }>
  authenticate: Authentication['byToken']
  isOperatorToken(text: string): boolean
  /** @throws StegError `not-found` */
  nameOf(tenantId: string): Promise<string>
  /** ISO 8601. @throws StegError `not-found` */
  createdAtOf(tenantId: string): Promise<string>
  /** The tenant's wrapped data key. @throws StegError `not-found` */
  wrappedKeyOf(tenantId: string): Promise<string>
}

export interface TenancyParts {
  readonly store: Store
  readonly vault: Pick<Vault, 'createDataKey'>
  readonly clock: Clock
  readonly random: Random
  readonly tokens: Pick<ApiTokens, 'createFirst' | 'authenticate'>
  /** SHA-256 of the operator's token, base64url. */
  readonly operatorTokenHash: string
}

const operatorActor: Actor = { kind: 'operator', id: 'operator', name: 'operator' }

export function createTenancyService(parts: TenancyParts): TenancyService {
  const tenants = tenantsTable.bind(parts.store)
  const tenantList = tenantListTable.bind(parts.store)

  async function tenantRow(tenantId: string) {
    const row = await tenants.get(tenantId, TENANT_KEY)
    if (row === undefined) throw new StegError('not-found', { what: 'tenant' })
    return row.value
  }

  return {
    async create(name) {
      // The letter in front keeps it from looking like a number where metadata is parsed as JSON.
      const id = `t${randomId(parts.random, 11)}`
      const createdAt = toIso(parts.clock.now())
      const wrappedKey = await parts.vault.createDataKey()
      await tenants.put(id, TENANT_KEY, { name, createdAt, wrappedKey }, { kind: 'absent' })
      const apiToken = await parts.tokens.createFirst(id, adminRoles)
      await tenantList.put(TENANT_LIST, id, { name, createdAt }, { kind: 'absent' })
      return { id, name, apiToken }
    },

    async list({ limit, cursor }) {
      const { rows } = await tenantList.query(TENANT_LIST, {
        limit: limit + 1,
        ...(cursor === undefined ? {} : { from: cursor }),
      })
      return {
        tenants: rows.slice(0, limit).map(({ key, value }) => ({ id: key, ...value })),
        cursor: rows[limit]?.key,
      }
    },

    isOperatorToken: (text) => matchesHash(text, parts.operatorTokenHash),

    async authenticate(text): Promise<Principal | undefined> {
      if (matchesHash(text, parts.operatorTokenHash)) return { kind: 'operator', actor: operatorActor }
      return parts.tokens.authenticate(text)
    },

    nameOf: async (tenantId) => (await tenantRow(tenantId)).name,
    createdAtOf: async (tenantId) => (await tenantRow(tenantId)).createdAt,
    wrappedKeyOf: async (tenantId) => (await tenantRow(tenantId)).wrappedKey,
  }
}
