import { localMilliseconds } from './local-time.ts'
import type { TimeEvent } from './records.ts'

export interface Pair {
  readonly come: TimeEvent
  /** Null while the person is clocked in. */
  readonly go: TimeEvent | null
}

/** Pairs a person's events, given in the order of time. A second Come and a Go without a Come are left out. */
export function pairsOf(events: readonly TimeEvent[]): Pair[] {
  const pairs: Pair[] = []
  let open: TimeEvent | null = null
  for (const event of events) {
    if (event.Type === 'Come') {
      open ??= event
    } else if (open) {
      pairs.push({ come: open, go: event })
      open = null
    }
  }
  if (open) pairs.push({ come: open, go: null })
  return pairs
}

/** Whole minutes of the closed pairs that began before `until`, a local time. */
export function workedMinutes(pairs: readonly Pair[], until: string): number {
  let ms = 0
  for (const { come, go } of pairs) {
    if (go && come.Time < until) ms += localMilliseconds(go.Time) - localMilliseconds(come.Time)
  }
  return Math.floor(ms / 60_000)
}
