import { Readable } from 'node:stream'
import type { Clock } from '../../shared/clock.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { type Random, randomId } from '../../shared/random.ts'
import type { Bytes } from '../../shared/stream/encode.ts'
import { WINDOW } from '../../shared/stream/incoming.ts'
import type { CallHead, Headers } from '../../shared/wire/call.ts'
import { type Form, WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import type { Auth } from '../../shared/wire/credentials.ts'
import { encodeFrame, MAX_BODY_BYTES, unpackBody } from '../../shared/wire/frame.ts'
import type { HubChannel } from '../../shared/wire/seal.ts'
import type { Bus } from '../platform/bus/port.ts'
import { collect, tooLarge } from './collect.ts'
import { type Arrived, type ConversationParts, converse } from './conversation.ts'
import { createReplyRouters } from './reply-routers.ts'
import { prepareBody } from './request-body.ts'
import { createRoutes } from './routes.ts'

/** A call through an agent to one of its targets. */
export interface RelayRequest {
  readonly target: { readonly name: string; readonly url: string }
  readonly method: CallHead['method']
  /** Below the target's base address, with query. */
  readonly path: string
  readonly headers: Headers
  /** How the agent signs in at the target; never a header field beside it. */
  readonly auth?: Auth
  readonly body?: Uint8Array
  /** Largest answer in bytes, uncompressed; 16 MiB when it is not said. More is `call-too-large`. */
  readonly maxBytes?: number
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

/** A call whose bodies may be of any size; neither is ever held in memory as a whole. */
export interface StreamRequest extends Omit<RelayRequest, 'body' | 'maxBytes'> {
  readonly body?: Bytes | Uint8Array
  /** The answer is passed on as it comes, however slowly, for a target that tells what happens. */
  readonly asItComes?: true
}

export interface StreamResponse {
  readonly status: number
  readonly headers: Headers
  /**
   * Ends only when everything has come and is as it was sent, otherwise with an error: `response-broken`,
   * `deadline-exceeded`, `call-cancelled`, `indeterminate`. The target is read as fast as this is; destroying it ends the
   * call at the target.
   */
  readonly body: Readable
}

export interface RelayService {
  /**
   * Calls a target through an agent, or through whichever agent of a site takes it first. The request must fit into one message, else it is `call-too-large`.
   * @param to the id of an agent, or of a site
   * @throws StegError any relay code; `indeterminate` when it is not known whether the call took effect
   */
  call(to: string, request: RelayRequest, signal?: AbortSignal): Promise<RelayResponse>
  /**
   * The same with bodies of any size. `timeout` covers everything, up to the last byte of the answer.
   * @throws StegError as `call`, and `request-broken` when the request's body ended early
   */
  stream(to: string, request: StreamRequest, signal?: AbortSignal): Promise<StreamResponse>
  /** Whether the agent answers within `timeout` milliseconds. Costs one message each way. */
  isAlive(agentId: string, timeout: number): Promise<boolean>
  /** Asks an agent to open a new session. @returns as `isAlive` */
  renew(agentId: string, timeout: number): Promise<boolean>
  close(): Promise<void>
}

export interface RelayPlace {
  readonly queue: string
  /** The queue on which they answer. */
  readonly replies: string
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
   * @param needs what the agent must be able to do
   * @throws StegError `agent-missing`, `agent-revoked`, `agent-outdated`, `form-unsupported`
   */
  readonly placeOf: (
    to: string,
    needs?: { readonly role?: string; readonly form: Form },
  ) => Promise<RelayPlace>
  /** Unique to this process: the session on the reply queue that it holds. */
  readonly instanceId: string
  readonly log: Logger
  /** A reply of this agent came too late. */
  readonly onLate: (agentId: string) => void
}

type Exchange = Pick<
  ConversationParts,
  'timeout' | 'upload' | 'idempotency' | 'targetName' | 'url' | 'tooLate' | 'onAgent'
> & { readonly needs: { readonly role: string; readonly form: Form } | undefined }

/** Calls without an answer, of which it is still known to which agent they went. */
const GIVEN_UP_REMEMBERED = 1000

export function createRelayService(parts: RelayParts): RelayService {
  const { bus, clock } = parts
  /** By call. */
  const givenUp = new Map<string, string>()
  const routes = createRoutes(parts)
  const routers = createReplyRouters({
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
    request: Exchange,
    frameOf: (id: string, deadline: number) => Uint8Array,
    signal?: AbortSignal,
  ): Promise<Arrived> {
    if (signal?.aborted) throw new StegError('call-cancelled', {})
    const id = randomId(parts.random, 26)
    const deadline = clock.now() + request.timeout
    const frame = frameOf(id, deadline)
    const { queue, replies, channel, agents } = await parts.placeOf(to, request.needs)
    const [likeliest = to] = agents
    const router = routers.of(replies)
    request.onAgent?.(likeliest)
    const conversation = converse({
      ...request,
      id,
      router,
      channel,
      signal,
      control: (taker, control, bytes) =>
        routes.control({ agents: taker === undefined ? agents : [taker], id, deadline }, control, bytes),
      onControlFailed: (kind, error) =>
        parts.log.warn('an agent could not be told', { id, kind, reason: reasonOf(error) }),
    })
    // Not waited for: a broker that hangs must not hold a call beyond its time.
    sendTo(queue, channel).catch((error) => conversation.abandon(error))
    conversation.arrived.catch(() => giveUp(id, likeliest))
    return conversation.arrived

    async function sendTo(queue: string, channel: HubChannel): Promise<void> {
      await router.ready()
      const left = deadline - clock.now()
      // Nobody waits any more: it must not be executed after its caller was told that it has failed.
      if (conversation.isOver() || left <= 0) return
      await bus.send(queue, {
        body: channel.seal(id, frame),
        enc: channel.enc,
        subject: 'call',
        messageId: id,
        correlationId: id,
        replyToSessionId: parts.instanceId,
        timeToLive: left,
      })
    }
  }

  async function send(
    to: string,
    request: StreamRequest,
    signal: AbortSignal | undefined,
    mayStream: boolean,
  ): Promise<Arrived> {
    const { target, timeout } = request
    const body = await prepareBody(request.body, mayStream)
    const seconds = Math.round(timeout / 1000)
    const form = request.asItComes === true ? 'stream' : 'http'
    const head = (id: string, deadline: number): CallHead => ({
      v: WIRE_VERSION,
      form,
      id,
      deadline: Math.min(deadline, request.notAfter ?? deadline),
      target: { ...target },
      method: request.method,
      path: request.path,
      headers: request.headers,
      ...(request.auth === undefined ? {} : { auth: request.auth }),
      idempotency: request.idempotency,
      ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
      body: body.info,
      credit: WINDOW,
    })
    return exchange(
      to,
      {
        timeout,
        needs: { role: target.name, form },
        onAgent: request.onAgent,
        upload: body.upload,
        idempotency: request.idempotency,
        targetName: target.name,
        url: target.url,
        tooLate: () => new StegError('deadline-exceeded', { target: target.name, seconds }),
      },
      (id, deadline) => encodeFrame(head(id, deadline), body.bytes, 'request'),
      signal,
    )
  }

  async function ping(agentId: string, timeout: number, more: { readonly renew?: true }): Promise<boolean> {
    const late = new StegError('deadline-exceeded', {
      target: agentId,
      seconds: Math.round(timeout / 1000),
    })
    const request: Exchange = {
      timeout,
      needs: undefined,
      upload: undefined,
      onAgent: undefined,
      idempotency: 'repeatable',
      targetName: agentId,
      url: agentId,
      tooLate: () => late,
    }
    try {
      await exchange(agentId, request, (id, deadline) =>
        encodeFrame({ v: WIRE_VERSION, id, deadline, ping: true, ...more }, undefined, 'request'),
      )
      return true
    } catch (error) {
      if (error === late) return false
      parts.log.warn('ping failed', { agentId, reason: reasonOf(error) })
      throw error
    }
  }

  return {
    async call(to, request, signal) {
      const { outcome, body } = answered(await send(to, request, signal, false))
      const limit = request.maxBytes ?? MAX_BODY_BYTES
      const bytes =
        'stream' in body ? await collect(body.stream, limit) : await unpackBody(body.info, body.bytes)
      if (bytes.length > limit) throw tooLarge(bytes.length, limit)
      return { status: outcome.status, headers: outcome.headers, body: bytes }
    },

    async stream(to, request, signal) {
      const { outcome, body } = answered(await send(to, request, signal, true))
      const stream =
        'stream' in body ? body.stream : Readable.from(whole(await unpackBody(body.info, body.bytes)))
      return { status: outcome.status, headers: outcome.headers, body: stream }
    },

    isAlive: (agentId, timeout) => ping(agentId, timeout, {}),
    renew: (agentId, timeout) => ping(agentId, timeout, { renew: true }),

    async close() {
      await routers.close()
      await routes.idle()
    },
  }
}

/** @throws StegError `message-invalid` */
function answered({ outcome, body }: Arrived) {
  if (outcome.kind === 'answered') return { outcome, body }
  throw new StegError('message-invalid', { problem: `a call was answered with ${outcome.kind}` })
}

function whole(bytes: Uint8Array): Uint8Array[] {
  return bytes.length === 0 ? [] : [bytes]
}
