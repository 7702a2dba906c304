const MINUTE = 60_000
/** A working day without a click. */
export const IDLE_MS = 8 * 60 * MINUTE
/** After a week even who works every day signs in again. */
export const ABSOLUTE_MS = 7 * 24 * 60 * MINUTE
/** How exactly "last seen" is kept: one write in this time, however many clicks. */
export const SEEN_STEP_MS = 5 * MINUTE

/** How long a sign-in shows that it is the person who sits there, where there is no password to ask for. */
const FRESH_MS = 5 * MINUTE

export function isFresh(signedInAt: number, now: number): boolean {
  return now - signedInAt < FRESH_MS
}

export interface SessionTimes {
  readonly createdAt: number
  readonly lastSeenAt: number
  /** The account's count of "end all sessions" when this one began. */
  readonly epoch: number
}

export type SessionState = 'alive' | 'idle-too-long' | 'too-old' | 'ended'

/** @param epoch the account's count now; undefined when there is no such account, or it is locked. */
export function sessionState(session: SessionTimes, epoch: number | undefined, now: number): SessionState {
  if (epoch === undefined || session.epoch !== epoch) return 'ended'
  if (now - session.createdAt >= ABSOLUTE_MS) return 'too-old'
  return now - session.lastSeenAt >= IDLE_MS + SEEN_STEP_MS ? 'idle-too-long' : 'alive'
}

export function isSeenWorthWriting(session: SessionTimes, now: number): boolean {
  return now - session.lastSeenAt >= SEEN_STEP_MS
}
