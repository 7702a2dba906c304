import { type Attempt, findingOf, settledAt } from './attempt.ts'
import type { RequestContent, SageAbsence } from './content.ts'
import type { RequestState } from './state.ts'

/** A request that is not decided yet, as the plan sees it. */
export interface OpenRequest extends RequestContent {
  readonly id: string
  readonly state: RequestState
  readonly sageId?: string | undefined
  readonly attempt?: Attempt | undefined
}

/** What to do with one person's open requests after reading that person's absences. */
export type Step =
  /** Sage has it already, from a request whose answer was lost. */
  | { readonly kind: 'adopt'; readonly id: string; readonly absence: SageAbsence }
  /** Sage does not have it: it is sent again. */
  | { readonly kind: 'unsend'; readonly id: string }
  | { readonly kind: 'send'; readonly id: string }
  | { readonly kind: 'decide'; readonly id: string; readonly decision: 'approve' | 'reject' }
  /** Sage does not show it any more; a second reading has to confirm that. */
  | { readonly kind: 'missing'; readonly id: string }
  | { readonly kind: 'nothing'; readonly id: string }

/**
 * One reading of a person's absences settles doubts, brings decisions and precedes what is sent. While a request is in
 * doubt, nothing is sent.
 * @param readAt when the reading began, in milliseconds since the epoch
 */
export function planPerson(
  requests: readonly OpenRequest[],
  absences: readonly SageAbsence[],
  readAt: number,
): readonly Step[] {
  const known = new Map(absences.map((absence) => [absence.id, absence]))
  const taken = new Set(requests.map(({ sageId }) => sageId))
  const free = absences.filter(({ id }) => !taken.has(id))
  const steps = requests.flatMap((request) => stepsOf(request, known, free, readAt))
  const unclear = requests.some(({ id, state }) => {
    return state === 'sending' && steps.some((step) => step.id === id && step.kind === 'nothing')
  })
  return unclear
    ? steps.map((step) => (step.kind === 'send' ? { kind: 'nothing', id: step.id } : step))
    : steps
}

function stepsOf(
  request: OpenRequest,
  known: ReadonlyMap<string, SageAbsence>,
  free: readonly SageAbsence[],
  readAt: number,
): readonly Step[] {
  const { id } = request
  switch (request.state) {
    case 'pending': {
      const late = request.attempt === undefined ? undefined : findingOf(request, free, readAt)
      return late?.kind === 'there' ? adoption(id, late.absence) : [{ kind: 'send', id }]
    }
    case 'sending': {
      const finding = findingOf(request, free, readAt)
      if (finding.kind === 'there') return adoption(id, finding.absence)
      if (finding.kind === 'unclear') return [{ kind: 'nothing', id }]
      return [
        { kind: 'unsend', id },
        { kind: 'send', id },
      ]
    }
    case 'requested': {
      const absence = known.get(request.sageId ?? '')
      if (absence === undefined) return [{ kind: 'missing', id }]
      const decision = decisionOn(id, absence)
      return decision.length === 0 ? [{ kind: 'nothing', id }] : decision
    }
    default:
      return [{ kind: 'nothing', id }]
  }
}

function adoption(id: string, absence: SageAbsence): readonly Step[] {
  return [{ kind: 'adopt', id, absence }, ...decisionOn(id, absence)]
}

function decisionOn(id: string, absence: SageAbsence): readonly Step[] {
  const decision = decisions[absence.state]
  return decision === undefined ? [] : [{ kind: 'decide', id, decision }]
}

const decisions: Readonly<Record<SageAbsence['state'], 'approve' | 'reject' | undefined>> = {
  requested: undefined,
  approved: 'approve',
  rejected: 'reject',
  other: undefined,
}

/** The days that one reading has to cover, both inclusive. */
export function windowOf(requests: readonly RequestContent[]): { from: string; to: string } {
  const days = requests.flatMap(({ from, to }) => [from, to]).sort()
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) throw new Error('no requests, no days')
  return { from: first, to: last }
}

/** Until when to wait before a reading can settle every doubt. */
export function quietFrom(requests: readonly OpenRequest[]): number {
  return Math.max(
    0,
    ...requests.flatMap(({ state, attempt }) =>
      state === 'sending' && attempt !== undefined ? [settledAt(attempt)] : [],
    ),
  )
}
