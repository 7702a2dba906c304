import { useRef, useState } from 'react'

/** What became of one portion of a longer piece of work. */
export interface Portion {
  readonly changed: number
  readonly unchanged: number
  readonly problems: readonly ItemProblem[]
  /** How many there are in all, as far as this portion knows. */
  readonly total?: number
  /** Where the next portion begins; undefined behind the last one. */
  readonly next: string | undefined
}

export interface ItemProblem {
  /** Which one it is about. */
  readonly item: string
  readonly message: string
}

export interface Work {
  /** `paused`: somebody stopped it, or a portion failed; it goes on where it was. */
  readonly phase: 'asking' | 'working' | 'paused' | 'done'
  readonly changed: number
  readonly unchanged: number
  readonly failed: number
  readonly problems: readonly ItemProblem[]
  /** Largest number of all that a portion has named. */
  readonly total: number
  readonly position: string | undefined
  readonly error: unknown
}

/** Problems kept to be shown; the others are only counted. */
const MOST_PROBLEMS = 200

const begin: Work = {
  phase: 'asking',
  changed: 0,
  unchanged: 0,
  failed: 0,
  problems: [],
  total: 0,
  position: undefined,
  error: null,
}

/**
 * Does something to very many, portion by portion. A portion may be repeated without harm: after a failure the work goes
 * on with the one that has failed.
 */
export function useWork(step: (position: string | undefined) => Promise<Portion>): {
  readonly work: Work
  readonly run: () => Promise<void>
  readonly stop: () => void
} {
  const [work, setWork] = useState(begin)
  const stopping = useRef(false)
  async function run(): Promise<void> {
    stopping.current = false
    let current: Work = { ...work, phase: 'working', error: null }
    setWork(current)
    while (current.phase === 'working') {
      try {
        current = after(current, await step(current.position))
        if (current.phase === 'working' && stopping.current) current = { ...current, phase: 'paused' }
      } catch (error) {
        current = { ...current, phase: 'paused', error }
      }
      setWork(current)
    }
  }
  function stop(): void {
    stopping.current = true
  }
  return { work, run, stop }
}

function after(work: Work, portion: Portion): Work {
  return {
    phase: portion.next === undefined ? 'done' : 'working',
    changed: work.changed + portion.changed,
    unchanged: work.unchanged + portion.unchanged,
    failed: work.failed + portion.problems.length,
    problems: [...work.problems, ...portion.problems].slice(0, MOST_PROBLEMS),
    // What was done already may no longer fit the filter, and is then missing in a later number.
    total: Math.max(work.total, portion.total ?? 0),
    position: portion.next,
    error: null,
  }
}
