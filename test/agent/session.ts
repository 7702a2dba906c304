import { heartbeatKey } from '../../shared/wire/heartbeat.ts'

/** What the hub of the tests derives heartbeat keys of. */
export const HEARTBEAT_KEY = new Uint8Array(32).fill(7)

/** What a session says of an agent's heartbeats. `until` in milliseconds since the epoch. */
export function heartbeatsOf(agentId: string, until: number) {
  return { key: heartbeatKey(HEARTBEAT_KEY, agentId, until).toString('base64url'), until: Math.round(until) }
}

/** Of a line that is not told apart from others. */
export const someHeartbeats = heartbeatsOf('t1-agent1', Number.MAX_SAFE_INTEGER)
