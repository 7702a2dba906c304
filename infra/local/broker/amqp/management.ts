import rhea from 'rhea'
import { z } from 'zod'
import { MalformedMessage } from '../message/encoding.ts'
import { readMessage } from '../message/message.ts'
import type { SessionLock } from '../queue/entry.ts'
import type { Lane } from '../runtime/lane.ts'
import { type EntityPath, laneOf } from '../runtime/namespace.ts'
import type { Queue } from '../runtime/queue.ts'
import { noSuchQueue, type Refusal, refusal } from '../runtime/refusal.ts'
import { isRefusal } from '../runtime/sessions.ts'
import type { Outcome } from '../runtime/settlement.ts'
import type { Right } from '../settings.ts'
import { allowed, type Peer } from './peer.ts'
import { deadLetterProperties, encodeProperties } from './properties.ts'
import { checkArrivals, MAX_MESSAGE_BYTES } from './publishing.ts'
import { unauthorized } from './refusing.ts'
import { type Answer, type Request, refusedAnswer } from './replying.ts'

interface Call {
  readonly peer: Peer
  readonly queue: Queue
  readonly lane: Lane
  readonly body: unknown
  /** The receiver on whose behalf the client asks. */
  readonly link: string | undefined
  answer(answer: Answer): void
}

interface Operation {
  readonly right: Right
  /** May throw a `ZodError` for a body of the wrong form. */
  run(call: Call): void
}

const { types } = rhea
const ok = (body: unknown): Answer => ({ status: 200, body })
const decided = (call: Call) => (refused?: Refusal) =>
  call.answer(refused ? refusedAnswer(refused) : ok(undefined))

const TIMESTAMP = 0x83
const LONG = 0x81

const uuid = z.instanceof(Buffer).refine((bytes) => bytes.length === 16)
const lockTokens = z.array(uuid).min(1)
const sequenceNumber = z.union([
  z.number(),
  z.instanceof(Buffer).transform((bytes) => Number(bytes.readBigInt64BE())),
])
const sequenceNumbers = z.array(sequenceNumber)
const properties = z.record(z.string(), z.unknown()).nullish()

const bodies = {
  renewLock: z.object({ 'lock-tokens': lockTokens }),
  peek: z.object({
    'from-sequence-number': sequenceNumber,
    'message-count': z.number().int().min(1),
    'session-id': z.string().nullish(),
  }),
  schedule: z.object({ messages: z.array(z.object({ message: z.instanceof(Buffer) })) }),
  cancel: z.object({ 'sequence-numbers': sequenceNumbers }),
  receive: z.object({
    'sequence-numbers': sequenceNumbers,
    'receiver-settle-mode': z.number(),
    'session-id': z.string().nullish(),
  }),
  dispose: z.object({
    'lock-tokens': lockTokens,
    'disposition-status': z.enum(['completed', 'abandoned', 'suspended', 'defered']),
    'deadletter-reason': z.string().nullish(),
    'deadletter-description': z.string().nullish(),
    'properties-to-modify': properties,
  }),
  session: z.object({ 'session-id': z.string() }),
  setState: z.object({ 'session-id': z.string(), 'session-state': z.instanceof(Buffer).nullish() }),
  listSessions: z.object({ skip: z.number().int().min(0), top: z.number().int().min(0) }),
}

const MAX_PEEK_BYTES = 4 * MAX_MESSAGE_BYTES

/** The lock of a session that this connection holds. */
function heldSession(call: Call, sessionId: string): SessionLock | undefined {
  const named = call.link === undefined ? undefined : call.peer.sessions.get(call.link)
  const all = named ? [named] : [...call.peer.sessions.values()]
  return all.find((held) => held.lane === call.lane && held.lock.sessionId === sessionId && !held.lock.ended)
    ?.lock
}

const sessionLost = refusal('com.microsoft:session-lock-lost', 'The session is not held by this receiver.')

function outcomeOf(body: z.output<typeof bodies.dispose>): Outcome {
  const modify = body['properties-to-modify']
  switch (body['disposition-status']) {
    case 'completed':
      return { kind: 'complete' }
    case 'abandoned':
      return { kind: 'abandon', properties: encodeProperties(modify) }
    case 'defered':
      return { kind: 'defer', properties: encodeProperties(modify) }
    case 'suspended': {
      const reason = body['deadletter-reason'] ?? undefined
      const description = body['deadletter-description'] ?? undefined
      return { kind: 'dead-letter', properties: deadLetterProperties(modify, reason, description) }
    }
  }
}

function peekAnswer(found: readonly Buffer[]): Answer {
  if (found.length === 0) return { status: 204 }
  let total = 0
  const within = found.filter((bytes, index) => {
    total += bytes.length
    return index === 0 || total <= MAX_PEEK_BYTES
  })
  return ok({ messages: within.map((message) => ({ message })) })
}

