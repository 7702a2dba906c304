import { createHash } from 'node:crypto'
import { StegError } from '../../../shared/errors/error.ts'
import type { BlobInfo } from './port.ts'

/** The content itself failed, not the storage: its `cause` goes to whoever put it. */
export class ContentFailed extends Error {}

/** Counts and hashes what passes through. @throws ContentFailed */
export function measured(content: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256')
  let size = 0
  async function* pass(): AsyncGenerator<Uint8Array, void> {
    const pieces = content[Symbol.asyncIterator]()
    const failed = (cause: unknown) => {
      throw new ContentFailed('the content failed', { cause })
    }
    try {
      for (;;) {
        const next = await pieces.next().catch(failed)
        if (next.done === true) return
        hash.update(next.value)
        size += next.value.length
        yield next.value
      }
    } finally {
      await pieces.return?.()
    }
  }
  return { content: pass(), result: () => ({ size, sha256: hash.digest('hex') }) }
}

/** Passes a content on, and fails at its end when it is not what was put. */
export async function* verified(
  content: AsyncIterable<Uint8Array>,
  expected: BlobInfo,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of content) {
    hash.update(piece)
    size += piece.length
    yield piece
  }
  const sha256 = hash.digest('hex')
  if (size !== expected.size || sha256 !== expected.sha256) {
    throw new StegError('blob-damaged', { name: expected.name })
  }
}
