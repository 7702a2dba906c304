import {
  type ServiceBusAdministrationClient,
  ServiceBusClient,
  type ServiceBusClientOptions,
} from '@azure/service-bus'
import { reasonOf } from '../../../shared/errors/error.ts'
import { within } from '../../../shared/within.ts'
import { openAdministration } from './administration.ts'
import { closeInTime, closeQuietly, SILENT_MS, unavailable } from './clients.ts'
import type { Bus, QueueDepths } from './port.ts'
import { createSending } from './sending.ts'
import { isLoopback, socketsFor } from './sockets.ts'

/**
 * How often a held session is renewed. The client renews by itself only in the mode that settles messages one by one;
 * replies are taken without that, which saves a message each. Well below the queue's lock of five minutes.
 */
const RENEW_SESSION_MS = 100_000
/** Replies handed over at the same time; with one, each would wait for a round trip of its own. */
const CONCURRENT_REPLIES = 64
/** The client may wait for ever when the connection breaks while it opens a session. */
const OPEN_SESSION_MS = 15_000

/** The bus on Azure Service Bus, or on the local broker: the connection string decides. AMQP over WebSocket. */
export function openServiceBus(connectionString: string): Bus & QueueDepths {
  const options: ServiceBusClientOptions = {
    webSocketOptions: { webSocket: socketsFor(connectionString) },
    retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1000, timeoutInMs: 10_000 },
  }
  const sending = createSending(connectionString)
  let administration: ServiceBusAdministrationClient | undefined

  return {
    send: sending.send,

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
            await closeInTime(own)
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

    close: sending.close,
  }
}

function seconds(count: number): string {
  return `PT${count}S`
}

function ignoreCode(error: unknown, code: string): void {
  if (error instanceof Error && 'code' in error && error.code === code) return
  unavailable(error)
}
