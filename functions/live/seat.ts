import type { Clock } from '../../shared/clock.ts'

/** What a stream is told when it shall look at all that it tells of. */
export const EVERYTHING = '*'

/** Where a stream hears that it shall look. What it is told twice before it looks is told once. */
export interface Seat {
  /** The channel of the run that it follows. */
  readonly run: string | undefined
  tell(channels: readonly string[]): void
  /** What it has been told since it was last asked. At first everything. */
  take(): ReadonlySet<string>
  /** Resolves when there is something to take, after so many milliseconds, or when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
  leave(): void
}

const topical = (channel: string) => !channel.startsWith('run:')

export function createSeat(clock: Clock, run: string | undefined, onLeft: () => void): Seat {
  let due = new Set([EVERYTHING])
  let left = false
  let wake: () => void = () => undefined

  return {
    run,
    tell(channels) {
      for (const channel of channels) if (topical(channel) || channel === run) due.add(channel)
      if (due.size > 0) wake()
    },
    take() {
      const taken = due
      due = new Set()
      return taken
    },
    async wait(milliseconds, signal) {
      if (due.size > 0 || signal.aborted) return
      const waking = new AbortController()
      wake = () => waking.abort(woken)
      signal.addEventListener('abort', wake, { once: true })
      await clock.sleep(milliseconds, waking.signal).catch(() => undefined)
      signal.removeEventListener('abort', wake)
      wake = () => undefined
    },
    leave() {
      if (left) return
      left = true
      onLeft()
    },
  }
}

/** One for all, because making an error takes its time. */
const woken = new Error('something has changed')
