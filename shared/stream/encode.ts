import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createDeflateRaw, deflateRawSync } from 'node:zlib'
import { MAX_FRAME_BYTES } from '../wire/frame.ts'
import type { Chunk, StreamedBody } from '../wire/stream.ts'

/** Bytes in one chunk: a message, less room for the head of the chunk. */
const CHUNK_BYTES = MAX_FRAME_BYTES - 2048
/** Of a body that is to be streamed, so much is tried. */
const SAMPLE_BYTES = 32 * 1024
/** Compressing is worth its time when it leaves at most this share. */
const WORTH_SHARE = 0.9
const LEVEL = 3

export type Bytes = AsyncIterable<Uint8Array>

/** Whether a body that begins like this shrinks when it is compressed. */
export function encodingFor(beginning: Uint8Array): StreamedBody['encoding'] {
  const sample = beginning.subarray(0, SAMPLE_BYTES)
  const shrinks = deflateRawSync(sample, { level: LEVEL }).length < sample.length * WORTH_SHARE
  return shrinks ? 'deflate-raw' : 'identity'
}

/**
 * A body as chunks; the last one, which may be empty, says what all of them amount to.
 * @param asItComes a chunk for each piece instead of full ones, so that nothing waits for what follows it
 */
export async function* chunksOf(
  body: Bytes,
  encoding: StreamedBody['encoding'],
  asItComes = false,
): AsyncGenerator<Chunk> {
  const hash = createHash('sha256')
  let size = 0
  async function* measured(): Bytes {
    for await (const piece of body) {
      hash.update(piece)
      size += piece.length
      yield piece
    }
  }
  let seq = 0
  const encoded = encoding === 'identity' ? measured() : deflated(measured())
  for await (const { bytes, last } of asItComes ? inPieces(encoded) : inBlocks(encoded)) {
    const place = { seq, bytes }
    seq += 1
    yield last ? { ...place, end: { size, sha256: hash.digest('base64url') } } : place
  }
}

function deflated(body: Bytes): Bytes {
  const deflate = createDeflateRaw({ level: LEVEL })
  // What goes wrong before it comes out of it at its end, and whoever stops reading ends what lies before.
  pipeline(Readable.from(body), deflate, () => undefined)
  return deflate
}

/** A block for each piece, or several when it is larger; nothing is held back, so an empty one ends them. */
async function* inPieces(body: Bytes): AsyncGenerator<{ bytes: Uint8Array; last: boolean }> {
  for await (const piece of body) {
    for (let from = 0; from < piece.length; from += CHUNK_BYTES) {
      yield { bytes: piece.subarray(from, from + CHUNK_BYTES), last: false }
    }
  }
  yield { bytes: new Uint8Array(0), last: true }
}

/** Full blocks; only the last one may be shorter. It is held back until it is known to be the last. */
async function* inBlocks(body: Bytes): AsyncGenerator<{ bytes: Uint8Array; last: boolean }> {
  let block = Buffer.allocUnsafe(CHUNK_BYTES)
  let filled = 0
  for await (const piece of body) {
    for (let from = 0; from < piece.length; ) {
      if (filled === CHUNK_BYTES) {
        yield { bytes: block, last: false }
        block = Buffer.allocUnsafe(CHUNK_BYTES)
        filled = 0
      }
      const part = piece.subarray(from, from + CHUNK_BYTES - filled)
      block.set(part, filled)
      filled += part.length
      from += part.length
    }
  }
  yield { bytes: block.subarray(0, filled), last: true }
}
