import { z } from 'zod'
import { defineTable } from '../platform/store/table.ts'
import { roles } from './rules/roles.ts'

/** Partition: tenant. One row per tenant, key `tenant`. */
export const tenantsTable = defineTable({
  name: 'Tenants',
  schema: z.object({
    name: z.string(),
    createdAt: z.string(),
    /** The tenant's data key, wrapped by the platform's key. */
    wrappedKey: z.string(),
  }),
})
export const TENANT_KEY = 'tenant'

/** All tenants in one partition, for the operator's list; key: tenant. Written last, so that what it names exists. */
export const tenantListTable = defineTable({
  name: 'TenantList',
  schema: z.object({ name: z.string(), createdAt: z.string() }),
})
export const TENANT_LIST = 'tenants'

/** Partition: tenant; key: token id. */
export const apiTokensTable = defineTable({
  name: 'ApiTokens',
  schema: z.object({
    hash: z.string(),
    roles: z.array(z.enum(roles)),
    createdAt: z.string(),
    name: z.string().optional(),
    createdBy: z.string().optional(),
    /** The user who answers for it: what they may not, it may not. Absent: nobody, as for the token of a new tenant. */
    maker: z.object({ id: z.string(), name: z.string() }).optional(),
    /** The token by which it was made, last, and before it those by which that one was made. */
    via: z.array(z.string()).optional(),
    /** One of those was revoked. */
    orphaned: z.boolean().optional(),
    /** Absent: everybody. */
    scope: z
      .object({ kind: z.literal('limited'), people: z.array(z.string()), groups: z.array(z.string()) })
      .optional(),
    /** Milliseconds since the epoch. Absent: never. */
    expiresAt: z.number().optional(),
    revokedAt: z.number().optional(),
    /** To the hour. */
    lastUsedAt: z.number().optional(),
  }),
})
