import { randomUUID } from 'node:crypto'
import {
  encodedNull,
  encodedTrue,
  encodeInt,
  encodeList,
  encodeLong,
  encodeMap,
  encodeString,
  encodeSymbol,
  encodeTimestamp,
  encodeUint,
  itemsOf,
  MalformedMessage,
  readDescribed,
  readScalar,
  type Scalar,
  sectionStart,
} from './encoding.ts'

/** Section codes of an AMQP message (OASIS AMQP 1.0, part 3, section 3.2). */
const HEADER = 0x70
const DELIVERY_ANNOTATIONS = 0x71
const MESSAGE_ANNOTATIONS = 0x72
const PROPERTIES = 0x73
const APPLICATION_PROPERTIES = 0x74
const DATA = 0x75

/** What the broker takes from a message that arrives. Times in milliseconds since the epoch. */
export interface Arrival {
  readonly messageId: string
  readonly sessionId: string | undefined
  /** Milliseconds. */
  readonly timeToLive: number | undefined
  readonly scheduledAt: number | undefined
  /** The bytes to keep: see `store` below. */
  readonly body: Buffer
}

export interface Envelope {
  readonly id: number
  readonly enqueuedAt: number
  readonly timeToLive: number | undefined
  /** Deliveries before this one. */
  readonly deliveryCount: number
  readonly lockedUntil: number | undefined
  readonly state: 'active' | 'deferred' | 'scheduled'
}

/** Annotations that the broker alone writes. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'x-opt-enqueued-time',
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-locked-until',
  'x-opt-message-state',
])
const SCHEDULED = 'x-opt-scheduled-enqueue-time'
const MESSAGE_STATES = { active: 0, deferred: 1, scheduled: 2 } as const

/**
 * Stored form: count of annotation items (2 bytes), length of the annotations (4 bytes), the sender's annotations as
 * they came, and everything from the properties on as it came. Header and own annotations are written anew for every
 * delivery; nothing else is decoded.
 */
function store(annotations: readonly Buffer[], rest: readonly Buffer[]): Buffer {
  const length = annotations.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(6)
  head.writeUInt16BE(annotations.length * 2)
  head.writeUInt32BE(length, 2)
  return Buffer.concat([head, ...annotations, ...rest])
}

const number = (value: Scalar) => (typeof value === 'number' ? value : undefined)

function readAnnotations(
  bytes: Buffer,
  valueAt: number,
): { kept: Buffer[]; scheduledAt: number | undefined } {
  const items = itemsOf(bytes, valueAt)
  const kept: Buffer[] = []
  let scheduledAt: number | undefined
  for (let index = 0; index + 2 < items.length; index += 2) {
    const [key = 0, value = 0, end = 0] = items.slice(index, index + 3)
    const name = String(readScalar(bytes, key))
    if (name === SCHEDULED) scheduledAt = number(readScalar(bytes, value))
    if (!OWN_ANNOTATIONS.has(name)) kept.push(bytes.subarray(key, end))
  }
  return { kept, scheduledAt }
}

function idOf(value: Scalar): string | undefined {
  if (value === undefined) return undefined
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value)
}

/** A client cannot settle a message without an id, so one is given to those that come without. */
function withMessageId(bytes: Buffer, valueAt: number | undefined, messageId: string): Buffer {
  const items = valueAt === undefined ? [0] : itemsOf(bytes, valueAt)
  const count = Math.max(items.length - 1, 1)
  const after = items.length > 1 ? bytes.subarray(items[1], items.at(-1)) : Buffer.alloc(0)
  return Buffer.concat([sectionStart(PROPERTIES), encodeList(count, [encodeString(messageId), after])])
}

/** Takes an encoded message apart. Throws `MalformedMessage`. */
export function readMessage(bytes: Buffer): Arrival {
  let at = 0
  let timeToLive: number | undefined
  let annotations: Buffer[] = []
  let scheduledAt: number | undefined
  let section = at < bytes.length ? readDescribed(bytes, at) : undefined
  while (section && section.code < PROPERTIES) {
    if (section.code === HEADER) {
      const ttl = itemsOf(bytes, section.valueAt)
      if (ttl.length > 3) timeToLive = number(readScalar(bytes, ttl[2] ?? 0))
    } else if (section.code === MESSAGE_ANNOTATIONS) {
      const read = readAnnotations(bytes, section.valueAt)
      annotations = read.kept
      scheduledAt = read.scheduledAt
    } else if (section.code !== DELIVERY_ANNOTATIONS) throw new MalformedMessage('Unknown message section')
    at = section.end
    section = at < bytes.length ? readDescribed(bytes, at) : undefined
  }
  let messageId: string | undefined
  let sessionId: string | undefined
  const properties = section?.code === PROPERTIES ? section : undefined
  if (properties) {
    const items = itemsOf(bytes, properties.valueAt)
    const item = (index: number) =>
      index + 1 < items.length ? readScalar(bytes, items[index] ?? 0) : undefined
    messageId = idOf(item(0))
    sessionId = idOf(item(10))
  }
  if (messageId !== undefined)
    return {
      messageId,
      sessionId,
      timeToLive,
      scheduledAt,
      body: store(annotations, [bytes.subarray(at)]),
    }
  const given = randomUUID()
  const rest = [withMessageId(bytes, properties?.valueAt, given), bytes.subarray(properties?.end ?? at)]
  return { messageId: given, sessionId, timeToLive, scheduledAt, body: store(annotations, rest) }
}

