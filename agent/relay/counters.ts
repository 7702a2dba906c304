import type { ErrorCode } from '../../shared/errors/error.ts'

/** What the agent has done since it started. */
export interface Counters {
  readonly calls: number
  readonly pings: number
  /** Requests that came too late, and messages that could not be read. */
  readonly dropped: number
  readonly errors: Readonly<Record<string, number>>
  /** Milliseconds since the epoch. */
  readonly lastCall: number | undefined
}

export interface Tally {
  call(at: number): void
  ping(): void
  drop(): void
  error(code: ErrorCode): void
  read(): Counters
}

export function createTally(onChange: () => void): Tally {
  let counters: Counters = { calls: 0, pings: 0, dropped: 0, errors: {}, lastCall: undefined }
  const set = (change: Partial<Counters>) => {
    counters = { ...counters, ...change }
    onChange()
  }
  return {
    call: (at) => set({ calls: counters.calls + 1, lastCall: at }),
    ping: () => set({ pings: counters.pings + 1 }),
    drop: () => set({ dropped: counters.dropped + 1 }),
    error: (code) => set({ errors: { ...counters.errors, [code]: (counters.errors[code] ?? 0) + 1 } }),
    read: () => counters,
  }
}
