/**
 * What the queue knows of one message. The bytes live elsewhere: a long queue must not be a large process.
 * All times are milliseconds since the epoch.
 */
export interface Entry {
  /** Grows with every message that becomes visible; also the order of delivery and the sequence number. */
  readonly id: number
  readonly messageId: string
  readonly sessionId: string | undefined
  readonly enqueuedAt: number
  /** `Infinity` when the message lives for ever. */
  readonly expiresAt: number
  /** When a scheduled message becomes visible. */
  readonly scheduledAt: number | undefined
  /** Size of the stored bytes. */
  readonly size: number
  /** How often it has been handed out, this time included. */
  deliveries: number
  /** What of `deliveries` is on disk. */
  storedDeliveries: number
  state: EntryState
  /** Where the message goes when its lock ends: deferred messages stay deferred. */
  home: 'available' | 'deferred'
  lock: MessageLock | undefined
  /** The state before `writing`, to go back to when the write fails. */
  before: EntryState | undefined
}

export interface MessageLock {
  readonly key: string
  /** Ignored for a message of a session: the session's lock counts. */
  until: number
  readonly session: SessionLock | undefined
}

/** One receiver's hold on a session. */
export interface SessionLock {
  readonly sessionId: string
  until: number
  /** Messages handed out under this lock. */
  readonly entries: Set<Entry>
  ended: boolean
}

/** `writing`: a change of this message is on its way to disk; nobody else may have it until that is decided. */
export type EntryState = 'scheduled' | 'available' | 'deferred' | 'locked' | 'writing' | 'gone'

/** Which state may follow which. */
const follows: Record<EntryState, Record<EntryState, boolean>> = {
  scheduled: {
    scheduled: false,
    available: false,
    deferred: false,
    locked: false,
    writing: true,
    gone: false,
  },
  available: {
    scheduled: false,
    available: false,
    deferred: false,
    locked: true,
    writing: true,
    gone: false,
  },
  deferred: { scheduled: false, available: false, deferred: false, locked: true, writing: true, gone: false },
  locked: { scheduled: false, available: true, deferred: true, locked: false, writing: true, gone: false },
  writing: { scheduled: true, available: true, deferred: true, locked: true, writing: false, gone: true },
  gone: { scheduled: false, available: false, deferred: false, locked: false, writing: false, gone: false },
}

/** Throws when the step is not in the table: that is a bug of the broker, never of a client. */
export function checkStep(from: EntryState, to: EntryState): void {
  if (!follows[from][to]) throw new Error(`A message cannot go from ${from} to ${to}`)
}

export type KnownEntry = Pick<
  Entry,
  'id' | 'messageId' | 'sessionId' | 'enqueuedAt' | 'expiresAt' | 'scheduledAt' | 'size' | 'deliveries'
>

/** A message that enters a queue. */
export function newEntry(known: KnownEntry, state: EntryState): Entry {
  return {
    id: known.id,
    messageId: known.messageId,
    sessionId: known.sessionId,
    enqueuedAt: known.enqueuedAt,
    expiresAt: known.expiresAt,
    scheduledAt: known.scheduledAt,
    size: known.size,
    deliveries: known.deliveries,
    storedDeliveries: known.deliveries,
    state,
    home: state === 'deferred' ? 'deferred' : 'available',
    lock: undefined,
    before: undefined,
  }
}
