import { Readable } from 'node:stream'
import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import type { Happening } from '../../shared/hourly-counts.ts'
import type { Bytes } from '../../shared/stream/encode.ts'
import type { RelayService } from './service.ts'

/** A relay whose calls are counted for the agent that made them; without an answer, for the likeliest one. */
export function countCalls(
  relay: RelayService,
  clock: Pick<Clock, 'now'>,
  count: (agentId: string, happening: Happening) => void,
): RelayService {
  return {
    ...relay,
    async call(to, request, signal) {
      let agentId = to
      const onAgent = (id: string) => {
        agentId = id
        request.onAgent?.(id)
      }
      const began = clock.now()
      const requestBytes = request.body?.length ?? 0
      try {
        const response = await relay.call(to, { ...request, onAgent }, signal)
        count(agentId, {
          calls: 1,
          ms: clock.now() - began,
          requestBytes,
          responseBytes: response.body.length,
        })
        return response
      } catch (error) {
        const code = isStegError(error) ? error.code : 'internal-error'
        count(agentId, { calls: 1, ms: clock.now() - began, requestBytes, error: code })
        throw error
      }
    },
    async stream(to, request, signal) {
      let agentId = to
      const onAgent = (id: string) => {
        agentId = id
        request.onAgent?.(id)
      }
      const began = clock.now()
      const sizes = { requestBytes: 0, responseBytes: 0 }
      const done = (error?: unknown) => {
        const code = isStegError(error) ? error.code : 'internal-error'
        const happening = { calls: 1, ms: clock.now() - began, ...sizes }
        count(agentId, error ? { ...happening, error: code } : happening)
      }
      const { body } = request
      if (body instanceof Uint8Array) sizes.requestBytes = body.length
      const sent =
        body === undefined || body instanceof Uint8Array
          ? { ...request, onAgent }
          : { ...request, onAgent, body: metered(body, (bytes) => (sizes.requestBytes += bytes)) }
      try {
        const response = await relay.stream(to, sent, signal)
        const metering = metered(response.body, (bytes) => (sizes.responseBytes += bytes))
        const stream = Readable.from(metering, { objectMode: false })
        stream.once('close', () => {
          response.body.destroy()
          done(stream.errored)
        })
        return { ...response, body: stream }
      } catch (error) {
        done(error)
        throw error
      }
    },
  }
}

async function* metered(body: Bytes, add: (bytes: number) => void): Bytes {
  for await (const piece of body) {
    add(piece.length)
    yield piece
  }
}
