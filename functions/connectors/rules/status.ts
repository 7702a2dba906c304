/** What the tenant sees of an agent's connection (A4). Times are milliseconds since the epoch. */
export type AgentStatus = 'connected' | 'disconnected' | 'never' | 'revoked'

export interface Presence {
  readonly revokedAt?: number | undefined
  /** Last sign of life of the agent. */
  readonly lastSeen?: number | undefined
  /** When it said that it leaves. */
  readonly leftAt?: number | undefined
}

/** An agent that reports every 30 s and has been silent for longer than this has missed two reports. */
export const SILENCE_MS = 75_000

export function statusOf(presence: Presence, now: number): AgentStatus {
  if (presence.revokedAt !== undefined) return 'revoked'
  if (presence.lastSeen === undefined) return 'never'
  if (presence.leftAt !== undefined && presence.leftAt >= presence.lastSeen) return 'disconnected'
  return now - presence.lastSeen > SILENCE_MS ? 'disconnected' : 'connected'
}

/** Since when the agent is gone: it said so, or its last sign of life. */
export function disconnectedSince(presence: Presence, now: number): number | undefined {
  return statusOf(presence, now) === 'disconnected' ? (presence.leftAt ?? presence.lastSeen) : undefined
}
