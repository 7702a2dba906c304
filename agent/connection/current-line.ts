import type { Clock } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Line, OutgoingMessage, OutgoingQueue } from './line.ts'
import { shortReason } from './reason.ts'

const RETRY_MS = 250

/** The line in use, which changes while the work that needs one goes on. */
export interface CurrentLine {
  get(): Line | undefined
  set(line: Line | undefined): void
  /**
   * Sends over whatever line there is, now or later, until `untilMs` by `now`.
   * @throws StegError `bus-unavailable` when there was none in time, `call-too-large`
   */
  deliver(queue: OutgoingQueue, message: OutgoingMessage, untilMs: number): Promise<void>
}

/** `now` is the time in which `untilMs` is given; `clock` runs the waiting. */
export function createCurrentLine(clock: Clock, now: () => number): CurrentLine {
  let current: Line | undefined
  let change = Promise.withResolvers<void>()

  async function awaitChange(ms: number): Promise<void> {
    const timer = new AbortController()
    const timeout = clock.sleep(ms, timer.signal).catch(() => undefined)
    await Promise.race([change.promise, timeout])
    timer.abort()
  }

  return {
    get: () => current,
    set(line) {
      current = line
      change.resolve()
      change = Promise.withResolvers<void>()
    },
    async deliver(queue, message, untilMs) {
      let reason = 'not connected'
      for (let remaining = untilMs - now(); remaining > 0; remaining = untilMs - now()) {
        const line = current
        if (line === undefined) {
          await awaitChange(remaining)
          continue
        }
        try {
          return await line.send(queue, message)
        } catch (error) {
          if (isStegError(error, 'call-too-large')) throw error
          reason = shortReason(error)
          line.lose(`${queue}: ${reason}`)
          await awaitChange(Math.min(remaining, RETRY_MS))
        }
      }
      throw new StegError('bus-unavailable', { reason })
    },
  }
}
