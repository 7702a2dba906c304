import type { Arrival } from '../message/message.ts'
import { createDuplicates } from '../queue/duplicates.ts'
import { type Entry, newEntry } from '../queue/entry.ts'
import type { Change } from '../store/changes.ts'
import { type LaneCore, storedMessage } from './core.ts'
import type { Refusal } from './refusal.ts'

/** Calls back with the ids given when the messages are durably stored, or with a refusal. */
export type Published = (refused: Refusal | undefined, ids: number[]) => void

export interface Arrivals {
  publish(arrivals: readonly Arrival[], done: Published): void
}

/** One call of `publish` whose messages are being written. */
interface Writing {
  refused: Refusal | undefined
}

/** Takes messages in: stamps them, drops duplicates, stores them, and only then shows them. */
export function createArrivals(
  core: LaneCore,
  seen: readonly { readonly messageId: string; readonly at: number }[],
  onVisible: (entries: readonly Entry[]) => void,
): Arrivals {
  const { parts, queue, part, settings } = core
  const windowMs = part === 'dead' ? 0 : (settings.duplicateDetectionSeconds ?? 0) * 1000
  const duplicates = windowMs > 0 ? createDuplicates(windowMs) : undefined
  for (const { messageId, at } of seen) duplicates?.claim(messageId, at)
  /** Ids whose first message is not on disk yet: a duplicate shares its fate. */
  const writing = new Map<string, Writing>()
  let forgetAt = 0

  /** False for a duplicate. */
  function claim(arrival: Arrival, now: number, changes: Change[]): boolean {
    if (!duplicates) return true
    if (!duplicates.claim(arrival.messageId, now)) return false
    const at = Math.round(now)
    changes.push({ kind: 'seen', queue: queue.id, messageId: arrival.messageId, at })
    if (now >= forgetAt) {
      changes.push({ kind: 'forget', queue: queue.id, before: Math.round(now - windowMs) })
      forgetAt = now + windowMs / 4
    }
    return true
  }

  function stamp(arrival: Arrival, now: number): Entry {
    const { messageId, sessionId, body } = arrival
    const later = arrival.scheduledAt !== undefined && arrival.scheduledAt > now
    const scheduledAt = later ? arrival.scheduledAt : undefined
    const own = arrival.timeToLive ?? Number.POSITIVE_INFINITY
    const limit = (settings.timeToLiveSeconds ?? Number.POSITIVE_INFINITY) * 1000
    const expiresAt = (scheduledAt ?? now) + Math.min(own, limit)
    const times = { enqueuedAt: now, scheduledAt, expiresAt }
    const known = { id: parts.nextId(), messageId, sessionId, size: body.length, deliveries: 0, ...times }
    return newEntry(known, later ? 'scheduled' : 'available')
  }

  return {
    publish(arrivals, done) {
      const now = parts.clock.now()
      const changes: Change[] = []
      const taken: { entry: Entry; arrival: Arrival }[] = []
      const mine: Writing = { refused: undefined }
      const others = new Set<Writing>()
      for (const arrival of arrivals) {
        const first = writing.get(arrival.messageId)
        if (!claim(arrival, now, changes)) {
          if (first) others.add(first)
          continue
        }
        if (duplicates) writing.set(arrival.messageId, mine)
        const entry = stamp(arrival, now)
        const state = entry.state === 'scheduled' ? 'scheduled' : 'visible'
        const message = storedMessage(entry, { queue: queue.id, part, state })
        changes.push({ kind: 'insert', message, body: arrival.body })
        taken.push({ entry, arrival })
      }
      core.write(changes, (failed) => {
        mine.refused = failed
        for (const { entry, arrival } of taken) {
          if (duplicates) writing.delete(arrival.messageId)
          if (failed) duplicates?.unclaim(arrival.messageId)
          else core.show(entry, arrival.body)
        }
        const refused = failed ?? [...others].find((other) => other.refused)?.refused
        done(refused, refused ? [] : taken.map(({ entry }) => entry.id))
        if (!failed) onVisible(taken.map(({ entry }) => entry))
      })
    },
  }
}
