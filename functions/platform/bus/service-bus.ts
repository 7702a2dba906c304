import type { ServiceBusAdministrationClient, ServiceBusClientOptions } from '@azure/service-bus'
import { openAdministration } from './administration.ts'
import { unavailable } from './clients.ts'
import type { Bus, QueueDepths } from './port.ts'
import { createReplySessions } from './reply-sessions.ts'
import { createSending } from './sending.ts'
import { isLoopback, socketsFor } from './sockets.ts'

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

    openReplySession: createReplySessions(connectionString, options),

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
