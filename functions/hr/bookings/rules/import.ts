import { fits, type SageEvent, type SentEntry } from './content.ts'

/** Milliseconds that the first import looks back, and that every later one looks back behind the one before. */
const FIRST_SPAN_MS = 31 * 86_400_000
const OVERLAP_MS = 3 * 86_400_000
/** Bookings of the near future are seen, too; Sage refuses later ones. */
const AHEAD_MS = 86_400_000

export function importWindow(now: number, before: number | undefined): { from: number; to: number } {
  return { from: before === undefined ? now - FIRST_SPAN_MS : before - OVERLAP_MS, to: now + AHEAD_MS }
}

/**
 * The events that were made in Sage and are not known here. An event that may be the one that is being sent is left out:
 * it is either confirmed as exported, or a later import takes it in.
 */
export function newEvents(
  events: readonly SageEvent[],
  known: ReadonlySet<string>,
  sending: readonly SentEntry[],
): readonly SageEvent[] {
  return events.filter(
    (event) =>
      !known.has(event.id) && !sending.some((sent) => fits(sent, event) && !sent.seen.includes(event.id)),
  )
}
