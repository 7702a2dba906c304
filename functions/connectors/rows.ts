import { z } from 'zod'
import { AgentCategory, AnnouncedForms, Roles } from '../../shared/wire/capabilities.ts'
import { SealPublicKey } from '../../shared/wire/seal.ts'
import { defineTable } from '../platform/store/table.ts'

/** Name of a site, unique in its tenant. */
export const SiteName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/)

/** Partition: tenant; key: token id. */
export const accessTokensTable = defineTable({
  name: 'AccessTokens',
  schema: z.object({
    kind: z.enum(['agent-enrolment']),
    hash: z.string(),
    /** The site that the agent will serve; absent: the tenant's one. */
    site: SiteName.optional(),
    createdAt: z.number(),
    expiresAt: z.number(),
    revokedAt: z.number().optional(),
    usedAt: z.number().optional(),
    /** The agent that used it and the thumbprint of its key, so that a repeated enrolment is recognised. */
    usedBy: z.string().optional(),
    thumbprint: z.string().optional(),
  }),
})

/** Keys with which calls to an agent are sealed. */
const SealKeys = z.object({
  /** The agent's public key. */
  agent: SealPublicKey,
  /** The hub's key for this agent; the private half is sealed by the tenant's vault. */
  hub: SealPublicKey,
  hubPrivate: z.string(),
})
export type SealKeys = z.output<typeof SealKeys>

/** All keys of an agent at one time. */
const KeySet = SealKeys.extend({ publicKey: z.string() })

/** Partition: tenant; key: agent id. */
export const agentsTable = defineTable({
  name: 'Agents',
  schema: z.object({
    name: z.string(),
    host: z.string(),
    version: z.string(),
    category: AgentCategory,
    /** Version of the wire that it spoke last; absent: the first one. */
    wire: z.number().optional(),
    /** Targets that the tenant may point somewhere for it; absent: those of its category. */
    roles: Roles.optional(),
    /** Forms of calls that it can execute; absent: plain HTTP. */
    forms: AnnouncedForms.optional(),
    /** Agents of the same site take calls from one queue; without, an agent gets its calls through its own alone. */
    site: SiteName.optional(),
    /** Public Ed25519 key as JWK member `x`. */
    publicKey: z.string(),
    /** Agents enrolled before calls were sealed have none and must enrol again. */
    seal: SealKeys.optional(),
    /** Since when these are its keys; absent: since it was enrolled. */
    keysSince: z.number().optional(),
    /** Keys that the agent has offered and not yet begun to use. */
    nextKeys: KeySet.optional(),
    /** The keys before, which count until then. */
    olderKeys: KeySet.extend({ until: z.number() }).optional(),
    /** Somebody wants its keys changed. */
    rotationAskedAt: z.number().optional(),
    createdAt: z.number(),
    revokedAt: z.number().optional(),
    /** Until agents had presence rows. */
    lastSeen: z.number().optional(),
    leftAt: z.number().optional(),
  }),
})

export type AgentRow = z.output<typeof agentsTable.schema>

/**
 * When an agent was last heard of. Partition: tenant; key: agent id and `PRESENCE`, so that it stands behind its agent's
 * row and one range holds both. It is written with every heartbeat, without a condition, and by nobody else.
 */
export const presenceTable = defineTable({
  name: agentsTable.name,
  schema: z.object({ lastSeen: z.number(), leftAt: z.number().optional() }),
})
export type PresenceRow = z.output<typeof presenceTable.schema>
export const PRESENCE = '.seen'

/** Rows of both kinds. */
export const agentRowsTable = defineTable({ name: agentsTable.name, schema: z.looseObject({}) })

/** An agent's id begins with its tenant's, so that it is found by a point read without a tenant's token. */
export function tenantOfAgent(agentId: string): string | undefined {
  return /^([0-9a-z]{8,20})-[0-9a-z]{8,20}$/.exec(agentId)?.[1]
}