/** The messages of a batch (message format 0x80013700): data sections that hold one encoded message each. */
export function readBatch(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const section = readDescribed(bytes, at)
    if (section.code === DATA) {
      const data = readScalar(bytes, section.valueAt)
      if (!Buffer.isBuffer(data)) throw new MalformedMessage('A batch may only hold binary data')
      messages.push(data)
    }
    at = section.end
  }
  return messages
}

function takeApart(body: Buffer): { count: number; annotations: Buffer; rest: Buffer } {
  const length = body.readUInt32BE(2)
  return {
    count: body.readUInt16BE(0),
    annotations: body.subarray(6, 6 + length),
    rest: body.subarray(6 + length),
  }
}

const SEQUENCE_NUMBER = encodeSymbol('x-opt-sequence-number')
const ENQUEUED_TIME = encodeSymbol('x-opt-enqueued-time')
const LOCKED_UNTIL = encodeSymbol('x-opt-locked-until')
const MESSAGE_STATE = encodeSymbol('x-opt-message-state')
const HEADER_START = sectionStart(HEADER)
const ANNOTATIONS_START = sectionStart(MESSAGE_ANNOTATIONS)
const LONGEST_UINT = 0xffff_ffff

/** The message as it goes out. */
export function writeMessage(body: Buffer, envelope: Envelope): Buffer {
  const { count, annotations, rest } = takeApart(body)
  const ttl = envelope.timeToLive
  const header = encodeList(5, [
    encodedTrue,
    encodedNull,
    ttl === undefined ? encodedNull : encodeUint(Math.min(Math.max(Math.round(ttl), 0), LONGEST_UINT)),
    encodedNull,
    encodeUint(envelope.deliveryCount),
  ])
  const own = [
    SEQUENCE_NUMBER,
    encodeLong(envelope.id),
    ENQUEUED_TIME,
    encodeTimestamp(Math.round(envelope.enqueuedAt)),
    MESSAGE_STATE,
    encodeInt(MESSAGE_STATES[envelope.state]),
  ]
  if (envelope.lockedUntil !== undefined)
    own.push(LOCKED_UNTIL, encodeTimestamp(Math.round(envelope.lockedUntil)))
  const map = encodeMap(count + own.length, [annotations, ...own])
  return Buffer.concat([HEADER_START, header, ANNOTATIONS_START, map, rest])
}

/** Sets application properties of a stored message. The values are AMQP-encoded. */
export function withProperties(body: Buffer, values: ReadonlyMap<string, Buffer>): Buffer {
  if (values.size === 0) return body
  const { annotations, rest } = takeApart(body)
  let at = 0
  let section = rest.length > 0 ? readDescribed(rest, 0) : undefined
  if (section?.code === PROPERTIES) {
    at = section.end
    section = at < rest.length ? readDescribed(rest, at) : undefined
  }
  const kept: Buffer[] = []
  if (section?.code === APPLICATION_PROPERTIES) {
    const items = itemsOf(rest, section.valueAt)
    for (let index = 0; index + 2 < items.length; index += 2) {
      const [key = 0, , end = 0] = items.slice(index, index + 3)
      if (!values.has(String(readScalar(rest, key)))) kept.push(rest.subarray(key, end))
    }
  }
  const count = (kept.length + values.size) * 2
  for (const [name, value] of values) kept.push(encodeString(name), value)
  const after = section?.code === APPLICATION_PROPERTIES ? section.end : at
  const properties = Buffer.concat([sectionStart(APPLICATION_PROPERTIES), encodeMap(count, kept)])
  return Buffer.concat([
    body.subarray(0, 6 + annotations.length),
    rest.subarray(0, at),
    properties,
    rest.subarray(after),
  ])
}
