import type { Chunk, StreamedBody } from '../wire/stream.ts'
import { type Bytes, chunksOf } from './encode.ts'
import { beginSending, grant, type Sending, sentOne, stopSending } from './rules/credit.ts'

/** Chunks that may be on their way to the broker at the same time. */
const UNDER_WAY = 4

/** A body on its way to the other side. */
export interface OutgoingBody {
  /** Chunks that the receiver takes, counted from the beginning. */
  grant(total: number): void
  /** Ends it early, also while it waits for credit or for its source. */
  stop(reason: unknown): void
  /** Resolves when the broker has accepted the last chunk; rejects with what went wrong, or the reason of `stop`. */
  readonly done: Promise<void>
}

export interface OutgoingParts {
  readonly body: Bytes
  readonly encoding: StreamedBody['encoding']
  /** Each piece of the body is a chunk at once; only for `identity`, because compression holds back. */
  readonly asItComes?: boolean
  /** Chunks granted at the beginning. */
  readonly credit: number
  /** Resolves when the broker has accepted the chunk. */
  readonly send: (chunk: Chunk) => Promise<void>
}

/** Sends a body as the receiver grants it. The source is not read further than two chunks ahead. */
export function sendBody(parts: OutgoingParts): OutgoingBody {
  const chunks = chunksOf(parts.body, parts.encoding, parts.asItComes)
  const stopped = Promise.withResolvers<never>()
  let now: Sending = beginSending(parts.credit)
  let change = Promise.withResolvers<void>()
  let underWay = 0

  function set(next: Sending): void {
    now = next
    change.resolve()
    change = Promise.withResolvers()
  }

  function stop(reason: unknown): void {
    if (now.state === 'stopped') return
    set(stopSending(now))
    stopped.reject(reason)
    // The source may hang: nobody waits for its farewell.
    chunks.return(undefined).catch(() => undefined)
  }

  async function sendOne(chunk: Chunk): Promise<void> {
    underWay += 1
    try {
      await parts.send(chunk)
    } catch (error) {
      stop(error)
    } finally {
      underWay -= 1
      set(now)
    }
  }

  async function run(): Promise<void> {
    for await (const chunk of chunks) {
      while (now.state === 'waiting' || (now.state === 'sending' && underWay >= UNDER_WAY))
        await change.promise
      if (now.state === 'stopped') return
      set(sentOne(now, chunk.end !== undefined))
      void sendOne(chunk)
    }
    while (underWay > 0) await change.promise
    if (now.state === 'stopped') await stopped.promise
  }

  const done = Promise.race([run(), stopped.promise])
  done.catch(stop)
  return { grant: (total) => set(grant(now, total)), stop, done }
}
