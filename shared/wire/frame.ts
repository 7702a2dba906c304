import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { z } from 'zod'
import { reasonOf, StegError } from '../errors/error.ts'
import type { BodyInfo } from './call.ts'
import type { StreamedBody } from './stream.ts'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/**
 * Largest frame in one Service Bus message: 256 KiB on the Standard tier, less room for the AMQP header, properties
 * and annotations, and for the tag of a sealed frame.
 */
export const MAX_FRAME_BYTES = 256 * 1024 - 8 * 1024
/** Largest body after decompression, in bytes; keeps a small message from unfolding into all memory. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024
const LENGTH_BYTES = 4
/** Service Bus counts a message by each 64 KB begun: compressing what is small costs time and saves nothing. */
const COMPRESS_FROM = 16 * 1024

/** A body as it travels: compressed where that helps. */
export interface PackedBody {
  readonly info: BodyInfo
  readonly bytes: Uint8Array
}

export async function packBody(body: Uint8Array): Promise<PackedBody | null> {
  if (body.length === 0) return null
  const deflated = body.length >= COMPRESS_FROM ? await deflate(body, { level: 4 }) : undefined
  const compressed = deflated !== undefined && deflated.length < body.length
  return {
    info: {
      encoding: compressed ? 'deflate-raw' : 'identity',
      size: body.length,
      sha256: digest(body),
      part: 0,
      parts: 1,
    },
    bytes: compressed ? deflated : body,
  }
}

/** @throws StegError `message-invalid` when size or digest differ from what the head announces, or it is streamed. */
export async function unpackBody(
  info: BodyInfo | StreamedBody | null,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  if (info === null) return new Uint8Array(0)
  if ('streamed' in info) throw invalid('a streamed body where there should be a whole one')
  if (info.size > MAX_BODY_BYTES) throw invalid(`body of ${info.size} bytes is over ${MAX_BODY_BYTES}`)
  let body = bytes
  if (info.encoding === 'deflate-raw') {
    try {
      body = await inflate(bytes, { maxOutputLength: info.size + 1 })
    } catch (error) {
      throw invalid(`body cannot be decompressed: ${reasonOf(error)}`, error)
    }
  }
  if (body.length !== info.size || digest(body) !== info.sha256)
    throw invalid('body is incomplete or altered')
  return body
}

/**
 * Head and body as one piece: four bytes length of the head (big endian), the head as JSON, the body.
 * @throws StegError `call-too-large` when it does not fit into one message.
 */
export function encodeFrame(
  head: unknown,
  body: Uint8Array | undefined,
  direction: 'request' | 'response',
): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const size = LENGTH_BYTES + json.length + (body?.length ?? 0)
  if (size > MAX_FRAME_BYTES) {
    throw new StegError('call-too-large', { direction, size, limit: MAX_FRAME_BYTES })
  }
  const frame = Buffer.allocUnsafe(size)
  frame.writeUInt32BE(json.length, 0)
  json.copy(frame, LENGTH_BYTES)
  if (body) frame.set(body, LENGTH_BYTES + json.length)
  return frame
}

/** @throws StegError `message-invalid` for anything that is not a frame with a head of this schema. */
export function decodeFrame<T>(schema: z.ZodType<T>, frame: Uint8Array): { head: T; body: Uint8Array } {
  const view = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
  if (view.length < LENGTH_BYTES) throw invalid('shorter than its length field')
  const headLength = view.readUInt32BE(0)
  if (headLength > view.length - LENGTH_BYTES) throw invalid('head is cut off')
  let json: unknown
  try {
    json = JSON.parse(view.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + headLength))
  } catch (error) {
    throw invalid('head is not JSON', error)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw invalid(`${issue?.path.join('.') || 'head'}: ${issue?.message ?? 'not valid'}`, parsed.error)
  }
  return { head: parsed.data, body: view.subarray(LENGTH_BYTES + headLength) }
}

function digest(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url')
}

function invalid(problem: string, cause?: unknown): StegError {
  return new StegError('message-invalid', { problem }, { cause })
}
