import { randomUUID } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import {
  ECHO_SECONDS,
  HEARTBEAT_LIFETIME_SECONDS,
  HEARTBEAT_SECONDS,
  type HeartbeatKind,
  writeHeartbeat,
} from '../../shared/wire/heartbeat.ts'
import type { CurrentLine } from './current-line.ts'
import type { Echoes } from './echoes.ts'
import type { Line } from './line.ts'
import { shortReason } from './reason.ts'

export interface Reporter {
  /** Tells the hub that the agent lives, and asks for an echo when one is named. @throws StegError `bus-unavailable` */
  report(line: Line, kind: HeartbeatKind, echo?: string): Promise<void>
}

export function createReporter(parts: {
  agentId: string
  clock: Clock
  /** Milliseconds since the epoch by the hub's clock. */
  hubNow: () => number
  /** `at` by the machine's own clock. */
  onSent: (at: number) => void
}): Reporter {
  return {
    async report(line, kind, echo) {
      const at = parts.clock.now()
      const beat = { agentId: parts.agentId, kind, at: Math.round(parts.hubNow()), echo }
      await line.send('heartbeats', {
        subject: 'heartbeat',
        messageId: randomUUID(),
        body: Buffer.from(writeHeartbeat(beat, line.heartbeats)),
        timeToLive: HEARTBEAT_LIFETIME_SECONDS * 1000,
      })
      parts.onSent(at)
    },
  }
}

/** A broker that takes longer than this to accept a heartbeat is no longer there. */
const ACCEPT_MS = 10_000
/** A timer that fires so much later than it should means that the process, or the machine, did not run. */
const LATE_MS = 5000

/**
 * Says every `HEARTBEAT_SECONDS` that the agent lives. This is also the watchdog of the line. When the broker does not
 * accept the message the line is given up, however healthy its socket looks: heartbeats and calls share a connection, so
 * that one which is silent in either direction shows within 40 s. When an echo does not come back through the agent's own
 * queue, a new line replaces it; the old one stays until then, because it may be the hub that is silent.
 */
export async function beat(
  parts: {
    current: CurrentLine
    reporter: Reporter
    echoes: Echoes
    clock: Clock
    /** Milliseconds from any start, never set back. */
    monotonic: () => number
    clockJumped: () => boolean
    renew: (reason: string) => void
    /** What else is to be told from time to time; its failures are its own. */
    reportMore: (line: Line) => Promise<void>
  },
  signal: AbortSignal,
): Promise<void> {
  const { clock, echoes, renew } = parts

  async function within(ms: number, work: Promise<void>): Promise<void> {
    const timer = new AbortController()
    const expired = clock.sleep(ms, AbortSignal.any([signal, timer.signal])).then(() => {
      throw new Error(`the broker has not accepted it within ${ms / 1000} s`)
    })
    await Promise.race([work, expired]).finally(() => timer.abort())
  }

  async function awaitEcho(line: Line, id: string): Promise<void> {
    await clock.sleep(ECHO_SECONDS * 1000, signal)
    if (echoes.missed(id) && parts.current.get() === line) {
      renew('a message through the own queue has not come back')
    }
  }

  async function report(line: Line): Promise<void> {
    const echo = echoes.ask()
    await within(ACCEPT_MS, parts.reporter.report(line, 'online', echo))
    if (echo !== undefined) void awaitEcho(line, echo).catch(() => undefined)
    await within(ACCEPT_MS, parts.reportMore(line))
  }

  while (!signal.aborted) {
    const before = parts.monotonic()
    await clock.sleep(HEARTBEAT_SECONDS * 1000, signal).catch(() => undefined)
    const line = parts.current.get()
    const late = parts.monotonic() - before - HEARTBEAT_SECONDS * 1000 > LATE_MS
    const jumped = parts.clockJumped()
    if (signal.aborted || line === undefined) continue
    if (late || jumped) renew('the machine was asleep, or its clock was set')
    await report(line).catch((error: unknown) => {
      if (!signal.aborted) line.lose(`heartbeat not accepted: ${shortReason(error)}`)
    })
  }
}
