import {
  isServiceBusError,
  type ServiceBusAdministrationClient,
  ServiceBusClient,
  type ServiceBusClientOptions,
  type ServiceBusMessage,
} from '@azure/service-bus'
import WebSocket from 'ws'
import { reasonOf, StegError } from '../../../shared/errors/error.ts'
import { gatherSends } from '../../../shared/wire/gather-sends.ts'
import { AmqpSocket, noMask } from '../../../shared/wire/socket.ts'
import { openAdministration } from './administration.ts'
import type { Bus, OutgoingMessage, QueueDepths } from './port.ts'

/**
 * How often a held session is renewed. The client renews by itself only in the mode that settles messages one by one;
 * replies are taken without that, which saves a message each. Well below the queue's lock of five minutes.
 */
const RENEW_SESSION_MS = 100_000
/** Replies handed over at the same time; with one, each would wait for a round trip of its own. */
const CONCURRENT_REPLIES = 64
/** The client may wait for ever when the connection breaks while it opens a session. */
const OPEN_SESSION_MS = 15_000
/** A connection that has fallen silent lets everything wait; the broker itself answers in milliseconds. */
const SILENT_MS = 10_000

class SecureSocket extends AmqpSocket {
  constructor(url: string, protocols?: string | string[], options?: WebSocket.ClientOptions) {
    super(new WebSocket(url, protocols, options))
  }
}

/** Plain WebSocket for the broker on loopback; the client always dials `wss:`. */
class LoopbackSocket extends AmqpSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(new WebSocket(url.replace(/^wss:/, 'ws:'), protocols, { generateMask: noMask }))
  }
}

function isLoopback(connectionString: string): boolean {
  return /(^|;)UseDevelopmentEmulator=true(;|$)/i.test(connectionString)
}

type Send = (message: OutgoingMessage) => Promise<void>

/** The bus on Azure Service Bus, or on the local broker: the connection string decides. AMQP over WebSocket. */
export function openServiceBus(connectionString: string): Bus & QueueDepths {
  const options: ServiceBusClientOptions = {
    webSocketOptions: { webSocket: isLoopback(connectionString) ? LoopbackSocket : SecureSocket },
    retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1000, timeoutInMs: 10_000 },
  }
  let client: ServiceBusClient | undefined
  let administration: ServiceBusAdministrationClient | undefined
  const senders = new Map<string, Send>()

  function connected(): ServiceBusClient {
    client ??= new ServiceBusClient(connectionString, options)
    return client
  }

  function senderFor(queue: string): Send {
    const cached = senders.get(queue)
    if (cached !== undefined) return cached
    const sender = connected().createSender(queue)
    const send = gatherSends<OutgoingMessage>(([first, ...more]) => {
      const messages = more.length === 0 ? asSent(first) : [first, ...more].map(asSent)
      return within(SILENT_MS, sender.sendMessages(messages))
    })
    senders.set(queue, send)
    return send
  }

  /** Forgets this connection, unless another one has taken its place: the client's own reconnecting is not relied upon. */
  function discard(broken: ServiceBusClient): void {
    if (client !== broken) return
    client = undefined
    senders.clear()
    closeQuietly(broken)
  }

  return {
    async send(queue, message) {
      const used = connected()
      try {
        await senderFor(queue)(message)
      } catch (error) {
        if (isTooLarge(error)) throw tooLarge(message, error)
        if (!isServiceBusError(error) || error.retryable) {
          discard(used)
          // A second copy may arrive; receivers recognise it by its message id.
          await senderFor(queue)(message).catch(unavailable)
          return
        }
        unavailable(error)
      }
    },

    async ensureQueue(queue, queueOptions) {
      administration ??= openAdministration(connectionString, isLoopback(connectionString))
      const { requiresSession, lockSeconds, maxDeliveryCount, timeToLiveSeconds, duplicateDetectionSeconds } =
        queueOptions
      await administration
        .createQueue(queue, {
          ...(requiresSession === undefined ? {} : { requiresSession }),
          ...(lockSeconds === undefined ? {} : { lockDuration: seconds(lockSeconds) }),
          ...(maxDeliveryCount === undefined ? {} : { maxDeliveryCount }),
          ...(timeToLiveSeconds === undefined
            ? {}
            : { defaultMessageTimeToLive: seconds(timeToLiveSeconds) }),
          ...(duplicateDetectionSeconds === undefined
            ? {}
            : {
                requiresDuplicateDetection: true,
                duplicateDetectionHistoryTimeWindow: seconds(duplicateDetectionSeconds),
              }),
        })
        .catch((error) => ignoreCode(error, 'MessageEntityAlreadyExistsError'))
    },

    async deleteQueue(queue) {
      administration ??= openAdministration(connectionString, isLoopback(connectionString))
      await administration
        .deleteQueue(queue)
        .catch((error) => ignoreCode(error, 'MessageEntityNotFoundError'))
    },

    async depthOf(queue) {
      administration ??= openAdministration(connectionString, isLoopback(connectionString))
      const properties = await administration.getQueueRuntimeProperties(queue).catch(unavailable)
      return { waiting: properties.activeMessageCount, deadLetters: properties.deadLetterMessageCount }
    },

    async openReplySession(queue, sessionId, onReply, onLost) {
      const own = new ServiceBusClient(connectionString, options)
      try {
        const accepting = own.acceptSession(queue, sessionId, {
          receiveMode: 'receiveAndDelete',
          maxAutoLockRenewalDurationInMs: 0,
          // Otherwise the client tries to read every body as JSON before it hands over the bytes.
          skipParsingBodyAsJson: true,
        })
        const receiver = await within(OPEN_SESSION_MS, accepting)
        let open = true
        const lose = (reason: string) => {
          if (!open) return
          open = false
          clearInterval(renewing)
          closeQuietly(own)
          onLost(reason)
        }
        const renewing = setInterval(() => {
          receiver.renewSessionLock().catch((error) => lose(reasonOf(error)))
        }, RENEW_SESSION_MS)
        receiver.subscribe(
          {
            processMessage: async (message) => {
              if (typeof message.correlationId === 'string' && message.body instanceof Uint8Array) {
                onReply({ correlationId: message.correlationId, body: message.body })
              }
            },
            processError: async ({ error }) => lose(reasonOf(error)),
          },
          { maxConcurrentCalls: CONCURRENT_REPLIES },
        )
        return {
          check: () =>
            within(SILENT_MS, receiver.renewSessionLock()).then(
              () => undefined,
              (error) => lose(reasonOf(error)),
            ),
          async close() {
            open = false
            clearInterval(renewing)
            await own.close()
          },
        }
      } catch (error) {
        closeQuietly(own)
        return unavailable(error)
      }
    },

    async check() {
      administration ??= openAdministration(connectionString, isLoopback(connectionString))
      await administration.getNamespaceProperties().catch(unavailable)
    },

    async close() {
      await client?.close()
    },
  }
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

/** @throws Error when it takes longer. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** The client is given up because something is wrong with it; that closing it fails, too, says nothing new. */
function closeQuietly(client: ServiceBusClient): void {
  client.close().catch(() => undefined)
}

function seconds(count: number): string {
  return `PT${count}S`
}

function ignoreCode(error: unknown, code: string): void {
  if (error instanceof Error && 'code' in error && error.code === code) return
  unavailable(error)
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

function unavailable(error: unknown): never {
  throw new StegError('bus-unavailable', { reason: reasonOf(error) }, { cause: error })
}
