import { z } from 'zod'
import { AgentCategory } from '../../shared/wire/enrolment.ts'
import { SealPublicKey } from '../../shared/wire/seal.ts'
import { defineTable } from '../platform/store/table.ts'

/** Partition: tenant; key: token id. */
export const accessTokensTable = defineTable({
  name: 'AccessTokens',
  schema: z.object({
    kind: z.enum(['agent-enrolment']),
    hash: z.string(),
    createdAt: z.number(),
    expiresAt: z.number(),
    revokedAt: z.number().optional(),
    usedAt: z.number().optional(),
    /** The agent that used it and the thumbprint of its key, so that a repeated enrolment is recognised. */
    usedBy: z.string().optional(),
    thumbprint: z.string().optional(),
  }),
})

/** Partition: tenant; key: agent id. */
export const agentsTable = defineTable({
  name: 'Agents',
  schema: z.object({
    name: z.string(),
    host: z.string(),
    version: z.string(),
    category: AgentCategory,
    /** Public Ed25519 key as JWK member `x`. */
    publicKey: z.string(),
    /** Keys with which calls are sealed; agents enrolled before there were any have none and must enrol again. */
    seal: z
      .object({
        /** The agent's public key. */
        agent: SealPublicKey,
        /** The hub's key for this agent; the private half is sealed by the tenant's vault. */
        hub: SealPublicKey,
        hubPrivate: z.string(),
      })
      .optional(),
    createdAt: z.number(),
    revokedAt: z.number().optional(),
    lastSeen: z.number().optional(),
    leftAt: z.number().optional(),
  }),
})

/** An agent's id begins with its tenant's, so that it is found by a point read without a tenant's token. */
export function tenantOfAgent(agentId: string): string | undefined {
  return /^([0-9a-z]{8,20})-[0-9a-z]{8,20}$/.exec(agentId)?.[1]
}
