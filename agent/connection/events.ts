import { randomUUID } from 'node:crypto'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import { type EventHead, writeEvent } from '../../shared/wire/event.ts'
import { encodeFrame } from '../../shared/wire/frame.ts'
import type { Channel } from '../../shared/wire/seal.ts'
import type { ReportedCounts } from './counts-report.ts'
import type { Line } from './line.ts'

/** Reports what has to come in order and what nobody else may read. */
export interface EventSender {
  /**
   * Resolves when the broker has accepted it. Events of one session arrive in the order in which they are sent.
   * @param session the agent's id unless something else is named, such as one of its lines
   * @throws StegError `bus-unavailable`, `call-too-large`
   */
  send(line: Line, kind: string, payload: unknown, session?: string): Promise<void>
}

export function createEventSender(parts: {
  readonly agentId: string
  readonly channel: Pick<Channel, 'seal' | 'enc'>
  /** Milliseconds since the epoch by the hub's clock. */
  readonly hubNow: () => number
}): EventSender {
  const { agentId, channel } = parts
  return {
    async send(line, kind, payload, session = agentId) {
      const id = randomUUID()
      const head: EventHead = { v: WIRE_VERSION, id, kind, at: Math.round(parts.hubNow()) }
      const frame = encodeFrame(head, Buffer.from(JSON.stringify(payload)), 'response')
      await line.send('events', {
        subject: 'event',
        messageId: id,
        sessionId: session,
        body: Buffer.from(writeEvent({ agentId, id, sealed: channel.seal(id, frame) })),
        enc: channel.enc,
      })
    },
  }
}

/** Tells what has been counted, when there is news and it is time, or at any rate. @throws StegError as `send` */
export async function reportCounts(
  line: Line,
  counts: ReportedCounts,
  events: EventSender,
  atAnyRate: boolean,
): Promise<void> {
  const report = counts.due(atAnyRate)
  if (report === undefined) return
  await events.send(line, 'counts', report)
  counts.reported(report)
}
