import type { Bytes } from './encode.ts'

/** What is known of a body after its beginning has been read. */
export type Gathered =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** It is longer; `body` is all of it, the beginning included. */
  | { readonly kind: 'more'; readonly beginning: Uint8Array; readonly body: Bytes }

/** Reads a body until its end or until more than `limit` bytes of it are there. */
export async function gather(body: Bytes, limit: number): Promise<Gathered> {
  const iterator = body[Symbol.asyncIterator]()
  const pieces: Uint8Array[] = []
  let size = 0
  while (size <= limit) {
    const next = await iterator.next()
    if (next.done)
      return { kind: 'whole', bytes: pieces.length === 1 ? asBuffer(pieces[0]) : Buffer.concat(pieces, size) }
    pieces.push(next.value)
    size += next.value.length
  }
  return { kind: 'more', beginning: pieces[0] ?? new Uint8Array(0), body: resumed(pieces, iterator) }
}

async function* resumed(pieces: Uint8Array[], iterator: AsyncIterator<Uint8Array>): Bytes {
  try {
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) yield piece
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

function asBuffer(bytes: Uint8Array | undefined): Buffer {
  if (bytes === undefined) return Buffer.alloc(0)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
