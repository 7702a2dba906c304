import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import { type AgentEvent, ECHO, ECHO_SECONDS } from '../../shared/wire/event.ts'
import { agentQueue } from '../../shared/wire/queues.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { Agents } from './agents.ts'
import { verifyEvent, withAnyKey } from './proof.ts'
import { signingKeys } from './rules/key-validity.ts'

/** What an agent has reported, and for whom it works. */
export interface TakenEvent {
  readonly tenantId: string
  readonly event: AgentEvent
}

/** Takes in what agents report: checks who says it, keeps what it says of the agent, and answers where an echo is wanted. */
export function createEvents(parts: {
  readonly agents: Agents
  readonly bus: Pick<Bus, 'send'>
  readonly clock: Clock
}): (agentId: string, jws: string, arrivedAt: number) => Promise<TakenEvent | undefined> {
  const { agents, clock } = parts

  /** What comes too late, or cannot be sent, is asked for again. */
  async function sendEcho(agentId: string, echo: string | undefined, arrivedAt: number) {
    if (echo === undefined || clock.now() - arrivedAt > ECHO_SECONDS * 1000) return
    const message = { subject: ECHO, messageId: echo, correlationId: echo, body: new Uint8Array(0) }
    try {
      await parts.bus.send(agentQueue(agentId), { ...message, timeToLive: ECHO_SECONDS * 1000 })
    } catch (error) {
      if (!isStegError(error, 'bus-unavailable')) throw error
    }
  }

  return async (agentId, jws, arrivedAt) => {
    const { tenantId, row: claimed } = await agents.claimed(agentId)
    for (let row = claimed; ; row = await agents.existing(tenantId, agentId)) {
      if (row.value.revokedAt !== undefined) return undefined
      const event = await withAnyKey(signingKeys(row.value, clock.now()), (key) =>
        verifyEvent(jws, agentId, key),
      )
      // A report that comes late or twice must not bring back an older state.
      if (row.value.lastSeen !== undefined && arrivedAt < row.value.lastSeen) return undefined
      const { leftAt: _, olderKeys, ...rest } = row.value
      // Former keys are deleted with the first report after their time.
      const valid = olderKeys !== undefined && clock.now() < olderKeys.until
      const kept = valid ? { ...rest, olderKeys } : rest
      const seen = { ...kept, lastSeen: arrivedAt, host: event.host, version: event.version }
      const next = event.kind === 'leaving' ? { ...seen, leftAt: arrivedAt } : seen
      if (await agents.wasWritten(tenantId, agentId, next, { kind: 'match', etag: row.etag })) {
        await sendEcho(agentId, event.echo, arrivedAt)
        return { tenantId, event }
      }
    }
  }
}
