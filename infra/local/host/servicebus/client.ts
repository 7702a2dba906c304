import {
  isServiceBusError,
  type ProcessErrorArgs,
  ServiceBusClient,
  type ServiceBusReceivedMessage,
} from '@azure/service-bus'
import WebSocket from 'ws'

export type Message = ServiceBusReceivedMessage

/** The part of the Service Bus client that the triggers use; tests put a fake in its place. */
export interface BusClient {
  createReceiver(queue: string, options: ReceiverOptions): QueueReceiver
  /** Waits for a session with messages; rejects after about a minute without one. */
  acceptNextSession(queue: string, options: ReceiverOptions): Promise<SessionReceiver>
  close(): Promise<void>
}

export interface ReceiverOptions {
  readonly receiveMode: 'peekLock'
  readonly maxAutoLockRenewalDurationInMs: number
  readonly skipParsingBodyAsJson: boolean
}

export interface Settlement {
  completeMessage(message: Message): Promise<void>
  abandonMessage(message: Message): Promise<void>
}

interface Receiver extends Settlement {
  receiveMessages(
    count: number,
    options: { maxWaitTimeInMs: number; abortSignal: AbortSignal },
  ): Promise<Message[]>
  close(): Promise<void>
}

export interface QueueReceiver extends Receiver {
  subscribe(
    handlers: {
      processMessage(message: Message): Promise<void>
      processError(args: ProcessErrorArgs): Promise<void>
    },
    options: { autoCompleteMessages: boolean; maxConcurrentCalls: number },
  ): { close(): Promise<void> }
  renewMessageLock(message: Message): Promise<Date>
}

export interface SessionReceiver extends Receiver {
  readonly sessionId: string
  readonly sessionLockedUntilUtc: Date
  renewSessionLock(): Promise<Date>
}

export type OpenBus = (connectionString: string) => BusClient

/**
 * Locks are renewed here instead of by the client, which mixes up messages with the same id and ends the renewal of
 * a session a fixed time after it was accepted. Bodies stay bytes: the function's binding says how it wants them.
 */
export const receiverOptions: ReceiverOptions = {
  receiveMode: 'peekLock',
  maxAutoLockRenewalDurationInMs: 0,
  skipParsingBodyAsJson: true,
}

/** The client always dials `wss:`; a broker on loopback has no certificate and speaks plain WebSocket. */
class LoopbackWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[], options?: WebSocket.ClientOptions) {
    super(String(url).replace(/^wss:/, 'ws:'), protocols, options)
  }
}

/** A client for Azure Service Bus or, when the connection string names a loopback address, for a local broker. */
export const openServiceBus: OpenBus = (connectionString) =>
  new ServiceBusClient(connectionString, {
    // Failures are handled by whoever holds the client: it waits less and starts with a fresh connection.
    retryOptions: { maxRetries: 0, retryDelayInMs: 100, timeoutInMs: 60_000 },
    ...(isLoopback(connectionString) && { webSocketOptions: { webSocket: LoopbackWebSocket } }),
  })

export function isLoopback(connectionString: string): boolean {
  return /(?:^|;)\s*Endpoint=[a-z]+:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])[:/;]/i.test(
    `${connectionString};`,
  )
}

/** True for the refusal of `acceptNextSession` when no session has a message. */
export function isNoSession(error: unknown): boolean {
  if (isServiceBusError(error))
    return error.code === 'ServiceTimeout' || error.code === 'SessionCannotBeLocked'
  return error instanceof Error && error.name === 'OperationTimeoutError'
}
