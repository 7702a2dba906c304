import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { ECHO, ECHO_SECONDS, type Heartbeat, readHeartbeat } from '../../shared/wire/heartbeat.ts'
import { agentQueue } from '../../shared/wire/queues.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { Agents } from './agents.ts'
import type { Refusals } from './refusals.ts'
import { tenantOfAgent } from './rows.ts'
import { newestOf } from './rules/newest.ts'

/**
 * Takes in what lies in a queue of heartbeats. What proves an agent is in the heartbeat and in a key of the hub's, so
 * nothing is read from the store; of each agent the newest is written, a hundred of a tenant in one transaction. What
 * is not proven is dropped and counted, never tried again.
 */
export function createHeartbeats(parts: {
  readonly agents: Pick<Agents, 'saw'>
  readonly bus: Pick<Bus, 'send'>
  readonly clock: Pick<Clock, 'now'>
  /** Keys of which heartbeat keys are derived: the one in use, and those before it that still count. */
  readonly heartbeatKeys: readonly Uint8Array[]
  readonly refusals: Refusals
  readonly log: Pick<Logger, 'warn'>
}): (messages: readonly (string | undefined)[]) => Promise<void> {
  const { agents, bus, clock } = parts

  /** One that cannot be sent, for its agent's queue is gone or the broker is silent, is asked for again. */
  async function sendEcho(agentId: string, echo: string): Promise<void> {
    const message = { subject: ECHO, messageId: echo, correlationId: echo, body: new Uint8Array(0) }
    try {
      await bus.send(agentQueue(agentId), { ...message, timeToLive: ECHO_SECONDS * 1000 })
    } catch (error) {
      if (!isStegError(error, 'bus-unavailable')) throw error
    }
  }

  return async (messages) => {
    const now = clock.now()
    const beats = messages.flatMap((text): Heartbeat[] => {
      const beat = text === undefined ? undefined : readHeartbeat(text, parts.heartbeatKeys, now)
      return beat === undefined ? [] : [beat]
    })
    parts.refusals.count(messages.length - beats.length)
    const signs = beats.map(({ agentId, at, kind }) => ({ agentId, at, leaving: kind === 'leaving' }))
    const newest = newestOf(signs, tenantOfAgent, now)
    try {
      await Promise.all([...newest].map(([tenantId, presence]) => agents.saw(tenantId, presence)))
    } catch (error) {
      if (!isStegError(error)) throw error
      // The next ones come in half a minute; these, tried again, would only pile up.
      parts.log.warn('heartbeats could not be kept', { count: beats.length, reason: error.message })
    }
    // One for each agent, however often it has asked; what comes too late is of no use.
    const echoes = new Map<string, string>()
    for (const { agentId, echo, at } of beats) {
      if (echo !== undefined && now - at <= ECHO_SECONDS * 1000) echoes.set(agentId, echo)
    }
    await Promise.all([...echoes].map(([agentId, echo]) => sendEcho(agentId, echo)))
  }
}
