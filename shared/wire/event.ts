import { z } from 'zod'
import { WIRE_VERSION } from './call.ts'
import { CountsReport } from './counts.ts'

/** Seconds between two heartbeats of an agent. */
export const HEARTBEAT_SECONDS = 30

/** Subject of the message that a heartbeat asks for; it is empty and says nothing that would have to be sealed. */
export const ECHO = 'echo'
/** Seconds after which an echo is of no more use. */
export const ECHO_SECONDS = 20

/** Audience of the JWS that carries an event. */
export const EVENT_AUDIENCE = 'steg:event'

/**
 * What an agent reports by itself, through the session queue `events`; the session is the agent's id. All agents may
 * send to that queue, so the message body is a JWT signed with the agent's key (RFC 7519, EdDSA; iss = sub = agent id,
 * aud `steg:event`) whose claim `event` is this: no agent can speak for another.
 */
export const AgentEvent = z.object({
  v: z.literal(WIRE_VERSION),
  agentId: z.string().min(1).max(64),
  /** `started` and `online` say the agent lives, `leaving` that it stops on purpose. */
  kind: z.enum(['started', 'online', 'leaving']),
  /** The agent's own clock, RFC 3339. */
  at: z.iso.datetime(),
  host: z.string().max(255),
  version: z.string().max(64),
  /** Only when there is news, every five minutes at most. */
  counts: CountsReport.optional(),
  /**
   * Asks the hub for an empty message of this id through the agent's own queue: the way of calls is open only when it
   * arrives. A socket that looks healthy, and a broker that takes messages, do not show that.
   */
  echo: z.string().min(1).max(64).optional(),
})
export type AgentEvent = z.infer<typeof AgentEvent>
