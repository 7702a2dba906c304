import { randomUUID } from 'node:crypto'

/** Tells whether messages still come through the agent's own queue. */
export interface Echoes {
  /** Something came through the queue, so that nothing needs to be asked for now. */
  arrived(): void
  /** The echo of this id came. */
  heard(id: string | undefined): void
  /** The id to ask for at this beat; `undefined` when there is no need. */
  ask(): string | undefined
  /** Whether the echo asked for last is still outstanding; counts as missed, then. */
  missed(id: string): boolean
}

/**
 * Beats from something that came to the next question: 8 min. Azure detaches a link that has carried nothing for 10 min;
 * and each echo costs two messages.
 */
const QUIET_BEATS = 16
/** Beats between two questions when nothing ever comes back, so that an agent does not renew its session in vain. */
const MOST_BEATS = 32

/** The first beat asks. */
export function createEchoes(): Echoes {
  let expected: string | undefined
  let misses = 0
  let rest = 0

  return {
    arrived() {
      rest = QUIET_BEATS - 1
    },
    heard(id) {
      if (id !== expected) return
      expected = undefined
      misses = 0
      rest = QUIET_BEATS - 1
    },
    ask() {
      if (rest > 0) {
        rest -= 1
        return undefined
      }
      expected = randomUUID()
      return expected
    },
    missed(id) {
      if (expected !== id) return false
      expected = undefined
      misses += 1
      rest = Math.min(MOST_BEATS, 2 ** (misses - 1)) - 1
      return true
    },
  }
}
