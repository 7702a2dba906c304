/**
 * Tells whoever shows something that it has changed, on whichever hub instance they are. Nothing here is kept: a message
 * that is lost is made good by looking, and who listens is told when that is needed. It knows nothing of how a browser
 * is reached: where a service holds the browsers' connections itself, publishing is all that is left of it.
 */

export interface PushMessage {
  /** What it is about: 1 to 200 characters, without control characters. */
  readonly channel: string
  /**
   * Absent: it has changed; several such messages of a channel become one. Present: this is what happened; each comes, in
   * the order of its channel. The broker can read it.
   */
  readonly data?: string
}

export interface PushListener {
  onMessages(messages: readonly PushMessage[]): void
  /** Something may have been missed: look once at everything. */
  onGap(): void
}

export interface PushSubscription {
  /**
   * Resolves when every hub instance tells this one. What others changed shortly before may not have been told: `onGap`
   * is called then. Never rejects; what this instance publishes itself arrives from the beginning.
   */
  readonly ready: Promise<void>
  close(): void
}

export interface Push {
  /** Returns at once and never fails: messages go out together with what else is published within a moment. */
  publish(tenantId: string, messages: readonly PushMessage[]): void
  listen(tenantId: string, listener: PushListener): PushSubscription
  /** Lets go of everything that others know of this instance. */
  close(): Promise<void>
}
