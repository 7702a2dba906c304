import { Readable } from 'node:stream'
import { isStegError } from '../../shared/errors/error.ts'
import type { Happening } from '../../shared/hourly-counts.ts'
import type { Tally } from './counters.ts'
import type { OpenedAnswer, StreamedRequest, TargetHttp } from './target-http.ts'

/** A tally that also counts by the hour, for the hub. */
export function countInTally(tally: Tally, add: (happening: Happening) => void): Tally {
  return {
    ...tally,
    call(at) {
      tally.call(at)
      add({ calls: 1 })
    },
    drop() {
      tally.drop()
      add({ late: 1 })
    },
    error(code) {
      tally.error(code)
      add({ error: code })
    },
  }
}

/** Counts how long targets take and how much they get and give. */
export function countTargets(
  http: TargetHttp,
  monotonic: () => number,
  add: (happening: Happening) => void,
): TargetHttp {
  return {
    ...http,
    async call(base, head, body, signal, maxBytes) {
      const began = monotonic()
      try {
        const answer = await http.call(base, head, body, signal, maxBytes)
        add({ ms: monotonic() - began, requestBytes: body.length, responseBytes: answer.body.length })
        return answer
      } catch (error) {
        // A request that the agent itself refuses has taken no target's time.
        if (!isStegError(error, 'request-refused'))
          add({ ms: monotonic() - began, requestBytes: body.length })
        throw error
      }
    },
    async open(base, head, body, signal, maxBytes) {
      const began = monotonic()
      const sent = body instanceof Uint8Array ? { bytes: body, size: () => body.length } : metered(body)
      const count = (responseBytes: number) =>
        add({ ms: monotonic() - began, requestBytes: sent.size(), responseBytes })
      try {
        const opened = await http.open(base, head, sent.bytes, signal, maxBytes)
        return countedAnswer(opened, count)
      } catch (error) {
        if (!isStegError(error, 'request-refused')) count(0)
        throw error
      }
    },
  }
}

/** Counts once, when the body has come to its end, whichever. */
function countedAnswer(opened: OpenedAnswer, count: (responseBytes: number) => void): OpenedAnswer {
  return {
    ...opened,
    async whole() {
      let size = 0
      try {
        const answer = await opened.whole()
        size = answer.body.length
        return answer
      } finally {
        count(size)
      }
    },
    streamed() {
      const answer = opened.streamed()
      const { bytes, size } = metered({ stream: answer.body, size: null })
      bytes.stream.once('close', () => count(size()))
      return { ...answer, body: bytes.stream }
    },
  }
}

function metered(body: StreamedRequest): { bytes: StreamedRequest; size: () => number } {
  let size = 0
  async function* pieces() {
    for await (const piece of body.stream as AsyncIterable<Uint8Array>) {
      size += piece.length
      yield piece
    }
  }
  const stream = Readable.from(pieces(), { objectMode: false })
  // Somebody who stops reading may do so while nothing comes.
  stream.once('close', () => body.stream.destroy())
  return { bytes: { ...body, stream }, size: () => size }
}
