import { randomUUID } from 'node:crypto'
import { type Clock, toIso } from '../../shared/clock.ts'
import { WIRE_VERSION } from '../../shared/wire/call.ts'
import { AgentEvent, HEARTBEAT_SECONDS } from '../../shared/wire/event.ts'
import type { AgentKey } from '../state/key.ts'
import type { ReportedCounts } from './counts-report.ts'
import type { CurrentLine } from './current-line.ts'
import type { Line } from './line.ts'
import { signEvent } from './proof.ts'
import { shortReason } from './reason.ts'

export interface Reporter {
  /** Tells the hub about the agent. @throws StegError `bus-unavailable` */
  report(line: Line, kind: AgentEvent['kind']): Promise<void>
}

export function createReporter(parts: {
  agentId: string
  key: AgentKey
  host: string
  version: string
  clock: Clock
  /** Milliseconds since the epoch by the hub's clock. */
  hubNow: () => number
  /** What has been counted, when it is time to report it. */
  counts: ReportedCounts
  onSent: (at: number) => void
}): Reporter {
  return {
    async report(line, kind) {
      const at = parts.clock.now()
      const counts = parts.counts.due(kind === 'leaving')
      const event = AgentEvent.parse({
        v: WIRE_VERSION,
        agentId: parts.agentId,
        kind,
        at: toIso(at),
        host: parts.host,
        version: parts.version,
        ...(counts === undefined ? {} : { counts }),
      })
      await line.send('events', {
        subject: 'event',
        messageId: randomUUID(),
        sessionId: parts.agentId,
        body: Buffer.from(await signEvent(parts.key, event, parts.hubNow())),
      })
      if (counts !== undefined) parts.counts.reported(counts)
      parts.onSent(at)
    },
  }
}

/**
 * Says every `HEARTBEAT_SECONDS` that the agent lives. This is also the watchdog of the line: when the broker does not
 * accept the message the line is given up, however healthy its socket looks.
 */
export async function beat(
  parts: {
    current: CurrentLine
    reporter: Reporter
    clock: Clock
    clockJumped: () => boolean
    renew: () => void
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await parts.clock.sleep(HEARTBEAT_SECONDS * 1000, signal).catch(() => undefined)
    const line = parts.current.get()
    if (signal.aborted || line === undefined) continue
    if (parts.clockJumped()) parts.renew()
    try {
      await parts.reporter.report(line, 'online')
    } catch (error) {
      line.lose(`heartbeat not accepted: ${shortReason(error)}`)
    }
  }
}
