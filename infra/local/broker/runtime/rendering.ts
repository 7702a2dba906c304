import { writeMessage } from '../message/message.ts'
import type { Entry } from '../queue/entry.ts'
import type { LaneCore } from './core.ts'

/** The message as it goes out now, or undefined when its bytes cannot be read. */
export function render(core: LaneCore, entry: Entry): Buffer | undefined {
  const body = core.body(entry)
  if (!body) return undefined
  const { lock } = entry
  const begins = entry.scheduledAt ?? entry.enqueuedAt
  return writeMessage(body, {
    id: entry.id,
    enqueuedAt: entry.enqueuedAt,
    timeToLive: Number.isFinite(entry.expiresAt) ? entry.expiresAt - begins : undefined,
    deliveryCount: Math.max(lock ? entry.deliveries - 1 : entry.deliveries, 0),
    lockedUntil: lock?.session?.until ?? lock?.until,
    state: visibleState(entry),
  })
}

function visibleState(entry: Entry): 'active' | 'deferred' | 'scheduled' {
  if (entry.state === 'scheduled') return 'scheduled'
  return entry.home === 'deferred' ? 'deferred' : 'active'
}
