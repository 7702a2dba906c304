import fc from 'fast-check'
import rhea from 'rhea'
import { describe, expect, test } from 'vitest'
import { encodeString, MalformedMessage } from '../../infra/local/broker/message/encoding.ts'
import {
  type Arrival,
  readBatch,
  readMessage,
  withProperties,
  writeMessage,
} from '../../infra/local/broker/message/message.ts'

const envelope = {
  id: 7,
  enqueuedAt: 1_700_000_000_000,
  timeToLive: undefined,
  deliveryCount: 0,
  lockedUntil: undefined,
  state: 'active',
} as const

/** What a client sees of a message that went through the broker. */
const through = (arrival: Arrival) => rhea.message.decode(writeMessage(arrival.body, envelope))

const scalar = fc.oneof(
  fc.string({ maxLength: 400 }),
  fc.boolean(),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
)
const key = fc.stringMatching(/^[a-z]{1,20}$/)
const message = fc.record(
  {
    message_id: fc.oneof(fc.string({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 99_999 })),
    group_id: fc.string({ minLength: 1, maxLength: 40 }),
    correlation_id: fc.string({ minLength: 1, maxLength: 40 }),
    subject: fc.string({ minLength: 1 }),
    ttl: fc.integer({ min: 1, max: 0xffff_ffff }),
    application_properties: fc.dictionary(key, scalar, { minKeys: 1, maxKeys: 40 }),
    message_annotations: fc.dictionary(
      key.map((name) => `x-opt-${name}`),
      scalar,
      { minKeys: 1, maxKeys: 5 },
    ),
    body: fc.uint8Array({ maxLength: 3000 }).map((bytes) => rhea.message.data_section(Buffer.from(bytes))),
  },
  { requiredKeys: ['body'] },
)

describe('a message', () => {
  test('goes through unchanged, but for what the broker adds', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const arrival = readMessage(rhea.message.encode(sent))
        const { header: _, ...received } = through(arrival)
        expect(arrival.timeToLive).toBe(sent.ttl)
        expect(arrival.sessionId).toBe(sent.group_id)
        if (sent.message_id !== undefined) expect(arrival.messageId).toBe(String(sent.message_id))
        const again = rhea.message.decode(rhea.message.encode(sent))
        expect(received.message_id).toEqual(sent.message_id ?? arrival.messageId)
        for (const field of ['group_id', 'correlation_id', 'subject', 'application_properties', 'body'])
          expect(received[field]).toEqual(again[field])
        expect(received.message_annotations).toMatchObject(again.message_annotations ?? {})
        expect(received.message_annotations).toMatchObject({ 'x-opt-sequence-number': 7 })
      }),
    )
  })

  test('cannot claim what only the broker says', () => {
    const forged = { 'x-opt-sequence-number': 99, 'x-opt-message-state': 2, 'x-opt-partition-key': 'p' }
    const arrival = readMessage(rhea.message.encode({ message_annotations: forged, body: 'x' }))
    expect(through(arrival).message_annotations).toMatchObject({
      'x-opt-sequence-number': 7,
      'x-opt-message-state': 0,
      'x-opt-partition-key': 'p',
    })
  })

  test('is scheduled by its annotation', () => {
    const at = new Date(1_800_000_000_000)
    const annotations = { 'x-opt-scheduled-enqueue-time': at }
    expect(readMessage(rhea.message.encode({ message_annotations: annotations, body: 1 })).scheduledAt).toBe(
      at.getTime(),
    )
  })

  test('gets application properties added and replaced', () => {
    fc.assert(
      fc.property(message, fc.dictionary(key, fc.string(), { minKeys: 1 }), (sent, added) => {
        const arrival = readMessage(rhea.message.encode(sent))
        const values = new Map(Object.entries(added).map(([name, value]) => [name, encodeString(value)]))
        const received = through({ ...arrival, body: withProperties(arrival.body, values) })
        const expected = rhea.message.decode(rhea.message.encode(sent))
        expect(received.application_properties).toEqual({ ...expected.application_properties, ...added })
        expect(received.body).toEqual(expected.body)
      }),
    )
  })

  test('of any bytes is either read or found malformed, never anything else', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // A true message with one byte changed goes deeper.
      fc.tuple(message, fc.nat(), fc.nat({ max: 255 })).map(([sent, place, value]) => {
        const encoded = Buffer.from(rhea.message.encode(sent))
        encoded[place % encoded.length] = value
        return encoded
      }),
    )
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          readMessage(Buffer.from(input))
        } catch (cause) {
          expect(cause).toBeInstanceOf(MalformedMessage)
        }
        try {
          readBatch(Buffer.from(input))
        } catch (cause) {
          expect(cause).toBeInstanceOf(MalformedMessage)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

test('a batch holds its messages in order', () => {
  const inner = ['a', 'b', 'c'].map((id) => rhea.message.encode({ message_id: id, body: id }))
  const batch = rhea.message.encode({ message_id: 'outer', body: rhea.message.data_sections(inner) })
  expect(readBatch(batch).map((bytes) => readMessage(bytes).messageId)).toEqual(['a', 'b', 'c'])
})
