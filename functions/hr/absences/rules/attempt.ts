import { fits, type RequestContent, type SageAbsence } from './content.ts'

/** Milliseconds for which a request may be under way to Sage; the agent drops it afterwards. */
const SEND_MS = 20_000
/** Milliseconds by which the clocks of hub instances and agents may differ. */
const CLOCK_MARGIN_MS = 5_000

/** What is written down before a request leaves. Times in milliseconds since the epoch. */
export interface Attempt {
  readonly number: number
  /** After it no agent executes the request any more. */
  readonly deadline: number
  /** Ids of the person's absences that were in Sage before. */
  readonly seen: readonly string[]
}

export function newAttempt(
  before: Attempt | undefined,
  seen: readonly string[],
  now: number,
): Attempt & { seen: string[] } {
  return { number: (before?.number ?? 0) + 1, deadline: now + SEND_MS, seen: [...seen] }
}

/** From when on it counts that an absence is not there. */
export function settledAt(attempt: Attempt): number {
  return attempt.deadline + CLOCK_MARGIN_MS
}

export type Finding =
  | { readonly kind: 'there'; readonly absence: SageAbsence }
  /** Not there, and no request is under way any more. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' }

/**
 * What a reading proves about a request whose answer was not received. Of one person at most one is under way, so an
 * absence that fits and was not there before is the request's, even if it was rejected meanwhile.
 */
export function findingOf(
  request: RequestContent & { readonly attempt?: Attempt | undefined },
  absences: readonly SageAbsence[],
  readAt: number,
): Finding {
  const { attempt } = request
  const found = absences.find(
    (absence) => fits(request, absence) && attempt?.seen.includes(absence.id) !== true,
  )
  if (found !== undefined) return { kind: 'there', absence: found }
  return attempt === undefined || readAt >= settledAt(attempt) ? { kind: 'absent' } : { kind: 'unclear' }
}
