import type { TypedData } from '../core-types.ts'
import type { Message } from './client.ts'

/** Text of a body that was sent as bytes is read as UTF-8, like in the real host. */
export function inputData(messages: readonly Message[], batch: boolean, binary: boolean): TypedData {
  const bodies = messages.map((message) => bytesOf(message.body))
  if (binary) {
    return batch ? { collectionBytes: { bytes: bodies } } : { bytes: bodies[0] ?? new Uint8Array() }
  }
  const texts = bodies.map((body) => body.toString('utf8'))
  return batch ? { collectionString: { string: texts } } : { string: texts[0] ?? '' }
}

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (body === undefined || body === null) return Buffer.alloc(0)
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Names and values as the Service Bus extension of the real host gives them (ServiceBusTriggerBindingStrategy). */
const fields: Readonly<Record<string, (message: Message) => unknown>> = {
  MessageId: (message) => message.messageId,
  SessionId: (message) => message.sessionId,
  CorrelationId: (message) => message.correlationId,
  ReplyTo: (message) => message.replyTo,
  ReplyToSessionId: (message) => message.replyToSessionId,
  To: (message) => message.to,
  Subject: (message) => message.subject,
  Label: (message) => message.subject,
  ContentType: (message) => message.contentType,
  PartitionKey: (message) => message.partitionKey,
  LockToken: (message) => message.lockToken,
  DeadLetterSource: (message) => message.deadLetterSource,
  SequenceNumber: (message) => message.sequenceNumber?.toNumber(),
  // The client counts the deliveries before this one, the host includes it.
  DeliveryCount: (message) => (message.deliveryCount ?? 0) + 1,
  EnqueuedTimeUtc: (message) => message.enqueuedTimeUtc,
  ExpiresAtUtc: (message) => message.expiresAtUtc,
  LockedUntil: (message) => message.lockedUntilUtc,
  ApplicationProperties: (message) => message.applicationProperties ?? {},
}

const jsonFields = new Set(['SequenceNumber', 'DeliveryCount', 'ApplicationProperties'])

/** One value per name for a single message; for a batch, arrays under the names with `Array` appended. */
export function triggerMetadata(messages: readonly Message[], batch: boolean): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = {}
  for (const [name, read] of Object.entries(fields)) {
    if (batch) {
      const values = messages.map(read)
      metadata[`${name}Array`] = jsonFields.has(name)
        ? { json: JSON.stringify(values) }
        : { collectionString: { string: values.map(textOf) } }
    } else {
      const [message] = messages
      const value = message && read(message)
      if (value !== undefined) metadata[name] = typed(value)
    }
  }
  return metadata
}

function typed(value: unknown): TypedData {
  if (typeof value === 'string') return { string: value }
  if (typeof value === 'number') return { int: value }
  return { json: JSON.stringify(value) }
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return value === undefined ? '' : String(value)
}

/** The trace that the sender of the message belongs to. */
export function traceParentOf(message: Message | undefined): string | undefined {
  const id = message?.applicationProperties?.['Diagnostic-Id']
  return typeof id === 'string' ? id : undefined
}
