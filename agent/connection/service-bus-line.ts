import {
  isServiceBusError,
  type ProcessErrorArgs,
  ServiceBusClient,
  type ServiceBusClientOptions,
  type ServiceBusMessage,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
  type ServiceBusSender,
} from '@azure/service-bus'
import { createAbandonable } from '../../shared/abandonable.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { MAX_FRAME_BYTES } from '../../shared/wire/frame.ts'
import { gatherSends } from '../../shared/wire/gather-sends.ts'
import { ECHO } from '../../shared/wire/heartbeat.ts'
import { within } from '../../shared/within.ts'
import type { Outbound } from '../network/outbound.ts'
import { networkProblem } from '../network/problems.ts'
import { isLoopback } from '../relay/rules/address.ts'
import { grantCredential } from './grants.ts'
import type { IncomingRequest, Line, OpenLine, OutgoingMessage, OutgoingQueue } from './line.ts'
import { shortReason } from './reason.ts'
import { createSlots } from './slots.ts'
import { createSockets, type Sockets } from './sockets.ts'
import { createWorkCount } from './work-count.ts'

const CONCURRENT_CALLS = 16
/** What concerns calls that are under way must get through while all of them are. */
const CONCURRENT_MESSAGES = CONCURRENT_CALLS + 48
/** Calls may take as long as the hub's own limit (230 s); the lock must not run out before. */
const LOCK_RENEWAL_MS = 5 * 60_000
const OPEN_TIMEOUT_MS = 20_000
const CLOSE_TIMEOUT_MS = 3000
/** Its retries included; for several messages at once the client itself would wait for minutes. */
const SEND_TIMEOUT_MS = 20_000
/** One quick repeat, then the line is given up: whoever holds it opens a new one. */
const retryOptions = { timeoutInMs: 10_000, maxRetries: 1, retryDelayInMs: 300, maxRetryDelayInMs: 300 }
/** Message property: deliveries that ended without anybody having begun. */
const NOT_BEGUN = 'notBegun'

/** Lines over Azure Service Bus: AMQP 1.0 in a WebSocket, port 443 unless the session names another one. */
export function serviceBusLines(parts: { log: Logger; outbound: Outbound; now: () => number }): OpenLine {
  const { log } = parts
  return async (session, onRequest, signal) => {
    const { host, port, tls } = session.broker
    if (!tls && !isLoopback(new URL(`http://${host}`))) {
      throw new StegError('bus-unavailable', { reason: 'the hub names a broker without encryption' })
    }
    const address = new URL(`https://${host}:${port ?? 443}`)
    // The client would hide a proxy setting that is wrong.
    parts.outbound.view(address)
    const sockets = createSockets(tls, parts.outbound)
    const client = new ServiceBusClient(host, grantCredential(session), clientOptions(host, port, sockets))
    const loss = Promise.withResolvers<string>()
    const sending = createAbandonable()
    let farewellMs = CLOSE_TIMEOUT_MS
    const lose = (reason: string) => {
      loss.resolve(reason)
      sending.giveUp(new Error(reason))
      // Over a broken connection a farewell only ends with its time; nobody has to wait for that.
      farewellMs = 0
      // The broker must not hand further requests to a line that nobody listens to.
      sockets.terminate()
    }
    const senders = {
      replies: client.createSender(session.replies.queue),
      heartbeats: client.createSender(session.heartbeats.queue),
      // Opened with the first event: many agents never have one.
      events: client.createSender(session.events.queue),
    }
    const gathered = (sender: ServiceBusSender): Send =>
      gatherSends(asSent, (messages) =>
        sending.run(() => within(SEND_TIMEOUT_MS, sender.sendMessages(messages))),
      )
    const sends: Readonly<Record<OutgoingQueue, Send>> = {
      replies: gathered(senders.replies),
      heartbeats: gathered(senders.heartbeats),
      events: gathered(senders.events),
    }
    const work = createWorkCount()
    const receive = (queue: string, shared: boolean) => {
      const receiver = client.createReceiver(queue, {
        receiveMode: 'peekLock',
        maxAutoLockRenewalDurationInMs: LOCK_RENEWAL_MS,
        skipParsingBodyAsJson: true,
      })
      return subscribe(receiver, shared, (request) => work.count(onRequest(request)), lose, log)
    }
    const subscriptions = [receive(session.requests.queue, false)]
    if (session.site !== undefined) subscriptions.push(receive(session.site.queue, true))
    const close = async () => {
      await patiently(farewellMs, client.close(), log)
      sockets.terminate()
    }
    try {
      const opening = Promise.all([
        ...subscriptions.map(({ opened }) => opened),
        openSender(senders.replies),
        openSender(senders.heartbeats),
      ])
      await Promise.race([
        opening,
        failOn(loss.promise),
        sockets.failed.then((error) => Promise.reject(error)),
        timeout(OPEN_TIMEOUT_MS, signal),
      ])
    } catch (error) {
      sockets.terminate()
      void close()
      throw networkProblem(error, address, parts.now()) ?? unavailable(error)
    }
    const line: Line = {
      heartbeats: session.heartbeats,
      lost: loss.promise,
      lose,
      send: (queue, message) => send(sends[queue], message),
      stopReceiving: () =>
        patiently(CLOSE_TIMEOUT_MS, Promise.all(subscriptions.map((one) => one.close())), log),
      idle: work.idle,
      close,
    }
    return line
  }
}

