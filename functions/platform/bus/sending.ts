import { isServiceBusError, ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus'
import { createAbandonable } from '../../../shared/abandonable.ts'
import { systemClock } from '../../../shared/clock.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { retry } from '../../../shared/retry.ts'
import { gatherSends } from '../../../shared/wire/gather-sends.ts'
import { within } from '../../../shared/within.ts'
import { closeInTime, closeQuietly, SILENT_MS, unavailable } from './clients.ts'
import type { OutgoingMessage } from './port.ts'
import { socketsFor } from './sockets.ts'

/** Milliseconds before another attempt: a connection that was cut is replaced at once, a broker that restarts takes longer. */
const PAUSES = [10, 250, 500, 1000, 2000, 4000]
/** After so long no further attempt begins. */
const PATIENCE_MS = 12_000
/** Attempts are made here, each over a connection of its own: the client's reconnecting is not relied upon. */
const retryOptions = { maxRetries: 0, timeoutInMs: SILENT_MS }

export interface Sending {
  /** Resolves when the broker has accepted the message. @throws StegError `bus-unavailable`, `call-too-large` */
  send(queue: string, message: OutgoingMessage): Promise<void>
  close(): Promise<void>
}

/** A connection for sending, used until it breaks. */
interface Connection {
  send(queue: string, message: OutgoingMessage): Promise<void>
  /** Something is wrong with it. */
  discard(): void
  /** What is under way gets a little time. */
  close(): Promise<void>
}

export function createSending(connectionString: string): Sending {
  let current: Connection | undefined
  let closed = false

  function connected(): Connection {
    if (closed) throw stopping()
    current ??= connect(connectionString)
    return current
  }

  /** What was under way goes out again over the next connection: receivers recognise a second copy by its message id. */
  async function attempt(queue: string, message: OutgoingMessage): Promise<void> {
    const connection = connected()
    try {
      await connection.send(queue, message)
    } catch (error) {
      if (isWorthRetrying(error) && current === connection) {
        current = undefined
        connection.discard()
      }
      throw error
    }
  }

  return {
    async send(queue, message) {
      const began = systemClock.now()
      try {
        await retry(() => attempt(queue, message), {
          pauses: PAUSES,
          clock: systemClock,
          isWorthRetrying: (error) =>
            !closed && isWorthRetrying(error) && systemClock.now() - began < PATIENCE_MS,
        })
      } catch (error) {
        if (isTooLarge(error)) throw tooLarge(message, error)
        unavailable(error)
      }
    },
    async close() {
      closed = true
      await current?.close()
    },
  }
}

function connect(connectionString: string): Connection {
  // The client tells only after its own time is over that a connection has ended while something was under way.
  const sending = createAbandonable()
  const client = new ServiceBusClient(connectionString, {
    webSocketOptions: { webSocket: socketsFor(connectionString, sending.giveUp) },
    retryOptions,
  })
  const senders = new Map<string, (message: OutgoingMessage) => Promise<void>>()

  function senderFor(queue: string) {
    const cached = senders.get(queue)
    if (cached !== undefined) return cached
    const sender = client.createSender(queue)
    const send = gatherSends(asSent, (messages) =>
      sending.run(() => within(SILENT_MS, sender.sendMessages(messages))),
    )
    senders.set(queue, send)
    return send
  }

  return {
    send: async (queue, message) => senderFor(queue)(message),
    discard: () => closeQuietly(client),
    async close() {
      await closeInTime(client)
      sending.giveUp(stopping())
    },
  }
}

function stopping(): StegError {
  return new StegError('bus-unavailable', { reason: 'the hub is stopping' })
}

function asSent(message: OutgoingMessage): ServiceBusMessage {
  return {
    body: message.body,
    subject: message.subject,
    messageId: message.messageId,
    ...(message.correlationId === undefined ? {} : { correlationId: message.correlationId }),
    ...(message.sessionId === undefined ? {} : { sessionId: message.sessionId }),
    ...(message.replyToSessionId === undefined ? {} : { replyToSessionId: message.replyToSessionId }),
    ...(message.timeToLive === undefined ? {} : { timeToLive: message.timeToLive }),
    applicationProperties: {
      ...(message.enc === undefined ? {} : { enc: message.enc }),
      ...(message.traceparent === undefined ? {} : { traceparent: message.traceparent }),
    },
  }
}

/** Everything but what the broker itself refuses for good. */
function isWorthRetrying(error: unknown): boolean {
  return !isServiceBusError(error) || error.retryable
}

function isTooLarge(error: unknown): boolean {
  return isServiceBusError(error) && error.code === 'MessageSizeExceeded'
}

function tooLarge(message: OutgoingMessage, cause: unknown): StegError {
  return new StegError(
    'call-too-large',
    { direction: 'request', size: message.body.length, limit: 256 * 1024 },
    { cause },
  )
}
