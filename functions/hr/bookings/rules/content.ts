/** What a booking says, and when two bookings say the same. */
export type BookingType = 'come' | 'go'

export interface BookingContent {
  readonly externalToken: string
  readonly type: BookingType
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly placeOfWorkId?: number | undefined
  readonly additionalInputId?: number | undefined
}

/** The same instant counts, however its offset is written. */
export function sameContent(a: BookingContent, b: BookingContent): boolean {
  return (
    a.externalToken === b.externalToken &&
    a.type === b.type &&
    a.at === b.at &&
    a.placeOfWorkId === b.placeOfWorkId &&
    a.additionalInputId === b.additionalInputId
  )
}

/** A booking as Sage is told about it, or as Sage shows it. */
export interface SageEntry {
  /** Local to the server, whole seconds. */
  readonly wall: string
  readonly type: BookingType
  readonly placeOfWorkId?: number | undefined
  readonly additionalInputId?: number | undefined
}

/** What a request said, and which events with the same content were in Sage before it. */
export interface SentEntry extends SageEntry {
  readonly seen: readonly string[]
}

export interface SageEvent extends SageEntry {
  readonly id: string
}

/**
 * Whether an event in Sage may be what was sent. What was left out when sending may have been filled in by Sage, so it
 * fits everything; events that were there before are told apart by their Ids.
 */
export function fits(sent: SageEntry, event: SageEvent): boolean {
  return (
    sent.wall === event.wall &&
    sent.type === event.type &&
    (sent.placeOfWorkId === undefined || sent.placeOfWorkId === event.placeOfWorkId) &&
    (sent.additionalInputId === undefined || sent.additionalInputId === event.additionalInputId)
  )
}
