import type { Readable } from 'node:stream'
import { StegError } from '../../shared/errors/error.ts'

/**
 * A streamed answer as one piece.
 * @throws StegError `call-too-large` over `limit` bytes, and whatever the stream ends with
 */
export async function collect(stream: Readable, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
    size += piece.length
    // Leaving the loop destroys the stream, which ends the call at the target.
    if (size > limit) throw tooLarge(size, limit)
    pieces.push(piece)
  }
  return Buffer.concat(pieces, size)
}

export function tooLarge(size: number, limit: number): StegError {
  return new StegError('call-too-large', { direction: 'response', size, limit })
}
