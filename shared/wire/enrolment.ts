import { z } from 'zod'
import { SealPublicKey } from './seal.ts'

/**
 * What agent and hub say over HTTPS. An agent proves possession of its key with a JWT (RFC 7519, EdDSA) that lives one
 * minute; at enrolment the public key travels in the header (`jwk`), later the hub knows it.
 */
export const ENROLMENT_AUDIENCE = 'steg:enrolment'
export const SESSION_AUDIENCE = 'steg:session'
/** Seconds that a proof may be old, and by which clocks may differ. */
export const PROOF_LIFETIME_SECONDS = 60
export const PROOF_TOLERANCE_SECONDS = 120

export const AgentCategory = z.enum(['sage', 'none'])
export type AgentCategory = z.infer<typeof AgentCategory>

export const EnrolmentRequest = z.object({
  /** The access token (MAT) as the portal showed it. */
  token: z.string().min(20).max(200),
  /**
   * JWT signed with the new key: aud `steg:enrolment`, claim `th` = SHA-256 of the token (base64url), claim `seal` = the
   * public X25519 key with which the agent's calls are sealed, claim `sites` = true when it can serve a site's queue.
   */
  proof: z.string().min(20).max(4000),
  name: z.string().trim().min(1).max(64),
  host: z.string().min(1).max(255),
  version: z.string().min(1).max(64),
  category: AgentCategory,
})
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>

/** Targets the tenant has set: name → base address. */
export const TargetMap = z.record(z.string(), z.url({ protocol: /^https?$/ }))
export type TargetMap = z.infer<typeof TargetMap>

export const EnrolmentResponse = z.object({
  agentId: z.string(),
  name: z.string(),
  tenant: z.object({ id: z.string(), name: z.string() }),
  targets: TargetMap,
  /** The hub's public X25519 key for this agent alone. */
  sealKey: SealPublicKey,
})
export type EnrolmentResponse = z.infer<typeof EnrolmentResponse>

export const SessionRequest = z.object({
  /** JWT signed with the agent's key: aud `steg:session`, sub = iss = agent id, claim `sites` as at enrolment. */
  assertion: z.string().min(20).max(4000),
})
export type SessionRequest = z.infer<typeof SessionRequest>

const EntityGrant = z.object({
  queue: z.string(),
  /** `SharedAccessSignature sr=…` for this queue alone. */
  sas: z.string(),
})

/** Where the agent's broker is and what it may do there until `expiresAt`. */
export const SessionResponse = z.object({
  agentId: z.string(),
  /** Namespace host (and port), reached by WebSocket; `tls` is false only on loopback. */
  broker: z.object({ host: z.string(), port: z.int().optional(), tls: z.boolean() }),
  /** The agent's own queue. */
  requests: EntityGrant,
  /** The queue of its site, which it shares with the other agents there. */
  site: EntityGrant.optional(),
  replies: EntityGrant,
  events: EntityGrant,
  /** The agent shall change its keys. */
  rotateKeys: z.literal(true).optional(),
  expiresAt: z.iso.datetime(),
  /** The hub sends the echoes that heartbeats ask for; older ones do not. */
  echoes: z.boolean().optional(),
  /** The hub's clock, RFC 3339: deadlines of calls are in this time. */
  serverTime: z.iso.datetime(),
})
export type SessionResponse = z.infer<typeof SessionResponse>
