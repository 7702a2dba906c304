/**
 * The AMQP 1.0 type system as far as the broker looks into messages (OASIS AMQP 1.0, part 1, section 1.6).
 * Reading never copies; a malformed value throws `MalformedMessage`.
 */
export class MalformedMessage extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MalformedMessage'
  }
}

const FIXED_WIDTHS: Readonly<Record<number, number>> = { 4: 0, 5: 1, 6: 2, 7: 4, 8: 8, 9: 16 }

function within(bytes: Buffer, end: number): number {
  if (end > bytes.length) throw new MalformedMessage('A value reaches beyond the end of the message')
  return end
}

function byteAt(bytes: Buffer, offset: number): number {
  const value = bytes[offset]
  if (value === undefined) throw new MalformedMessage('The message ends within a value')
  return value
}

const uint32At = (bytes: Buffer, offset: number) => {
  within(bytes, offset + 4)
  return bytes.readUInt32BE(offset)
}

/** Where the value that starts at `offset` ends. */
function skipValue(bytes: Buffer, offset: number): number {
  const code = byteAt(bytes, offset)
  if (code === 0) return skipValue(bytes, skipValue(bytes, offset + 1))
  const category = code >> 4
  const width = FIXED_WIDTHS[category]
  if (width !== undefined) return within(bytes, offset + 1 + width)
  if (category === 0xa || category === 0xc || category === 0xe)
    return within(bytes, offset + 2 + byteAt(bytes, offset + 1))
  if (category === 0xb || category === 0xd || category === 0xf)
    return within(bytes, offset + 5 + uint32At(bytes, offset + 1))
  throw new MalformedMessage(`Unknown type 0x${code.toString(16)}`)
}

/** A described value's code, as message sections carry it. */
export interface Described {
  readonly code: number
  readonly valueAt: number
  readonly end: number
}

export function readDescribed(bytes: Buffer, offset: number): Described {
  if (byteAt(bytes, offset) !== 0) throw new MalformedMessage('A message section was expected')
  const code = Number(readScalar(bytes, offset + 1))
  const valueAt = skipValue(bytes, offset + 1)
  return { code, valueAt, end: skipValue(bytes, valueAt) }
}

/** Offsets of the items of a list or map (keys and values alternate). The last element is the end. */
export function itemsOf(bytes: Buffer, offset: number): number[] {
  const code = byteAt(bytes, offset)
  let at: number
  let count: number
  if (code === 0x45 || code === 0x40) return [offset + 1]
  if (code === 0xc0 || code === 0xc1) {
    count = byteAt(bytes, offset + 2)
    at = offset + 3
  } else if (code === 0xd0 || code === 0xd1) {
    count = uint32At(bytes, offset + 5)
    at = offset + 9
  } else throw new MalformedMessage('A list or map was expected')
  if (count > bytes.length) throw new MalformedMessage('A list claims more items than there are bytes')
  const items = [at]
  for (let index = 0; index < count; index++) {
    at = skipValue(bytes, at)
    items.push(at)
  }
  return items
}

export type Scalar = string | number | boolean | Buffer | undefined

const wide = (value: bigint) => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : Number.POSITIVE_INFINITY
}

/** Reads a scalar; null and what the broker never needs become undefined. Bytes and UUIDs become a buffer. */
export function readScalar(bytes: Buffer, offset: number): Scalar {
  const end = skipValue(bytes, offset)
  switch (bytes[offset]) {
    case 0xa1:
    case 0xa3:
      return bytes.toString('utf8', offset + 2, end)
    case 0xb1:
    case 0xb3:
      return bytes.toString('utf8', offset + 5, end)
    case 0x41:
      return true
    case 0x42:
      return false
    case 0x56:
    case 0x50:
    case 0x52:
    case 0x53:
      return bytes[offset] === 0x56 ? bytes[offset + 1] === 1 : bytes.readUInt8(offset + 1)
    case 0x54:
    case 0x55:
      return bytes.readInt8(offset + 1)
    case 0x43:
    case 0x44:
      return 0
    case 0x60:
      return bytes.readUInt16BE(offset + 1)
    case 0x70:
      return bytes.readUInt32BE(offset + 1)
    case 0x71:
      return bytes.readInt32BE(offset + 1)
    case 0x80:
      return wide(bytes.readBigUInt64BE(offset + 1))
    case 0x81:
    case 0x83:
      return wide(bytes.readBigInt64BE(offset + 1))
    case 0x98:
      return bytes.subarray(offset + 1, end)
    case 0xa0:
      return bytes.subarray(offset + 2, end)
    case 0xb0:
      return bytes.subarray(offset + 5, end)
    default:
      return undefined
  }
}

/** The start of a section with the given code, up to its value. */
export const sectionStart = (code: number) => Buffer.from([0x00, 0x53, code])

export function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const head = bytes.length < 256 ? Buffer.from([0xa1, bytes.length]) : Buffer.alloc(5, 0xb1)
  if (bytes.length >= 256) head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

export const encodeSymbol = (text: string) =>
  Buffer.concat([Buffer.from([0xa3, text.length]), Buffer.from(text, 'ascii')])

function encodeWide(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(9, type)
  bytes.writeBigInt64BE(BigInt(value), 1)
  return bytes
}
export const encodeLong = (value: number) => encodeWide(0x81, value)
/** Milliseconds since the epoch. */
export const encodeTimestamp = (value: number) => encodeWide(0x83, value)

export function encodeUint(value: number): Buffer {
  const bytes = Buffer.alloc(5, 0x70)
  bytes.writeUInt32BE(value, 1)
  return bytes
}

export function encodeInt(value: number): Buffer {
  const bytes = Buffer.alloc(5, 0x71)
  bytes.writeInt32BE(value, 1)
  return bytes
}

export const encodedTrue = Buffer.from([0x41])
export const encodedNull = Buffer.from([0x40])

function compound(type: number, count: number, parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(9, type)
  head.writeUInt32BE(length + 4, 1)
  head.writeUInt32BE(count, 5)
  return Buffer.concat([head, ...parts], length + 9)
}
/** `parts` may join several encoded items; `count` says how many items there are in all. */
export const encodeList = (count: number, parts: readonly Buffer[]) => compound(0xd0, count, parts)
export const encodeMap = (count: number, parts: readonly Buffer[]) => compound(0xd1, count, parts)
