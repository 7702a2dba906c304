import { isStegError, StegError } from '../../shared/errors/error.ts'
import { EventHead, readEvent } from '../../shared/wire/event.ts'
import { decodeFrame } from '../../shared/wire/frame.ts'
import type { Places } from './places.ts'
import type { Refusals } from './refusals.ts'
import { tenantOfAgent } from './rows.ts'

/** What an agent has reported, proven. */
export interface AgentEvent {
  readonly tenantId: string
  readonly agentId: string
  readonly id: string
  /** By the hub's clock as the agent knows it, milliseconds since the epoch. */
  readonly at: number
  readonly payload: unknown
}

/**
 * Who takes in which kind of event. An event may come twice, and again after a failure: what is thrown here brings it
 * back, together with those behind it. What cannot be read is `message-invalid`, and does not come back.
 */
export type EventRoutes = Readonly<Record<string, (event: AgentEvent) => Promise<void>>>

/** Takes in, one after the other, what agents of one queue report in order. What is not proven is dropped and counted. */
export function createEvents(parts: {
  readonly places: Pick<Places, 'of'>
  readonly routes: () => EventRoutes
  readonly refusals: Refusals
}): (messages: readonly (string | undefined)[]) => Promise<void> {
  const { places, routes } = parts

  /** @throws StegError `message-invalid`, `agent-missing`, `agent-revoked`, `agent-outdated` when it is not proven */
  async function open(text: string): Promise<AgentEvent & { readonly kind: string }> {
    const message = readEvent(text)
    const tenantId = message && tenantOfAgent(message.agentId)
    if (message === undefined || tenantId === undefined) throw invalid('not an event')
    const { agentId, id, sealed } = message
    const { channel } = await places.of(agentId)
    const { head, body } = decodeFrame(EventHead, channel.open(id, sealed))
    if (head.id !== id) throw invalid('it has two ids')
    return { tenantId, agentId, id, kind: head.kind, at: head.at, payload: jsonOf(body) }
  }

  async function take(text: string): Promise<void> {
    const { kind, ...event } = await open(text)
    const known = routes()
    const route = Object.hasOwn(known, kind) ? known[kind] : undefined
    if (route === undefined) throw invalid('an event of a kind that this hub does not know')
    await route(event)
  }

  return async (messages) => {
    for (const text of messages) {
      try {
        if (text === undefined) throw invalid('it is no text')
        await take(text)
      } catch (error) {
        if (!isRefusal(error)) throw error
        parts.refusals.count(1)
      }
    }
  }
}

function isRefusal(error: unknown): boolean {
  return (
    isStegError(error) &&
    ['message-invalid', 'agent-missing', 'agent-revoked', 'agent-outdated'].includes(error.code)
  )
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch (error) {
    throw invalid('its payload is not JSON', error)
  }
}

function invalid(problem: string, cause?: unknown): StegError {
  return new StegError('message-invalid', { problem }, { cause })
}
