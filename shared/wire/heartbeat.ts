import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Seconds between two heartbeats of an agent. */
export const HEARTBEAT_SECONDS = 30
/** Seconds after which a heartbeat is of no more use: the next ones have come, or the agent is gone. */
export const HEARTBEAT_LIFETIME_SECONDS = 120

/** Subject of the message that a heartbeat asks for; it is empty and says nothing that would have to be sealed. */
export const ECHO = 'echo'
/** Seconds after which an echo is of no more use. */
export const ECHO_SECONDS = 20

/** The right to one queue. */
export const EntityGrant = z.object({
  queue: z.string(),
  /** `SharedAccessSignature sr=…` for this queue alone. */
  sas: z.string(),
})

/** With what an agent says that it lives, until its session ends. */
export const HeartbeatGrant = EntityGrant.extend({
  /** 32 bytes, base64url; the hub derives it anew from what a heartbeat says, so that it has to look nothing up. */
  key: z.string().length(43),
  /** Until when the key counts, milliseconds since the epoch. */
  until: z.int(),
})
export type HeartbeatGrant = z.infer<typeof HeartbeatGrant>

/** `started` and `online` say the agent lives, `leaving` that it stops on purpose. */
export const HeartbeatKind = z.enum(['started', 'online', 'leaving'])
export type HeartbeatKind = z.infer<typeof HeartbeatKind>

/** Short names, because there is nothing else of which there is so much. */
const Beat = z.object({
  a: z.string().min(1).max(64),
  u: z.int(),
  k: HeartbeatKind,
  t: z.int(),
  e: z.string().min(1).max(64).optional(),
})

export interface Heartbeat {
  readonly agentId: string
  readonly kind: HeartbeatKind
  /** By the hub's clock as the agent knows it, milliseconds since the epoch. */
  readonly at: number
  /**
   * Asks the hub for an empty message of this id through the agent's own queue: the way of calls is open only when it
   * arrives. A socket that looks healthy, and a broker that takes messages, do not show that.
   */
  readonly echo?: string | undefined
}

/** Longest heartbeat, in characters. */
const MAX_LENGTH = 1024
const VERSION = 'b2'

/**
 * A heartbeat as text: version, content and HMAC-SHA256 (RFC 2104), the latter two in base64url, with dots between. It is
 * never JSON, because members of a JSON body can take the place of what the broker says about a message.
 */
export function writeHeartbeat(beat: Heartbeat, grant: Pick<HeartbeatGrant, 'key' | 'until'>): string {
  const { agentId, kind, at, echo } = beat
  const content = { a: agentId, u: grant.until, k: kind, t: at, ...(echo === undefined ? {} : { e: echo }) }
  const signed = `${VERSION}.${Buffer.from(JSON.stringify(content)).toString('base64url')}`
  return `${signed}.${macOf(Buffer.from(grant.key, 'base64url'), signed).toString('base64url')}`
}

/**
 * The heartbeat of an agent to which the hub has given one of these keys and which may still use it; `undefined` for
 * anything else. `now` in milliseconds since the epoch.
 */
export function readHeartbeat(
  text: string,
  hubKeys: readonly Uint8Array[],
  now: number,
): Heartbeat | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const match = /^(b2\.([\w-]+))\.([\w-]{43})$/.exec(text)
  if (match === null) return undefined
  const [, signed = '', content = '', mac = ''] = match
  const beat = parseBeat(content)
  if (beat === undefined || beat.u <= now - HEARTBEAT_LIFETIME_SECONDS * 1000) return undefined
  const given = Buffer.from(mac, 'base64url')
  const isProven = hubKeys.some((hubKey) =>
    timingSafeEqual(macOf(heartbeatKey(hubKey, beat.a, beat.u), signed), given),
  )
  return isProven ? { agentId: beat.a, kind: beat.k, at: beat.t, echo: beat.e } : undefined
}

/** The key of one agent until a certain time. Who holds it can speak for this agent and until then alone. */
export function heartbeatKey(hubKey: Uint8Array, agentId: string, until: number): Buffer {
  return macOf(hubKey, JSON.stringify(['steg heartbeat', agentId, until]))
}

function macOf(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function parseBeat(content: string): z.infer<typeof Beat> | undefined {
  try {
    const parsed = Beat.safeParse(JSON.parse(Buffer.from(content, 'base64url').toString()))
    return parsed.success ? parsed.data : undefined
  } catch {
    // Whoever sends this is nobody: there is nothing to say about it.
    return undefined
  }
}
