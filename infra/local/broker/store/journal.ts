import type { Change } from './changes.ts'

/** Makes changes durable. What arrives within one turn of the event loop is written in one transaction. */
export interface Journal {
  /** Calls back, in the order of the calls, when the changes are on disk or could not be written. */
  write(changes: readonly Change[], done: (failure?: Error) => void): void
  /** Writes what is waiting. */
  flush(): void
}

interface Step {
  readonly changes: readonly Change[]
  readonly done: (failure?: Error) => void
}

export function createJournal(
  apply: (changes: readonly Change[]) => void,
  onFailure: (failure: Error) => void,
): Journal {
  let waiting: Step[] = []
  let planned = false

  function attempt(changes: readonly Change[]): Error | undefined {
    if (changes.length === 0) return undefined
    try {
      apply(changes)
      return undefined
    } catch (cause) {
      const failure = cause instanceof Error ? cause : new Error(String(cause))
      onFailure(failure)
      return failure
    }
  }

  function finish(step: Step, failure: Error | undefined): void {
    try {
      step.done(failure)
    } catch (cause) {
      // One caller's mistake must not keep the others from their answer.
      onFailure(cause instanceof Error ? cause : new Error(String(cause)))
    }
  }

  function flush(): void {
    planned = false
    while (waiting.length > 0) {
      const steps = waiting
      waiting = []
      const failure = attempt(steps.flatMap((step) => step.changes))
      // On a full disk a deletion still succeeds where an insertion does not, so each step gets its own try.
      const alone = failure !== undefined && steps.length > 1
      for (const step of steps) finish(step, alone ? attempt(step.changes) : failure)
    }
  }

  return {
    write(changes, done) {
      waiting.push({ changes, done })
      if (planned) return
      planned = true
      // After the poll phase: everything that the sockets had to say in this turn is in.
      setImmediate(flush)
    },
    flush,
  }
}