function clientOptions(host: string, port: number | undefined, sockets: Sockets): ServiceBusClientOptions {
  return {
    webSocketOptions: { webSocket: sockets.webSocket },
    retryOptions,
    ...(port === undefined ? {} : { customEndpointAddress: `sb://${host}:${port}` }),
  }
}

/** The client offers no way to open a sender; an empty batch needs the link's message limit and thereby opens it. */
async function openSender(sender: ServiceBusSender): Promise<void> {
  await sender.createMessageBatch()
}

function subscribe(
  receiver: ServiceBusReceiver,
  shared: boolean,
  onRequest: (request: IncomingRequest) => Promise<void>,
  lose: (reason: string) => void,
  log: Logger,
): { opened: Promise<void>; close(): Promise<void> } {
  const opened = Promise.withResolvers<void>()
  let begun = false
  const slots = createSlots(CONCURRENT_CALLS)
  const handlers = {
    processMessage: (message: ServiceBusReceivedMessage) => {
      const handle = () => onRequest(toRequest(receiver, shared, message))
      return message.subject === 'control' || message.subject === ECHO ? handle() : slots.run(handle)
    },
    processError: async ({ error, errorSource }: ProcessErrorArgs) => {
      if (errorSource === 'receive') lose(shortReason(error))
      else log.warn('a message could not be handled', { step: errorSource, error })
    },
    // The client calls these two around each opening of its link, though its types do not tell. A second opening means
    // that the link was lost and the client mends it itself, which it does not always manage.
    preInitialize: async () => {
      if (begun) lose('the connection was interrupted')
      begun = true
    },
    postInitialize: async () => opened.resolve(),
  }
  const subscription = receiver.subscribe(handlers, {
    autoCompleteMessages: false,
    // What other agents may take is not taken before there is time for it.
    maxConcurrentCalls: shared ? CONCURRENT_CALLS : CONCURRENT_MESSAGES,
  })
  return { opened: opened.promise, close: () => subscription.close() }
}

function toRequest(
  receiver: ServiceBusReceiver,
  shared: boolean,
  message: ServiceBusReceivedMessage,
): IncomingRequest {
  const notBegun = Number(message.applicationProperties?.[NOT_BEGUN] ?? 0)
  return {
    shared,
    body: message.body instanceof Uint8Array ? message.body : new Uint8Array(0),
    messageId: String(message.messageId ?? ''),
    subject: message.subject,
    correlationId: message.correlationId === undefined ? undefined : String(message.correlationId),
    replyToSessionId: message.replyToSessionId,
    begunBefore: Math.max(0, (message.deliveryCount ?? 0) - notBegun),
    complete: () => receiver.completeMessage(message),
    abandon: (begun) => receiver.abandonMessage(message, begun ? undefined : { [NOT_BEGUN]: notBegun + 1 }),
    deadLetter: (deadLetterReason, deadLetterErrorDescription) =>
      receiver.deadLetterMessage(message, { deadLetterReason, deadLetterErrorDescription }),
  }
}

type Send = (message: OutgoingMessage) => Promise<void>

function asSent({ enc, ...message }: OutgoingMessage): ServiceBusMessage {
  return {
    ...message,
    // The client sends a Buffer as it is, and any other array of bytes as JSON.
    body: asBuffer(message.body),
    ...(enc === undefined ? {} : { applicationProperties: { enc } }),
  }
}

async function send(sending: Send, message: OutgoingMessage): Promise<void> {
  try {
    await sending(message)
  } catch (error) {
    if (isServiceBusError(error) && error.code === 'MessageSizeExceeded') {
      const size = message.body.length
      throw new StegError(
        'call-too-large',
        { direction: 'response', size, limit: MAX_FRAME_BYTES },
        { cause: error },
      )
    }
    throw unavailable(error)
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function unavailable(error: unknown): StegError {
  return new StegError('bus-unavailable', { reason: shortReason(error) }, { cause: error })
}

async function failOn(lost: Promise<string>): Promise<never> {
  throw new Error(await lost)
}

function timeout(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ms)])
    const fail = () =>
      reject(signal.aborted ? signal.reason : new Error(`no connection within ${ms / 1000} s`))
    if (limit.aborted) fail()
    limit.addEventListener('abort', fail, { once: true })
  })
}

/** Waits for the work, but not for ever: a dead connection does not answer to a farewell either. */
async function patiently(ms: number, work: Promise<unknown>, log: Logger): Promise<void> {
  await within(ms, work).catch((error) => log.debug('the connection did not close in order', { error }))
}
