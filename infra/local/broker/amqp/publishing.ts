import type { Delivery, EventContext, Receiver } from 'rhea'
import { MalformedMessage } from '../message/encoding.ts'
import { type Arrival, readBatch, readMessage } from '../message/message.ts'
import { parseEntityPath } from '../runtime/namespace.ts'
import type { Queue } from '../runtime/queue.ts'
import { noSuchQueue, type Refusal, refusal } from '../runtime/refusal.ts'
import { allowed, type PaidLink, type Peer } from './peer.ts'
import { createQuota, noQuota, type Quota } from './quota.ts'
import { refuse, unauthorized } from './refusing.ts'
import { isBatch, openLink } from './rhea.ts'

/** Largest message of the Standard tier, headers included. Bytes. */
export const MAX_MESSAGE_BYTES = 256 * 1024

/** A client attaches a link to send to a queue. */
export function attachPublisher(peer: Peer, link: Receiver, address: string) {
  const path = parseEntityPath(address)
  if (!allowed(peer, path.path, ['send'])) return refuse(link, unauthorized('send', address))
  const queue = peer.namespace.find(path.queue)
  if (!queue) return refuse(link, noSuchQueue(path.queue))
  if (path.dead)
    return refuse(link, refusal('amqp:not-allowed', 'Nothing can be sent to a dead-letter queue.'))

  const quota = quotaOf(peer, queue)
  let ended: Refusal | undefined
  const stopListening = queue.onClosed((reason) => paid.end(reason))
  const paid: PaidLink = {
    path: path.path,
    rights: ['send'],
    end(reason) {
      ended = reason
      paid.gone(false)
      link.close(reason)
    },
    gone() {
      stopListening()
      peer.links.delete(paid)
    },
  }
  peer.links.add(paid)
  link.set_target({ address })
  openLink(link, { max_message_size: MAX_MESSAGE_BYTES })
  link.on('message', (context: EventContext) => {
    // Sent before the client knew: it waits for an answer all the same.
    if (ended) context.delivery?.reject(ended)
    else receive(queue, quota, context)
  })
  link.once('receiver_close', () => paid.gone(false))
}

/** One for all links of a connection to the same queue. */
function quotaOf(peer: Peer, { stored: { name, settings } }: Queue): Quota {
  if (settings.sendsPerSecond === undefined) return noQuota
  const known = peer.quotas.get(name) ?? createQuota(settings.sendsPerSecond, peer.clock)
  peer.quotas.set(name, known)
  return known
}

interface RawContext {
  readonly message: Buffer
  readonly delivery: Delivery
  readonly format: number
}

function receive(queue: Queue, quota: Quota, context: EventContext) {
  const { message, delivery, format } = context as unknown as RawContext
  const read = readAll(queue, message, isBatch(format))
  if (!Array.isArray(read)) return delivery.reject(read)
  // Before anything is stored: whoever sends too much costs nobody else more than this.
  if (!quota.take(read.length)) return delivery.reject(tooFast)
  queue.main.publish(read, (refused) => {
    if (refused) delivery.reject(refused)
    else delivery.accept()
  })
}

const tooFast = refusal(
  'com.microsoft:server-busy',
  'The sender is too fast for this queue. Try again later.',
)

function readAll(queue: Queue, bytes: Buffer, batch: boolean): Arrival[] | Refusal {
  if (bytes.length > MAX_MESSAGE_BYTES)
    return refusal(
      'amqp:link:message-size-exceeded',
      `The message has ${bytes.length} bytes; ${MAX_MESSAGE_BYTES} are allowed.`,
    )
  try {
    const arrivals = (batch ? readBatch(bytes) : [bytes]).map(readMessage)
    return checkArrivals(queue, arrivals) ?? arrivals
  } catch (cause) {
    if (cause instanceof MalformedMessage) return refusal('amqp:decode-error', cause.message)
    throw cause
  }
}

const MAX_ID_LENGTH = 128

/** Why these messages cannot go into this queue, or undefined. */
export function checkArrivals(queue: Queue, arrivals: readonly Arrival[]): Refusal | undefined {
  const { requiresSession } = queue.stored.settings
  for (const { sessionId, messageId } of arrivals) {
    if (requiresSession && sessionId === undefined)
      return refusal('amqp:not-allowed', 'The queue requires sessions; the message names none.')
    if (messageId.length > MAX_ID_LENGTH || (sessionId?.length ?? 0) > MAX_ID_LENGTH)
      return refusal('com.microsoft:argument-error', `Ids may have ${MAX_ID_LENGTH} characters at most.`)
  }
  return undefined
}
