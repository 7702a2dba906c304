import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import type { Happening } from '../../shared/hourly-counts.ts'
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
  }
}
