import { randomUUID } from 'node:crypto'

/** Tells whether messages still come through the agent's own queue. */
export interface Echoes {
  /** Something came through the queue, so that nothing needs to be asked for at the next beat. */
  arrived(): void
  /** The echo of this id came. */
  heard(id: string | undefined): void
  /** The id to ask for at this beat; `undefined` when there is no need. */
  ask(): string | undefined
  /** Whether the echo asked for last is still outstanding; counts as missed, then. */
  missed(id: string): boolean
}

/** Beats between two questions when nothing ever comes back, so that an agent does not renew its session in vain. */
const MOST_BEATS = 32

export function createEchoes(): Echoes {
  let quiet = true
  let expected: string | undefined
  let misses = 0
  let rest = 0

  return {
    arrived() {
      quiet = false
    },
    heard(id) {
      if (id !== expected) return
      expected = undefined
      misses = 0
      rest = 0
    },
    ask() {
      const needed = quiet && rest === 0
      quiet = true
      if (rest > 0) rest -= 1
      if (!needed) return undefined
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
