import rhea, { type EventContext, type Receiver, type Sender } from 'rhea'
import { z } from 'zod'
import type { Refusal } from '../runtime/refusal.ts'
import type { Peer } from './peer.ts'
import { openLink, sendSettled } from './rhea.ts'

/** A request over a `$cbs` or `$management` link. */
export interface Request {
  readonly operation: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly refused?: Refusal
}

const requestSchema = z.object({
  message_id: z.union([z.string(), z.number(), z.instanceof(Buffer)]),
  reply_to: z.string(),
  application_properties: z.looseObject({ operation: z.string() }),
  body: z.unknown(),
})

const statusOf: Partial<Record<Refusal['condition'], number>> = {
  'amqp:decode-error': 400,
  'amqp:not-allowed': 400,
  'amqp:not-found': 404,
  'amqp:not-implemented': 501,
  'amqp:resource-limit-exceeded': 403,
  'amqp:unauthorized-access': 401,
  'amqp:link:message-size-exceeded': 403,
  'com.microsoft:argument-error': 400,
  'com.microsoft:message-lock-lost': 410,
  'com.microsoft:message-not-found': 404,
  'com.microsoft:session-lock-lost': 410,
  'com.microsoft:session-cannot-be-locked': 410,
}

export const refusedAnswer = (refused: Refusal): Answer => ({
  status: statusOf[refused.condition] ?? 500,
  refused,
})

/** The link over which the client wants its answers. */
export function attachReplies(peer: Peer, link: Sender, address: string): void {
  const target: unknown = link.target?.address
  const names = typeof target === 'string' && target ? [link.name, target] : [link.name]
  for (const name of names) peer.replies.set(name, link)
  link.once('sender_close', () => {
    for (const name of names) if (peer.replies.get(name) === link) peer.replies.delete(name)
  })
  link.set_source({ address })
  openLink(link)
}

/** The link over which requests come. */
export function attachRequests(
  peer: Peer,
  link: Receiver,
  address: string,
  handle: (request: Request, answer: (answer: Answer) => void) => void,
): void {
  link.set_target({ address })
  openLink(link)
  link.on('message', (context: EventContext) => {
    context.delivery?.accept()
    const read = requestSchema.safeParse(rhea.message.decode(context.message as unknown as Buffer))
    if (!read.success) {
      peer.log.warn('a request that cannot be understood was ignored', {
        address,
        problem: read.error.message,
      })
      return
    }
    const { message_id, reply_to, application_properties, body } = read.data
    const request = { operation: application_properties.operation, properties: application_properties, body }
    handle(request, (answer) => {
      const replies = peer.replies.get(reply_to)
      if (replies) sendSettled(replies, toMessage(message_id, answer))
    })
  })
}

function toMessage(correlation_id: string | number | Buffer, { status, body, refused }: Answer): object {
  const code = rhea.types.wrap_int(status)
  const description = refused?.description ?? 'OK'
  return {
    correlation_id,
    application_properties: {
      // The token service and the management node name them differently.
      statusCode: code,
      statusDescription: description,
      'status-code': code,
      'status-description': description,
      ...(refused && { errorCondition: refused.condition, 'error-condition': refused.condition }),
    },
    body: body ?? null,
  }
}
