import type { Socket } from 'node:net'
import rhea, {
  type Connection,
  type Delivery,
  type Message,
  type Receiver,
  type Sender,
  type Session,
} from 'rhea'
import type { Refusal } from '../runtime/refusal.ts'

/**
 * The parts of rhea that the broker needs and its typings leave out. Everything that relies on rhea's inner workings
 * is in this file (rhea 3.0).
 */

interface AttachFields {
  snd_settle_mode?: number
  rcv_settle_mode?: number
  max_message_size?: number
  properties?: Record<string, unknown>
}

interface LinkInternals {
  credit: number
  delivery_count: number
  _draining: boolean
  issue_flow: boolean
  open: () => void
  _get_drain: () => boolean
  state: { local_open: boolean }
  local: { attach: AttachFields }
  remote: { attach?: AttachFields }
}

interface SessionInternals {
  outgoing: { next_pending_delivery: number; deliveries: { available(): number } }
  create_sender(name: string, options?: object): Sender
  create_receiver(name: string, options?: object): Receiver
  on_transfer(frame: TransferFrame): void
}

interface TransferFrame {
  readonly performative: { message_format: number | undefined }
  readonly payload?: Buffer
}

/** What rhea asks of a socket. */
export interface ByteStream {
  on(event: 'data' | 'error' | 'end', handler: (argument: Buffer | Error) => void): void
  write(bytes: Buffer): void
  end(): void
  destroy(): void
}

export const linkInternals = (link: Sender | Receiver) => link as unknown as LinkInternals
const sessionInternals = (session: Session) => session as unknown as SessionInternals

/** Batched messages carry their own format; plain ones get this one, so that rhea hands the bytes over undecoded. */
const RAW_FORMAT = 0x0fff_ff00
const BATCH_FORMAT = 0x8001_3700
export const isBatch = (format: number | undefined) => format === BATCH_FORMAT

/** A link is not answered before the broker has decided: `open` of the link is held back until `openLink`. */
export function takeOver(session: Session): void {
  const internals = sessionInternals(session)
  const { create_sender, create_receiver, on_transfer } = internals
  const held = <L extends Sender | Receiver>(link: L): L => {
    linkInternals(link).open = () => undefined
    return link
  }
  internals.create_sender = (name, options) => held(create_sender.call(session, name, options))
  internals.create_receiver = (name, options) => held(create_receiver.call(session, name, options))
  internals.on_transfer = (frame) => {
    if (!frame.performative.message_format) frame.performative.message_format = RAW_FORMAT
    on_transfer.call(session, frame)
  }
}

/** Answers the attach; the link takes over the settle modes that the peer asked for. */
export function openLink(link: Sender | Receiver, fields: AttachFields = {}): void {
  const internals = linkInternals(link)
  const { attach } = internals.local
  const asked = internals.remote.attach
  if (asked?.snd_settle_mode !== undefined) attach.snd_settle_mode = asked.snd_settle_mode
  if (asked?.rcv_settle_mode !== undefined) attach.rcv_settle_mode = asked.rcv_settle_mode
  Object.assign(attach, fields)
  Reflect.deleteProperty(internals, 'open')
  link.open()
}

export const isOpened = (link: Sender | Receiver) => linkInternals(link).state.local_open

/** True when the receiver of this link has asked that nothing be left to settle. */
export const isPresettled = (link: Sender) => linkInternals(link).remote.attach?.snd_settle_mode === 1

/**
 * Answers a drain: the rest of the credit is used up and said to be. rhea says nothing when the last message has just
 * used it, and the peer would wait in vain.
 */
export function answerDrain(link: Sender): void {
  const internals = linkInternals(link)
  if (!internals._draining) return
  internals._get_drain = () => {
    Reflect.deleteProperty(internals, '_get_drain')
    internals._draining = false
    internals.delivery_count += internals.credit
    internals.credit = 0
    return true
  }
  internals.issue_flow = true
  wake(link.connection)
}

export const isDraining = (link: Sender) => linkInternals(link)._draining

/** Has rhea write what is pending. */
function wake(connection: Connection): void {
  const internals = connection as unknown as { _register(): void }
  internals._register()
}

/** Whether a delivery is still in rhea's queue and has not used up credit yet. */
export const isUnsent = (session: Session, deliveryId: number) =>
  deliveryId >= sessionInternals(session).outgoing.next_pending_delivery

/** Free places for unsettled deliveries. */
export const freePlaces = (session: Session) => sessionInternals(session).outgoing.deliveries.available()

/** Unsettled deliveries that one session can carry: locks that are held for long count. */
const OUTGOING_PLACES = 16_384
const MAX_FRAME_BYTES = 1024 * 1024
/** A peer that is silent for twice this time is gone. Milliseconds. */
const IDLE_MS = 120_000

export function acceptStream(stream: ByteStream): Connection {
  const container = rhea.create_container({ id: 'local-broker' })
  const connection = container.create_connection({
    session_buffer_size: { incoming: 4096, outgoing: OUTGOING_PLACES },
    max_frame_size: MAX_FRAME_BYTES,
    idle_time_out: IDLE_MS,
    sender_options: { treat_modified_as_released: false, autosettle: false },
    receiver_options: { autoaccept: false, credit_window: 2000 },
  } as unknown as Parameters<typeof container.create_connection>[0])
  const server = connection as unknown as { accept(socket: Socket): void }
  server.accept(stream as unknown as Socket)
  return connection
}

interface MutableDelivery {
  settled: boolean
  remote_settled: boolean
}

interface Outcomes {
  accepted(): { described(): object }
  rejected(fields: { error: Refusal }): { described(): object }
}
const outcomes = rhea.message as unknown as Outcomes

/** Ends a delivery that the broker made. With `second` settling the peer never answers, so rhea is told it has. */
export function settleDelivery(delivery: Delivery, refused: Refusal | undefined): void {
  const state = refused ? outcomes.rejected({ error: refused }) : outcomes.accepted()
  delivery.update(true, state.described())
  ;(delivery as MutableDelivery).remote_settled = true
}

/** Takes a delivery that nobody will settle any more out of rhea's buffer, without a word to the peer. */
export function dropDelivery(delivery: Delivery): void {
  const mutable = delivery as MutableDelivery
  mutable.settled = true
  mutable.remote_settled = true
}

/** Sends a message that needs no answer. */
export function sendSettled(link: Sender, message: object): void {
  const delivery = link.send(message as Message)
  ;(delivery as MutableDelivery).settled = true
}

interface Writer {
  write(value: unknown): void
  toBuffer(): Buffer
}
const { Writer } = rhea.types as unknown as { Writer: new () => Writer }

/** Encodes a plain value as AMQP does by its kind. */
export function encodeValue(value: unknown): Buffer {
  const writer = new Writer()
  writer.write(rhea.types.wrap(value))
  return writer.toBuffer()
}
