import type { Clock } from '../../../../shared/clock.ts'
import type { Logger } from '../../../../shared/log.ts'
import type { Entry, SessionLock } from '../queue/entry.ts'
import type { Due, QueueState } from '../queue/state.ts'
import type { QueueSettings } from '../settings.ts'
import type { Change, Part, StoredMessage, StoredState } from '../store/changes.ts'
import type { Journal } from '../store/journal.ts'
import type { Bodies } from './bodies.ts'
import type { Refusal } from './refusal.ts'

/** What all queues of a broker share. */
export interface BrokerParts {
  readonly clock: Clock
  readonly log: Logger
  readonly journal: Journal
  readonly bodies: Bodies
  readonly nextId: () => number
  readonly nextKey: () => string
  /** Has the delivery count of a message written down before long. */
  readonly countDelivery: (entry: Entry) => void
}

/** A message on its way to a receiver. */
export interface Handout {
  readonly key: string
  readonly bytes: Buffer
}

/** Somebody who receives from a queue. */
export interface Consumer {
  /** Messages are gone as soon as they are handed out (receive-and-delete). */
  readonly removes: boolean
  readonly session: SessionLock | undefined
  /** How many messages it takes now. */
  credit(): number
  deliver(handout: Handout): void
  /** Nothing more comes: the lock of its session is lost, or the queue is gone. */
  end(reason: Refusal): void
  /** Called when messages that were on their way to it have been decided upon. */
  settled(): void
}

export interface Totals {
  received: number
  delivered: number
  settled: number
}

/** What the parts of a lane (a queue or its dead-letter queue) have in common. */
export interface LaneCore {
  readonly parts: BrokerParts
  readonly queue: { readonly id: number; readonly name: string }
  readonly part: Part
  readonly settings: QueueSettings
  readonly state: QueueState
  readonly totals: Totals
  /** Calls back when the changes are durable or refused. */
  write(changes: readonly Change[], done: (refused?: Refusal) => void): void
  /** Puts a message whose bytes are stored into the queue. */
  show(entry: Entry, body: Buffer): void
  /** Takes a message that is held as `writing` out of the queue. */
  forget(entry: Entry): void
  body(entry: Entry): Buffer | undefined
  /** Moves a held message to the dead-letter queue. */
  bury(entry: Entry, properties: ReadonlyMap<string, Buffer>, done: (refused?: Refusal) => void): void
  act(due: readonly Due[]): void
  /** Messages or sessions may have become available. */
  wake(): void
}

export function storedMessage(
  entry: Entry,
  place: { readonly queue: number; readonly part: Part; readonly state: StoredState },
): StoredMessage {
  return {
    ...place,
    id: entry.id,
    messageId: entry.messageId,
    sessionId: entry.sessionId,
    enqueuedAt: Math.round(entry.enqueuedAt),
    expiresAt: Number.isFinite(entry.expiresAt) ? Math.round(entry.expiresAt) : undefined,
    scheduledAt: entry.scheduledAt === undefined ? undefined : Math.round(entry.scheduledAt),
    deliveries: entry.deliveries,
    size: entry.size,
  }
}
