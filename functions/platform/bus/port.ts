/** The message bus as the hub's services see it. Triggers deliver what arrives; this is for sending and for replies. */

export interface OutgoingMessage {
  readonly body: Uint8Array
  readonly subject: string
  readonly messageId: string
  readonly correlationId?: string
  readonly sessionId?: string
  /** Session on the reply queue that waits for the answer. */
  readonly replyToSessionId?: string
  /** Milliseconds after which the broker drops the message. */
  readonly timeToLive?: number
  /** How the body is sealed. */
  readonly enc?: string
  /** W3C trace context of what sends it. */
  readonly traceparent?: string
}

export interface IncomingReply {
  readonly correlationId: string
  readonly body: Uint8Array
}

export interface QueueOptions {
  readonly requiresSession?: boolean
  /** Seconds, 5 to 300. */
  readonly lockSeconds?: number
  readonly maxDeliveryCount?: number
  /** Seconds; messages older than this are dropped. */
  readonly timeToLiveSeconds?: number
  /** Seconds within which a second message with the same id is dropped. */
  readonly duplicateDetectionSeconds?: number
}

export interface ReplySession {
  check(): Promise<void>
  close(): Promise<void>
}

/** Errors: `bus-unavailable` when the broker does not answer, `call-too-large` when a message is over its limit. */
export interface Bus {
  /** Resolves when the broker has durably accepted the message. */
  send(queue: string, message: OutgoingMessage): Promise<void>
  /** Creates the queue when it does not exist. */
  ensureQueue(queue: string, options: QueueOptions): Promise<void>
  deleteQueue(queue: string): Promise<void>
  /**
   * Holds one session of a queue and hands over what arrives in it, until `close`. Resolves when the session is held.
   * Each message is completed before it is handed over: a reply that nobody waits for is of no use later. `check` asks
   * the broker whether the session is still held, and resolves when that is clear; when not, `onLost` has been called.
   */
  openReplySession(
    queue: string,
    sessionId: string,
    onReply: (reply: IncomingReply) => void,
    onLost: (reason: string) => void,
  ): Promise<ReplySession>
  /** Resolves when the broker answers. */
  check(): Promise<void>
  close(): Promise<void>
}

export interface QueueDepth {
  /** Messages that wait for a receiver or are with one. */
  readonly waiting: number
  readonly deadLetters: number
}

/** Asks the broker itself, which counts as ten messages: not for every call. */
export interface QueueDepths {
  /** @throws StegError `bus-unavailable` */
  depthOf(queue: string): Promise<QueueDepth>
}

/** Where agents find the broker, and the right to use single queues of it. */
export interface BusGrants {
  readonly broker: { readonly host: string; readonly port?: number; readonly tls: boolean }
  /** A SAS token for one queue and one right. `expiresAt` in milliseconds since the epoch, at most one hour ahead. */
  grant(queue: string, right: 'listen' | 'send', expiresAt: number): string
}
