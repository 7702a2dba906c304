import type { Recognition } from './answer.ts'
import type { Attempt } from './attempt.ts'
import type { DeliveryState } from './life.ts'

/** What the target showed, and when the reading began, in milliseconds since the epoch. */
export interface Reading<Found> {
  readonly at: number
  readonly found: readonly Found[]
}

/** An item as the rules see it. */
export interface DeliveryItem<Found> {
  readonly id: string
  readonly state: DeliveryState
  /** The request that is, or may be, under way; of a pending item the last one, where that is kept. */
  readonly attempt: Attempt | undefined
  /** Whether this may be the item, as far as its content or its mark says, and is no other item. */
  readonly fits: (found: Found) => boolean
}

export type Finding<Found> =
  | { readonly kind: 'there'; readonly found: Found }
  /** Not there, and no request can bring it there any more. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' }

/**
 * What a reading proves about an attempt. Of one lane at most one request is under way, so what fits and was not there
 * before is the item; not being there counts only when the reading began after everything had settled.
 */
export function findingOf<Found extends { readonly id: string }>(
  attempt: Attempt,
  fits: (found: Found) => boolean,
  reading: Reading<Found>,
): Finding<Found> {
  const found = reading.found.find((one) => fits(one) && !attempt.seen.includes(one.id))
  if (found !== undefined) return { kind: 'there', found }
  return reading.at >= attempt.settledAt ? { kind: 'absent' } : { kind: 'unclear' }
}

export type Step<Found> =
  /** The target has it already, from a request whose answer was lost. */
  | { readonly kind: 'confirm'; readonly id: string; readonly found: Found }
  | { readonly kind: 'send'; readonly id: string }
  /** A request was sent, and the target does not have it. */
  | { readonly kind: 'send-again'; readonly id: string }
  /** It may still be under way, until then (milliseconds since the epoch). */
  | { readonly kind: 'wait'; readonly id: string; readonly until: number }

/**
 * What to do with the items of one lane after one reading, in their order; nothing with what is done. While one of them
 * is unclear nothing is sent.
 */
export function planLane<Found extends { readonly id: string }>(
  items: readonly DeliveryItem<Found>[],
  reading: Reading<Found>,
  recognises: Recognition,
): readonly Step<Found>[] {
  const steps: Step<Found>[] = []
  let { found } = reading
  for (const item of items) {
    const step = stepOf(item, { at: reading.at, found }, recognises)
    if (step === undefined) continue
    steps.push(step)
    // What is one item is no other.
    if (step.kind === 'confirm') found = found.filter(({ id }) => id !== step.found.id)
  }
  const waits = steps.some(({ kind }) => kind === 'wait')
  return waits ? steps.filter(({ kind }) => kind === 'wait' || kind === 'confirm') : steps
}

function stepOf<Found extends { readonly id: string }>(
  { id, state, attempt, fits }: DeliveryItem<Found>,
  reading: Reading<Found>,
  recognises: Recognition,
): Step<Found> | undefined {
  const send = { pending: 'send', sending: 'send-again', delivered: undefined, refused: undefined } as const
  const kind = send[state]
  if (kind === undefined) return undefined
  if (attempt === undefined || recognises === 'key') return { kind, id }
  const finding = findingOf(attempt, fits, reading)
  if (finding.kind === 'there') return { kind: 'confirm', id, found: finding.found }
  const isOpen = state === 'sending' && finding.kind === 'unclear'
  return isOpen ? { kind: 'wait', id, until: attempt.settledAt } : { kind, id }
}

export interface AttemptLimits {
  /** Of one item in one run; what is left then waits for the next. */
  readonly perRun: number
  /** Of one item altogether; what the target does not have after so many is given up. */
  readonly inAll: number
}

/** What to do with an item that the target does not have after so many requests. */
export function afterAbsent(
  attempts: { readonly inRun: number; readonly inAll: number },
  limits: AttemptLimits,
): 'send-again' | 'leave' | 'give-up' {
  if (attempts.inAll >= limits.inAll) return 'give-up'
  return attempts.inRun >= limits.perRun ? 'leave' : 'send-again'
}
