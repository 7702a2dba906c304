import { type Clock, systemClock } from '../../../shared/clock.ts'
import { deadlineFailure, failureOf, mayRepeat } from './tables-failure.ts'

/** Sends a request, again where that is safe, and throws the last error. */
export type Caller = <T>(kind: 'read' | 'write', send: (signal: AbortSignal) => Promise<T>) => Promise<T>

/** Waits before each repetition, in milliseconds. */
const repeatDelays = [100, 400, 1200]

/** @param deadlineMs for a request with all its repetitions, in milliseconds */
export function tablesCaller(deadlineMs: number, clock: Clock = systemClock): Caller {
  return async (kind, send) => {
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(deadlineFailure(deadlineMs)), deadlineMs)
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          return await send(deadline.signal)
        } catch (error) {
          const failure = failureOf(error)
          const delay = repeatDelays[attempt]
          if (delay === undefined || failure === undefined || !mayRepeat(kind, failure)) throw error
          await clock.sleep(delay, deadline.signal)
        }
      }
    } catch (error) {
      // What the client throws on an abort says nothing of the reason.
      throw deadline.signal.aborted ? deadline.signal.reason : error
    } finally {
      clearTimeout(timer)
    }
  }
}
