import { createHash } from 'node:crypto'

const PIECE_BYTES = 64 * 1024

/** What a call with this id sends, and what it is answered: nobody can mix them up. */
export function contentOf(id: string, bytes: number): Buffer {
  const block = createHash('sha512').update(id).digest()
  const content = Buffer.allocUnsafe(bytes)
  for (let at = 0; at < bytes; at += block.length) block.copy(content, at)
  return content
}

/** The same piece by piece, for what is too large to be held as a whole. */
export async function* piecesOf(id: string, bytes: number): AsyncGenerator<Buffer> {
  const piece = contentOf(id, Math.min(bytes, PIECE_BYTES))
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, left)
}

/** Whether what comes is that content, with the same digest and of the same size. */
export async function isContent(
  id: string,
  bytes: number,
  body: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  const came = createHash('sha256')
  let size = 0
  for await (const piece of body) {
    came.update(piece)
    size += piece.length
  }
  const expected = createHash('sha256')
  for await (const piece of piecesOf(id, bytes)) expected.update(piece)
  return size === bytes && came.digest().equals(expected.digest())
}
