/** What this process knows of the requests it has seen, so that one delivered twice is worked on once. */
export interface KnownRequests {
  state(id: string): 'running' | 'answered' | 'cancelled' | undefined
  /** Marks it as running until the work ends: then as answered, or as unknown when the work returns false. */
  run(id: string, deadline: number, work: () => Promise<boolean>): Promise<void>
  /** Nobody waits for it any more: when it comes later than this, it is dropped. */
  cancel(id: string, deadline: number): void
  /** Resolves when it is no longer running. */
  finished(id: string): Promise<void>
}

interface Entry {
  readonly deadline: number
  readonly done: Promise<void>
  state: 'running' | 'answered' | 'cancelled'
}

/** Answers are forgotten after the deadline: from then on a request is dropped anyway. */
const SWEEP_EVERY = 256

export function createKnownRequests(now: () => number): KnownRequests {
  const entries = new Map<string, Entry>()
  let sinceSweep = 0

  function sweep(): void {
    sinceSweep = 0
    for (const [id, entry] of entries) {
      if (entry.state !== 'running' && entry.deadline <= now()) entries.delete(id)
    }
  }

  return {
    state: (id) => entries.get(id)?.state,
    cancel(id, deadline) {
      if (++sinceSweep >= SWEEP_EVERY) sweep()
      if (!entries.has(id)) entries.set(id, { deadline, done: Promise.resolve(), state: 'cancelled' })
    },
    async run(id, deadline, work) {
      if (++sinceSweep >= SWEEP_EVERY) sweep()
      const done = Promise.withResolvers<void>()
      const entry: Entry = { deadline, done: done.promise, state: 'running' }
      entries.set(id, entry)
      try {
        if (await work()) entry.state = 'answered'
        else entries.delete(id)
      } catch (error) {
        entries.delete(id)
        throw error
      } finally {
        done.resolve()
      }
    },
    finished: async (id) => entries.get(id)?.done,
  }
}
