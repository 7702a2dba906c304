import type { QueueSettings } from '../settings.ts'

/** A queue or its dead-letter queue. */
export type Part = 'main' | 'dead'

/** The states that survive a restart. Locks do not: a locked message is stored as what it was before. */
export type StoredState = 'visible' | 'scheduled' | 'deferred'

export interface StoredMessage {
  readonly id: number
  readonly queue: number
  readonly part: Part
  readonly state: StoredState
  readonly messageId: string
  readonly sessionId: string | undefined
  /** Milliseconds since the epoch, as all times here. */
  readonly enqueuedAt: number
  readonly expiresAt: number | undefined
  readonly scheduledAt: number | undefined
  readonly deliveries: number
  readonly size: number
}

export interface StoredQueue {
  readonly id: number
  readonly name: string
  readonly settings: QueueSettings
  readonly createdAt: number
  readonly updatedAt: number
}

/** One durable step. A list of them is written in one transaction: all or none. */
export type Change =
  | { readonly kind: 'insert'; readonly message: StoredMessage; readonly body: Uint8Array }
  | { readonly kind: 'delete'; readonly id: number }
  /** Gives a message a new id, and with it a new place; `body` when its bytes change too. */
  | {
      readonly kind: 'move'
      readonly from: number
      readonly message: StoredMessage
      readonly body?: Uint8Array
    }
  | {
      readonly kind: 'rewrite'
      readonly id: number
      readonly state: StoredState
      readonly body: Uint8Array | undefined
    }
  | { readonly kind: 'deliveries'; readonly id: number; readonly count: number }
  | { readonly kind: 'seen'; readonly queue: number; readonly messageId: string; readonly at: number }
  | { readonly kind: 'forget'; readonly queue: number; readonly before: number }
  | {
      readonly kind: 'session-state'
      readonly queue: number
      readonly sessionId: string
      readonly state: Uint8Array | undefined
    }
  | { readonly kind: 'queue'; readonly queue: StoredQueue }
  | { readonly kind: 'drop-queue'; readonly queue: number }