/** The operations of `<queue>/$management` (learn.microsoft.com, "AMQP request-response-based operations"). */
const operations: Readonly<Record<string, Operation>> = {
  'com.microsoft:renew-lock': {
    right: 'listen',
    run(call) {
      const tokens = bodies.renewLock.parse(call.body)['lock-tokens']
      const ends = tokens.map((token) => call.lane.renew(token.toString('hex')))
      const refused = ends.find(isRefusal)
      call.answer(
        refused ? refusedAnswer(refused) : ok({ expirations: types.wrap_array(ends, TIMESTAMP, undefined) }),
      )
    },
  },
  'com.microsoft:peek-message': {
    right: 'listen',
    run(call) {
      const body = bodies.peek.parse(call.body)
      const session = body['session-id'] ?? undefined
      call.answer(peekAnswer(call.lane.peek(body['from-sequence-number'], body['message-count'], session)))
    },
  },
  'com.microsoft:schedule-message': {
    right: 'send',
    run(call) {
      const arrivals = bodies.schedule.parse(call.body).messages.map(({ message }) => readMessage(message))
      const refused = checkArrivals(call.queue, arrivals)
      if (refused) return call.answer(refusedAnswer(refused))
      call.lane.publish(arrivals, (failed, ids) =>
        call.answer(
          failed ? refusedAnswer(failed) : ok({ 'sequence-numbers': types.wrap_array(ids, LONG, undefined) }),
        ),
      )
    },
  },
  'com.microsoft:cancel-scheduled-message': {
    right: 'send',
    run: (call) =>
      call.lane.cancelScheduled(bodies.cancel.parse(call.body)['sequence-numbers'], decided(call)),
  },
  'com.microsoft:receive-by-sequence-number': {
    right: 'listen',
    run(call) {
      const body = bodies.receive.parse(call.body)
      const sessionId = body['session-id'] ?? undefined
      const session = sessionId === undefined ? undefined : heldSession(call, sessionId)
      const how = { session, removes: body['receiver-settle-mode'] === 0 }
      call.lane.receiveDeferred(body['sequence-numbers'], how, (refused, handouts) => {
        const messages = handouts.map(({ key, bytes }) => ({
          message: bytes,
          'lock-token': types.wrap_uuid(Buffer.from(key, 'hex')),
        }))
        call.answer(refused ? refusedAnswer(refused) : ok({ messages }))
      })
    },
  },
  'com.microsoft:update-disposition': {
    right: 'listen',
    run(call) {
      const body = bodies.dispose.parse(call.body)
      const outcome = outcomeOf(body)
      let open = body['lock-tokens'].length
      let failed: Refusal | undefined
      for (const token of body['lock-tokens'])
        call.lane.settle(token.toString('hex'), outcome, (refused) => {
          failed ??= refused
          if (--open === 0) decided(call)(failed)
        })
    },
  },
  'com.microsoft:renew-session-lock': {
    right: 'listen',
    run(call) {
      const lock = heldSession(call, bodies.session.parse(call.body)['session-id'])
      const until = lock ? call.lane.renewSession(lock) : sessionLost
      call.answer(isRefusal(until) ? refusedAnswer(until) : ok({ expiration: types.wrap_timestamp(until) }))
    },
  },
  'com.microsoft:set-session-state': {
    right: 'listen',
    run(call) {
      const body = bodies.setState.parse(call.body)
      if (!heldSession(call, body['session-id'])) return call.answer(refusedAnswer(sessionLost))
      call.lane.setSessionState(body['session-id'], body['session-state'] ?? undefined, decided(call))
    },
  },
  'com.microsoft:get-session-state': {
    right: 'listen',
    run(call) {
      const sessionId = bodies.session.parse(call.body)['session-id']
      if (!heldSession(call, sessionId)) return call.answer(refusedAnswer(sessionLost))
      const state = call.lane.sessionState(sessionId)
      call.answer(ok({ 'session-state': state === undefined ? null : Buffer.from(state) }))
    },
  },
  'com.microsoft:get-message-sessions': {
    right: 'listen',
    run(call) {
      const { skip, top } = bodies.listSessions.parse(call.body)
      const ids = call.lane.sessionIds().slice(skip, skip + top)
      call.answer(
        ids.length === 0 ? { status: 204 } : ok({ skip: types.wrap_int(skip), 'sessions-ids': ids }),
      )
    },
  },
}

/** Clients ask for tokens for this very path, though one for the queue does as well. */
export const managementPath = ({ path }: EntityPath) => `${path}/$management`

export function handleManagement(
  peer: Peer,
  path: EntityPath,
  request: Request,
  answer: (answer: Answer) => void,
) {
  const operation = operations[request.operation]
  if (!operation)
    return answer(refusedAnswer(refusal('amqp:not-implemented', `Unknown operation '${request.operation}'.`)))
  const { right } = operation
  const place = managementPath(path)
  if (!allowed(peer, place, [right])) return answer(refusedAnswer(unauthorized(right, place)))
  const queue = peer.namespace.find(path.queue)
  if (!queue) return answer(refusedAnswer(noSuchQueue(path.queue)))
  const link = z.string().optional().catch(undefined).parse(request.properties['associated-link-name'])
  try {
    operation.run({ peer, queue, lane: laneOf(queue, path), body: request.body, link, answer })
  } catch (cause) {
    if (!(cause instanceof z.ZodError) && !(cause instanceof MalformedMessage)) throw cause
    answer(refusedAnswer(refusal('com.microsoft:argument-error', cause.message)))
  }
}
