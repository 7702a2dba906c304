import type { Clock } from '../../shared/clock.ts'
import type { RunLogWriter } from './run-log.ts'

/** Milliseconds after which the lines of a run can be read while it still goes on. */
const FLUSH_MS = 2_000

/** Writes a run's lines while it works, so that somebody can watch. One batch each time there are lines. */
export function flushRegularly(log: Pick<RunLogWriter, 'flush'>, clock: Clock): { stop(): Promise<void> } {
  const stopping = new AbortController()

  async function flushing(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await clock.sleep(FLUSH_MS, stopping.signal)
        await log.flush()
      } catch {
        // Stopped, or the store is away for a moment: the writer keeps its lines for the next time.
      }
    }
  }

  const done = flushing()
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}
