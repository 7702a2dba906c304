import type { SessionResponse } from '../../shared/wire/enrolment.ts'
import type { HeartbeatGrant } from '../../shared/wire/heartbeat.ts'

/** A request as it lies, locked, in the agent's queue or in that of its site. Settling a request whose lock is lost throws. */
export interface IncomingRequest {
  /** Whether other agents take from the queue it lies in. */
  readonly shared: boolean
  readonly body: Uint8Array
  readonly messageId: string
  /** What kind of message it says it is. */
  readonly subject?: string | undefined
  readonly correlationId: string | undefined
  /** Session on the reply queue that waits for the answer. */
  readonly replyToSessionId: string | undefined
  /** Earlier deliveries in which an agent may have begun to work on it. */
  readonly begunBefore: number
  complete(): Promise<void>
  /** Gives it back to the queue. `begun` is false when nothing at all has been done about it. */
  abandon(begun: boolean): Promise<void>
  deadLetter(reason: string, description: string): Promise<void>
}

/** Where an agent may send: what it answers, what says that it lives, and what it reports. */
export type OutgoingQueue = 'replies' | 'heartbeats' | 'events'

export interface OutgoingMessage {
  readonly body: Uint8Array
  readonly subject: 'reply' | 'heartbeat' | 'event'
  readonly messageId: string
  readonly correlationId?: string
  readonly sessionId?: string
  /** Milliseconds. */
  readonly timeToLive?: number
  /** How the body is sealed. */
  readonly enc?: string
}

/** One connection to the broker, with the rights of one session. When it fails it is thrown away, never mended. */
export interface Line {
  /** Resolves when the broker has accepted the message. @throws StegError `bus-unavailable`, `call-too-large` */
  send(queue: OutgoingQueue, message: OutgoingMessage): Promise<void>
  /** With what heartbeats over it are proven. */
  readonly heartbeats: Pick<HeartbeatGrant, 'key' | 'until'>
  /** Resolves with the reason once the line is of no more use. */
  readonly lost: Promise<string>
  /** Declares it lost. */
  lose(reason: string): void
  /** No new requests from now on; those at hand can still be settled. */
  stopReceiving(): Promise<void>
  /** Resolves when none of the requests that came over it is being worked on. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Opens a line that can receive and send. @throws StegError `bus-unavailable` */
export type OpenLine = (
  session: SessionResponse,
  onRequest: (request: IncomingRequest) => Promise<void>,
  signal: AbortSignal,
) => Promise<Line>
