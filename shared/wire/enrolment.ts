import { z } from 'zod'
import { AnnouncedForms, Roles } from './capabilities.ts'
import { EntityGrant, HeartbeatGrant } from './heartbeat.ts'
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

/** The version of the wire that somebody speaks; the first one did not say. */
const Wire = z.int().min(1).max(1000)

export const EnrolmentRequest = z.object({
  /** The access token (MAT) as the portal showed it. */
  token: z.string().min(20).max(200),
  /**
   * JWT signed with the new key: aud `steg:enrolment`, claim `th` = SHA-256 of the token (base64url), claim `seal` = the
   * public X25519 key with which the agent's calls are sealed.
   */
  proof: z.string().min(20).max(4000),
  name: z.string().trim().min(1).max(64),
  host: z.string().min(1).max(255),
  version: z.string().min(1).max(64),
  /** Older agents send none of these, and are told to update. A hub before them does not understand this request. */
  wire: Wire.optional(),
  roles: Roles.optional(),
  forms: AnnouncedForms.optional(),
})
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>

/** Claim `agent` of the JWT with which an agent opens a session: what it is, in its present version. */
export const Announcement = z.object({
  wire: Wire,
  roles: Roles,
  forms: AnnouncedForms,
  host: z.string().min(1).max(255),
  version: z.string().min(1).max(64),
})
export type Announcement = z.infer<typeof Announcement>

/** Targets the tenant has set: name → base address. */
export const TargetMap = z.record(z.string(), z.url({ protocol: /^https?$/ }))
export type TargetMap = z.infer<typeof TargetMap>

export const EnrolmentResponse = z.object({
  wire: Wire,
  agentId: z.string(),
  name: z.string(),
  tenant: z.object({ id: z.string(), name: z.string() }),
  targets: TargetMap,
  /** The hub's public X25519 key for this agent alone. */
  sealKey: SealPublicKey,
})
export type EnrolmentResponse = z.infer<typeof EnrolmentResponse>

export const SessionRequest = z.object({
  /** JWT signed with the agent's key: aud `steg:session`, sub = iss = agent id, claim `agent` = `Announcement`. */
  assertion: z.string().min(20).max(4000),
})
export type SessionRequest = z.infer<typeof SessionRequest>

/** Where the agent's broker is and what it may do there until `expiresAt`. */
export const SessionResponse = z.object({
  wire: Wire,
  agentId: z.string(),
  /** Namespace host (and port), reached by WebSocket; `tls` is false only on loopback. */
  broker: z.object({ host: z.string(), port: z.int().optional(), tls: z.boolean() }),
  /** The agent's own queue. */
  requests: EntityGrant,
  /** The queue of its site, which it shares with the other agents there. */
  site: EntityGrant.optional(),
  /** The queue of its tenant's replies. */
  replies: EntityGrant,
  heartbeats: HeartbeatGrant,
  events: EntityGrant,
  /** The agent shall change its keys. */
  rotateKeys: z.literal(true).optional(),
  expiresAt: z.iso.datetime(),
  /** The hub's clock, RFC 3339: deadlines of calls are in this time. */
  serverTime: z.iso.datetime(),
})
export type SessionResponse = z.infer<typeof SessionResponse>
