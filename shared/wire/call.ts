import { z } from 'zod'
import { type ErrorRecord, isErrorCode } from '../errors/error.ts'
import { Role, WIRE_VERSION } from './capabilities.ts'
import { Auth } from './credentials.ts'
import { Attempt, ChunkPlace, Credit, StreamedBody } from './stream.ts'

/**
 * Messages of the relay. Service Bus carries `messageId`, `correlationId`, `replyTo…` and time-to-live; everything else
 * is inside the body (see frame.ts), so that it can be sealed end to end as one piece.
 */

/**
 * How often a call may be executed: `repeatable` as often as you like (GET, or marked so), `once` never a second time;
 * when in doubt it is answered `indeterminate` and the caller reads back.
 */
const Idempotency = z.enum(['repeatable', 'once'])

const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not an HTTP field name')
const HeaderValue = z.string().regex(/^[^\r\n\0]*$/, 'contains a line break')
/** Ordered pairs, because a field such as Set-Cookie may come several times. Names in lower case. */
export const Headers = z.array(z.tuple([HeaderName, HeaderValue])).max(200)
export type Headers = z.infer<typeof Headers>

/** How the body follows the head, whole and in the same message; larger ones are streamed, see stream.ts. */
export const BodyInfo = z.object({
  encoding: z.enum(['identity', 'deflate-raw']),
  /** Bytes before compression. */
  size: z.int().min(0),
  /** SHA-256 of the uncompressed body, base64url. */
  sha256: z.string().length(43),
  part: z.int().min(0),
  parts: z.int().min(1),
})
export type BodyInfo = z.infer<typeof BodyInfo>

const CallBase = z.object({
  v: z.literal(WIRE_VERSION),
  id: z.string().min(1).max(64),
  /** Milliseconds since the epoch; after it the agent drops the call and the hub no longer waits. */
  deadline: z.int(),
  idempotency: Idempotency,
  /** W3C trace context. */
  traceparent: z.string().optional(),
})

/** A request to a target and its answer. */
const HttpCall = CallBase.extend({
  form: z.literal('http'),
  /** Name from the agent's allow-list and the base address that the tenant has set for it. */
  target: z.object({ name: Role, url: z.url({ protocol: /^https?$/ }) }),
  method: z.enum([
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'PROPFIND',
    'REPORT',
    'MKCALENDAR',
  ]),
  /** Below the target's base address; begins with "/", may carry a query, no scheme, no host, no fragment. */
  path: z
    .string()
    .regex(/^\/(?!\/)[^\s#\\]*$/, 'not a path below the target')
    .max(8192),
  headers: Headers,
  /** How the agent signs in at the target. Here and not among the header fields, so that nothing shows it. */
  auth: Auth.optional(),
  body: z.union([BodyInfo, StreamedBody]).nullable(),
  /** Chunks that the hub takes of a streamed answer; without it the answer comes in one message or fails. */
  credit: Credit.optional(),
})

/** The same, but the answer is passed on as it comes. */
const StreamCall = HttpCall.extend({ form: z.literal('stream'), credit: Credit })

/** A call of one of the forms that go to a target over HTTP. */
export const CallHead = z.discriminatedUnion('form', [HttpCall, StreamCall])
export type CallHead = z.infer<typeof CallHead>
export type HttpCallHead = z.infer<typeof HttpCall>

/** A call of a form that this side does not have: as much of it as is needed to refuse it. */
const OtherCall = CallBase.extend({ form: z.string().min(1).max(32) })
export type OtherCall = z.infer<typeof OtherCall>

export const ErrorRecordSchema: z.ZodType<ErrorRecord> = z.object({
  code: z.string().refine(isErrorCode, 'unknown error code'),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
}) as never

export const ReplyHead = z.object({
  v: z.literal(WIRE_VERSION),
  /** The call's id. */
  id: z.string().min(1).max(64),
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('answered'), status: z.int().min(100).max(599), headers: Headers }),
    z.object({ kind: z.literal('failed'), error: ErrorRecordSchema }),
    /** The agent lives: answer to a ping. */
    z.object({ kind: z.literal('pong'), version: z.string().max(64) }),
    /** This agent has taken the call and waits for the streamed body of the request. */
    z.object({ kind: z.literal('continue'), credit: Credit }),
    /** More of the request's body may come. */
    z.object({ kind: z.literal('credit'), credit: Credit }),
    /** A part of a streamed answer, after `answered`. */
    z.object({ kind: z.literal('chunk'), ...ChunkPlace.shape }),
    /** The agent knows nothing of this attempt: it has been started again meanwhile. */
    z.object({ kind: z.literal('gone') }),
  ]),
  /** Whose work on the call this is; with everything that belongs to a streamed body. */
  from: z.object({ agentId: z.string().min(1).max(128), attempt: Attempt }).optional(),
  body: z.union([BodyInfo, StreamedBody]).nullable(),
})
export type ReplyHead = z.infer<typeof ReplyHead>

/** "Are you there?": answered with `pong`, without touching any target. */
export const PingHead = z.object({
  v: z.literal(WIRE_VERSION),
  id: z.string().min(1).max(64),
  deadline: z.int(),
  ping: z.literal(true),
  /** Something about the agent has changed: it opens a new session. */
  renew: z.literal(true).optional(),
})
export type PingHead = z.infer<typeof PingHead>

/** What concerns a call that one certain agent has taken, or may have taken. Nothing answers it. */
export const ControlHead = z.object({
  v: z.literal(WIRE_VERSION),
  /** The call's id. */
  id: z.string().min(1).max(64),
  /** The call's. */
  deadline: z.int(),
  control: z.discriminatedUnion('kind', [
    /** Nobody waits for the answer any more. */
    z.object({ kind: z.literal('cancel') }),
    /** More of the streamed answer may come. */
    z.object({ kind: z.literal('credit'), attempt: Attempt, credit: Credit }),
    /** A part of the request's streamed body. */
    z.object({ kind: z.literal('chunk'), attempt: Attempt, ...ChunkPlace.shape }),
  ]),
})
export type ControlHead = z.infer<typeof ControlHead>

/** A call of any form. What says that it is of a known form must be so, or it is not valid. */
const AnyCall = z.union([
  CallHead,
  OtherCall.refine(({ form }) => !isHttpForm(form), { message: 'not a call of its form', path: ['form'] }),
])

/** What an agent takes from its queues. */
export const RequestHead = z.union([PingHead, ControlHead, AnyCall])
export type RequestHead = z.infer<typeof RequestHead>

export function isHttpCall(head: CallHead | OtherCall): head is CallHead {
  return isHttpForm(head.form)
}

function isHttpForm(form: string): boolean {
  return CallHead.options.some((option) => option.shape.form.value === form)
}
