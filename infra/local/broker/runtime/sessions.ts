import type { SessionLock } from '../queue/entry.ts'
import type { Alarm } from './alarm.ts'
import type { LaneCore } from './core.ts'
import { type Refusal, refusal } from './refusal.ts'

export interface Sessions {
  acceptSession(sessionId: string): SessionLock | Refusal
  /** Waits up to `timeoutMs` for a session with messages that nobody holds. Returns how to stop waiting. */
  acceptNextSession(timeoutMs: number, done: (result: SessionLock | Refusal) => void): () => void
  renewSession(lock: SessionLock): number | Refusal
  /** Gives a session back; `failed` counts as a failed delivery for the messages not settled. */
  releaseSession(lock: SessionLock, failed: boolean): void
  sessionIds(): string[]
  sessionState(sessionId: string): Uint8Array | undefined
  /** Undefined clears it. */
  setSessionState(sessionId: string, value: Uint8Array | undefined, done: (refused?: Refusal) => void): void
}

/** What the lane itself calls. */
export interface SessionKeeping extends Sessions {
  /** Sessions may have become free. */
  serve(): void
  stop(reason: Refusal): void
}

export const isRefusal = (value: object | number): value is Refusal =>
  typeof value === 'object' && 'condition' in value

export function createSessions(
  core: LaneCore,
  alarm: Alarm,
  stored: readonly { readonly sessionId: string; readonly state: Uint8Array }[],
): SessionKeeping {
  const { state, parts } = core
  const states = new Map(stored.map((one) => [one.sessionId, one.state]))
  const waiters = new Set<{ finish(result: SessionLock | Refusal): void }>()

  function accepted(lock: SessionLock): SessionLock {
    alarm.at(lock.until)
    return lock
  }

  function serve(): void {
    for (const waiter of waiters) {
      const lock = state.acceptNextSession(parts.clock.now())
      if (!lock) return
      waiter.finish(accepted(lock))
    }
  }

  async function giveUp(ms: number, signal: AbortSignal, onTime: () => void): Promise<void> {
    try {
      await parts.clock.sleep(ms, signal)
    } catch {
      return // Served, or no longer interested.
    }
    onTime()
  }

  return {
    acceptSession(sessionId) {
      const lock = state.acceptSession(sessionId, parts.clock.now())
      if (lock) return accepted(lock)
      return refusal(
        'com.microsoft:session-cannot-be-locked',
        `The session '${sessionId}' is held by another receiver.`,
      )
    },
    acceptNextSession(timeoutMs, done) {
      const lock = state.acceptNextSession(parts.clock.now())
      if (lock) {
        done(accepted(lock))
        return () => undefined
      }
      const abort = new AbortController()
      const waiter = {
        finish(result: SessionLock | Refusal) {
          waiters.delete(waiter)
          abort.abort()
          done(result)
        },
      }
      waiters.add(waiter)
      const late = refusal('com.microsoft:timeout', 'No session with messages became free in time.')
      void giveUp(timeoutMs, abort.signal, () => waiter.finish(late))
      return () => {
        waiters.delete(waiter)
        abort.abort()
      }
    },
    renewSession(lock) {
      const until = state.renewSession(lock, parts.clock.now())
      return until ?? refusal('com.microsoft:session-lock-lost', 'The lock of the session has expired.')
    },
    releaseSession(lock, failed) {
      core.act(state.endSession(lock, failed))
      core.wake()
    },
    sessionIds: () => state.sessionIds(),
    sessionState: (sessionId) => states.get(sessionId),
    setSessionState(sessionId, value, done) {
      core.write([{ kind: 'session-state', queue: core.queue.id, sessionId, state: value }], (refused) => {
        if (!refused && value) states.set(sessionId, value)
        else if (!refused) states.delete(sessionId)
        done(refused)
      })
    },
    serve,
    stop(reason) {
      for (const waiter of [...waiters]) waiter.finish(reason)
    },
  }
}
