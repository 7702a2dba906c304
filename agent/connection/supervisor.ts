import type { Clock } from '../../shared/clock.ts'
import type { ErrorRecord } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { SessionResponse } from '../../shared/wire/enrolment.ts'
import { backoff } from './backoff.ts'
import type { CurrentLine } from './current-line.ts'
import { isHubProblem } from './hub.ts'
import type { Line } from './line.ts'
import { problemOf, shortReason } from './reason.ts'
import type { ConnectionEvent } from './states.ts'

/** Share of a session's lifetime after which the next one is opened. */
const RENEW_AT = 0.7
const SHORTEST_RENEWAL_MS = 1000
/** A line that lived this long was good: the next failure counts as the first. */
const STABLE_MS = 60_000
const CONFIRM_REVOKED_MS = 2000

export interface SupervisorParts {
  readonly openSession: () => Promise<SessionResponse>
  /** Opens a line and reports the agent through it. */
  readonly openLine: (session: SessionResponse, signal: AbortSignal) => Promise<Line>
  /** Lets a line that is no longer current finish its work, then closes it. */
  readonly retire: (line: Line) => Promise<void>
  readonly current: CurrentLine
  readonly onEvent: (event: ConnectionEvent, reason?: string, problem?: ErrorRecord) => void
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Logger
}

export interface Supervisor {
  /** Keeps the agent connected until the signal is aborted (`stopped`) or the hub has revoked it. */
  run(signal: AbortSignal): Promise<'stopped' | 'revoked'>
  /** Opens a new session now, because something about the present one may be wrong. */
  renew(reason: string): void
}

interface Held {
  readonly line: Line
  readonly renewAfterMs: number
}

class Revoked extends Error {}

/**
 * Opens sessions one after the other. The next one is opened while the present one still works, so that expiring
 * tokens are never noticed; when a line is lost, the next is opened after a growing pause.
 */
export function createSupervisor(parts: SupervisorParts): Supervisor {
  const { clock, current, log } = parts
  let renewal = Promise.withResolvers<void>()

  async function open(signal: AbortSignal): Promise<Held> {
    const session = await confirmRevocation(signal)
    const lifetime = Date.parse(session.expiresAt) - Date.parse(session.serverTime)
    const line = await parts.openLine(session, signal)
    return { line, renewAfterMs: Math.max(SHORTEST_RENEWAL_MS, lifetime * RENEW_AT) }
  }

  /** An agent ends for good only when the hub says twice that it is revoked. */
  async function confirmRevocation(signal: AbortSignal): Promise<SessionResponse> {
    try {
      return await parts.openSession()
    } catch (error) {
      if (!isHubProblem(error, 'agent-revoked')) throw error
      log.warn('the hub says that this agent is revoked; asking again')
    }
    await clock.sleep(CONFIRM_REVOKED_MS, signal)
    try {
      return await parts.openSession()
    } catch (error) {
      throw isHubProblem(error, 'agent-revoked') ? new Revoked() : error
    }
  }

  /** Stays with the line and its successors; resolves with the reason when one is lost. */
  async function hold(first: Held, signal: AbortSignal): Promise<string> {
    let held = first
    let wait = held.renewAfterMs
    for (let failures = 0; ; ) {
      const lost = await nextEvent(held.line, wait, signal)
      if (lost !== undefined) return lost
      try {
        const next = await open(signal)
        const previous = held.line
        held = next
        current.set(next.line)
        parts.onEvent('opened')
        void parts.retire(previous)
        wait = next.renewAfterMs
        failures = 0
      } catch (error) {
        if (error instanceof Revoked || signal.aborted) throw error
        log.warn('the session could not be renewed yet', { reason: shortReason(error) })
        parts.onEvent('failed', shortReason(error), problemOf(error))
        wait = backoff(failures++, parts.random())
      }
    }
  }

  /** The reason why the line was lost, or undefined when it is time to renew. */
  async function nextEvent(line: Line, ms: number, signal: AbortSignal): Promise<string | undefined> {
    const timer = new AbortController()
    const stop = AbortSignal.any([signal, timer.signal])
    try {
      return await Promise.race([
        line.lost,
        renewal.promise.then(() => undefined),
        clock.sleep(ms, stop).then(() => undefined),
      ])
    } finally {
      timer.abort()
      renewal = Promise.withResolvers()
    }
  }

  async function connectOnce(failures: number, signal: AbortSignal): Promise<number> {
    let openedAt: number | undefined
    try {
      const held = await open(signal)
      openedAt = clock.now()
      current.set(held.line)
      parts.onEvent('opened')
      const reason = await hold(held, signal)
      log.warn('the connection was lost', { reason })
      parts.onEvent('lost', reason)
    } catch (error) {
      if (error instanceof Revoked || signal.aborted) throw error
      log.warn('no connection yet', { reason: shortReason(error), error })
      parts.onEvent('failed', shortReason(error), problemOf(error))
    }
    const line = current.get()
    current.set(undefined)
    if (line !== undefined) void parts.retire(line)
    return openedAt !== undefined && Math.abs(clock.now() - openedAt) >= STABLE_MS ? 0 : failures
  }

  return {
    renew(reason) {
      log.info('opening a new session', { reason })
      renewal.resolve()
    },
    async run(signal) {
      try {
        for (let failures = 0; ; failures++) {
          failures = await connectOnce(failures, signal)
          await clock.sleep(backoff(failures, parts.random()), signal)
        }
      } catch (error) {
        if (signal.aborted) return 'stopped'
        if (error instanceof Revoked) return 'revoked'
        throw error
      }
    },
  }
}
