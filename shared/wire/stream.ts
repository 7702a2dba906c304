import { z } from 'zod'

/**
 * Bodies that do not fit into one message travel as numbered chunks. The receiver states how many chunks it takes
 * (`credit`, counted from the beginning of the body, so that a message that comes twice grants nothing twice); the
 * sender never sends more. What the chunks carry, one after the other, is the body in its `encoding`.
 *
 * Request: the head says `streamed`; the agent that takes the call answers `continue` and gets the chunks through its own
 * queue. Answer: `answered` says `streamed`, and the chunks follow it through the reply session.
 */
export const StreamedBody = z.object({
  streamed: z.literal(true),
  encoding: z.enum(['identity', 'deflate-raw']),
  /** Bytes before compression, when that is known beforehand. */
  size: z.int().min(0).nullable(),
})
export type StreamedBody = z.infer<typeof StreamedBody>

/** Names one agent's work on a call: chunks of a second attempt are never taken for those of the first. */
export const Attempt = z.string().min(1).max(64)

export const Credit = z.int().min(0).max(1_000_000_000)

/** The end of a body, in its last chunk: without it the body is cut off. */
const BodyEnd = z.object({
  /** Bytes before compression. */
  size: z.int().min(0),
  /** SHA-256 of the whole uncompressed body, base64url. */
  sha256: z.string().length(43),
})
export type BodyEnd = z.infer<typeof BodyEnd>

/** The place of a chunk; its bytes are the body of the frame. */
export const ChunkPlace = z.object({ seq: z.int().min(0), end: BodyEnd.optional() })
export type ChunkPlace = z.infer<typeof ChunkPlace>

/** A chunk in the hands of its sender or receiver. */
export interface Chunk extends ChunkPlace {
  readonly bytes: Uint8Array
}
