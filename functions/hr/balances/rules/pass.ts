/** One reading of everybody's balances. It is kept while it is under way, so that an interruption does not begin anew. */
export interface Pass {
  readonly keyDate: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** The person to continue with. */
  readonly next: string
  readonly counts: PassCounts
}

export interface PassCounts {
  readonly read: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly failed: number
}

export const noCounts: PassCounts = { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0 }

/** Older figures than this are read again rather than completed. */
const CONTINUE_WITHIN_MS = 2 * 60 * 60_000

/** Whether an interrupted pass is continued: only for the same key date, and while its first figures are still fresh. */
export function continues(pass: Pass | undefined, keyDate: string, now: number): pass is Pass {
  return (
    pass !== undefined &&
    pass.keyDate === keyDate &&
    now >= pass.startedAt &&
    now - pass.startedAt < CONTINUE_WITHIN_MS
  )
}
