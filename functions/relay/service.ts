import type { Clock } from '../../shared/clock.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import { type CallHead, type Headers, ReplyHead, WIRE_VERSION } from '../../shared/wire/call.ts'
import { decodeFrame, encodeFrame, packBody, unpackBody } from '../../shared/wire/frame.ts'
import type { HubChannel } from '../../shared/wire/seal.ts'
import type { Bus } from '../platform/bus/port.ts'
import { createReplyRouter } from './reply-router.ts'

/** A call through an agent to one of its targets. */
export interface RelayRequest {
  readonly target: { readonly name: string; readonly url: string }
  readonly method: CallHead['method']
  /** Below the target's base address, with query. */
  readonly path: string
  readonly headers: Headers
  readonly body?: Uint8Array
  readonly idempotency: CallHead['idempotency']
  /** Milliseconds to wait for the answer, the target's work included. */
  readonly timeout: number
  /** W3C trace context. */
  readonly traceparent?: string
  /** Milliseconds since the epoch: never executed after it, however late this process comes to send it. */
  readonly notAfter?: number
  /** Told which agent is expected to make the call, and then which one has answered. */
  readonly onAgent?: (agentId: string) => void
}

export interface RelayResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

export interface RelayService {
  /**
   * Calls a target through an agent, or through whichever agent of a site takes it first.
   * @param to the id of an agent, or of a site
   * @throws StegError any relay code; `indeterminate` when it is not known whether the call took effect
   */
  call(to: string, request: RelayRequest, signal?: AbortSignal): Promise<RelayResponse>
  /** Whether the agent answers within `timeout` milliseconds. Costs one message each way. */
  isAlive(agentId: string, timeout: number): Promise<boolean>
  close(): Promise<void>
}

export interface RelayPlace {
  readonly queue: string
  readonly channel: HubChannel
  /** The agents that may take a call from there, the likeliest first. */
  readonly agents: readonly string[]
}

export interface RelayParts {
  readonly bus: Bus
  readonly clock: Clock
  readonly random: Random
  /**
   * The queue of an agent or a site, and what seals what goes there and opens what comes from there.
   * @throws StegError `agent-missing`, `agent-revoked`, `agent-outdated`
   */
  readonly placeOf: (to: string) => Promise<RelayPlace>
  /** Unique to this process: the session on the reply queue that it holds. */
  readonly instanceId: string
  readonly log: Logger
  /** A reply of this agent came too late. */
  readonly onLate: (agentId: string) => void
}

/** Calls without an answer, of which it is still known to which agent they went. */
const GIVEN_UP_REMEMBERED = 1000

export function createRelayService(parts: RelayParts): RelayService {
  const { bus, clock } = parts
  /** By call. */
  const givenUp = new Map<string, string>()
  const router = createReplyRouter({
    ...parts,
    onLate(id) {
      const agentId = givenUp.get(id)
      if (agentId !== undefined) parts.onLate(agentId)
    },
  })

  function giveUp(id: string, agentId: string): void {
    const oldest = givenUp.keys().next()
    if (givenUp.size >= GIVEN_UP_REMEMBERED && !oldest.done) givenUp.delete(oldest.value)
    givenUp.set(id, agentId)
  }

  async function exchange(
    to: string,
    frameOf: (id: string, deadline: number) => Uint8Array,
    timeout: number,
    options: { readonly signal?: AbortSignal | undefined; readonly onAgent?: (agentId: string) => void } = {},
  ) {
    const id = randomId(parts.random, 26)
    const frame = frameOf(id, clock.now() + timeout)
    const { queue, channel, agents } = await parts.placeOf(to)
    const [likeliest = to] = agents
    options.onAgent?.(likeliest)
    await router.ready()
    const reply = router.expect(id, timeout, options.signal)
    try {
      await bus.send(queue, {
        body: channel.seal(id, frame),
        enc: channel.enc,
        subject: 'call',
        messageId: id,
        correlationId: id,
        replyToSessionId: parts.instanceId,
        timeToLive: timeout,
      })
    } catch (error) {
      reply.abandon()
      throw error
    }
    const bytes = await reply.arrived.catch((error) => {
      giveUp(id, likeliest)
      throw error
    })
    const opened = channel.open(id, bytes)
    options.onAgent?.(channel.senderOf(bytes) ?? likeliest)
    return decodeFrame(ReplyHead, opened)
  }

  return {
    async call(to, request, signal) {
      const packed = await packBody(request.body ?? new Uint8Array(0))
      const seconds = Math.round(request.timeout / 1000)
      const { head, body } = await exchange(
        to,
        (id, deadline) => {
          const callHead: CallHead = {
            v: WIRE_VERSION,
            id,
            deadline: Math.min(deadline, request.notAfter ?? deadline),
            target: { ...request.target },
            method: request.method,
            path: request.path,
            headers: request.headers,
            idempotency: request.idempotency,
            ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
            body: packed?.info ?? null,
          }
          return encodeFrame(callHead, packed?.bytes, 'request')
        },
        request.timeout,
        { signal, ...(request.onAgent === undefined ? {} : { onAgent: request.onAgent }) },
      ).catch((error) => {
        if (error === router.timedOut) {
          throw new StegError('deadline-exceeded', { target: request.target.name, seconds })
        }
        throw error
      })
      if (head.outcome.kind === 'failed') throw StegError.fromRecord(head.outcome.error)
      if (head.outcome.kind !== 'answered') {
        throw new StegError('message-invalid', { problem: `a call was answered with ${head.outcome.kind}` })
      }
      return {
        status: head.outcome.status,
        headers: head.outcome.headers,
        body: await unpackBody(head.body, body),
      }
    },

    async isAlive(agentId, timeout) {
      const ping = (id: string, deadline: number) =>
        encodeFrame({ v: WIRE_VERSION, id, deadline, ping: true }, undefined, 'request')
      try {
        await exchange(agentId, ping, timeout)
        return true
      } catch (error) {
        if (error === router.timedOut) return false
        parts.log.warn('ping failed', { agentId, reason: reasonOf(error) })
        throw error
      }
    },

    close: () => router.close(),
  }
}
