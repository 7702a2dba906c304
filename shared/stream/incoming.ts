import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { isStegError, reasonOf } from '../errors/error.ts'
import type { BodyEnd, Chunk, StreamedBody } from '../wire/stream.ts'
import type { Bytes } from './encode.ts'
import { createOrder } from './rules/order.ts'

/**
 * Chunks of one body that the receiver keeps at most, about 2 MB. With more, their buffers outlive two collections of the
 * young generation while the receiver is slow, and then stay until V8 looks at everything, which it does 64 MB later.
 */
export const WINDOW = 8

/** A body that comes from the other side. */
export interface IncomingBody {
  /**
   * The uncompressed bytes. Ends only when all of them have come and their digest is right, otherwise with an error of
   * `broken`; destroying it abandons the body.
   */
  readonly bytes: Readable
  accept(chunk: Chunk): void
  /** Nothing more will come. */
  fail(error: Error): void
}

export interface IncomingParts {
  readonly encoding: StreamedBody['encoding']
  /** Bytes before compression as announced: never one more is let through. */
  readonly size: number | null
  /** Tells the sender how many chunks are taken, counted from the beginning. Called as the bytes are read. */
  readonly grant: (total: number) => void
  readonly broken: (reason: string) => Error
  /** Once, when it has ended, was abandoned, or went wrong; `whole` says whether everything came. */
  readonly onEnd: (whole: boolean) => void
}

/** The receiver's side of a body; the first `WINDOW` chunks are granted. */
export function receiveBody(parts: IncomingParts): IncomingBody {
  const order = createOrder<Chunk>(WINDOW)
  const queue: Chunk[] = []
  let change = Promise.withResolvers<void>()
  let failure: Error | undefined
  let granted = WINDOW
  let end: BodyEnd | undefined
  let whole = false

  function wake(): void {
    change.resolve()
    change = Promise.withResolvers()
  }

  function fail(error: Error): void {
    if (order.state() === 'complete') return
    order.cut()
    failure ??= error
    queue.length = 0
    wake()
  }

  /** Half of the window is granted at a time: one message for four chunks. */
  function grantMore(read: number): void {
    if (end !== undefined || granted - read > WINDOW / 2) return
    granted = read + WINDOW
    order.grant(granted)
    parts.grant(granted)
  }

  async function* inOrder(): Bytes {
    for (let read = 0; ; ) {
      const chunk = queue.shift()
      if (chunk === undefined) {
        if (failure !== undefined) throw failure
        if (order.state() === 'complete') return
        await change.promise
        continue
      }
      read += 1
      if (chunk.bytes.length > 0) yield chunk.bytes
      grantMore(read)
    }
  }

  function inflated(): Bytes {
    const inflate = createInflateRaw()
    pipeline(Readable.from(inOrder()), inflate, () => undefined)
    return inflate
  }

  /** The last piece is held back until the digest is known to be right: a target must not take a wrong body as whole. */
  async function* verified(): Bytes {
    const hash = createHash('sha256')
    let size = 0
    let held: Uint8Array | undefined
    try {
      for await (const piece of parts.encoding === 'identity' ? inOrder() : inflated()) {
        if (held !== undefined) yield held
        hash.update(piece)
        size += piece.length
        if (parts.size !== null && size > parts.size) throw parts.broken('it is longer than announced')
        held = piece
      }
    } catch (error) {
      throw failure ?? (isStegError(error) ? error : parts.broken(reasonOf(error)))
    }
    if (failure !== undefined) throw failure
    if (
      end === undefined ||
      size !== end.size ||
      size !== (parts.size ?? size) ||
      hash.digest('base64url') !== end.sha256
    ) {
      throw parts.broken('its content is altered')
    }
    whole = true
    if (held !== undefined) yield held
  }

  const bytes = Readable.from(verified(), { objectMode: false, highWaterMark: 64 * 1024 })
  bytes.once('close', () => {
    // Wakes whoever waits for chunks, so that nothing hangs on a body that nobody reads.
    fail(parts.broken('abandoned'))
    parts.onEnd(whole)
  })

  return {
    bytes,
    fail,
    accept(chunk) {
      const last = chunk.end !== undefined
      const { event, released } = order.accept(
        { seq: chunk.seq, last, fingerprint: crc32(chunk.bytes) },
        chunk,
      )
      if (event === 'conflict')
        return fail(parts.broken(`part ${chunk.seq} came twice with different content`))
      if (event === 'beyond') return fail(parts.broken(`part ${chunk.seq} was not expected`))
      if (released.length === 0) return
      end = released.at(-1)?.end
      queue.push(...released)
      wake()
    },
  }
}
