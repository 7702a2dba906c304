import { isStegError } from '../../shared/errors/error.ts'
import type { Happening } from '../../shared/hourly-counts.ts'
import type { Tally } from './counters.ts'
import type { TargetHttp } from './target-http.ts'

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
    async call(base, head, body, signal) {
      const began = monotonic()
      try {
        const answer = await http.call(base, head, body, signal)
        add({ ms: monotonic() - began, requestBytes: body.length, responseBytes: answer.body.length })
        return answer
      } catch (error) {
        // A request that the agent itself refuses has taken no target's time.
        if (!isStegError(error, 'request-refused'))
          add({ ms: monotonic() - began, requestBytes: body.length })
        throw error
      }
    },
  }
}
