import type { Attempt } from '../../../sync/delivery/rules/attempt.ts'
import { settledAfter } from '../../../sync/delivery/rules/attempt.ts'
import { planLane, type Reading } from '../../../sync/delivery/rules/plan.ts'
import { fits, type RequestContent, type SageAbsence } from './content.ts'
import { deliveryStateOf, type RequestState } from './state.ts'

/** An attempt as it is kept; those of earlier versions do not say when they are settled. */
export interface KeptAttempt {
  readonly number: number
  readonly deadline: number
  readonly settledAt?: number | undefined
  readonly seen: readonly string[]
}

/** A request that is not decided yet, as the plan sees it. */
export interface OpenRequest extends RequestContent {
  readonly id: string
  readonly state: RequestState
  readonly sageId?: string | undefined
  readonly attempt?: KeptAttempt | undefined
}

/** What to do with one person's open requests after reading that person's absences. */
export type Step =
  /** Sage has it already, from a request whose answer was lost. */
  | { readonly kind: 'adopt'; readonly id: string; readonly absence: SageAbsence }
  /** Sage does not have it: it is sent again. */
  | { readonly kind: 'unsend'; readonly id: string }
  | { readonly kind: 'send'; readonly id: string }
  | DecisionStep
  | { readonly kind: 'nothing'; readonly id: string }

/** What becomes of a request that is in Sage. */
export type DecisionStep =
  | { readonly kind: 'decide'; readonly id: string; readonly decision: 'approve' | 'reject' }
  /** Sage does not show it any more; a second reading has to confirm that. */
  | { readonly kind: 'missing'; readonly id: string }

export function attemptOf({ attempt }: Pick<OpenRequest, 'attempt'>, settleMs: number): Attempt | undefined {
  if (attempt === undefined) return undefined
  return { ...attempt, settledAt: attempt.settledAt ?? settledAfter(attempt.deadline, settleMs) }
}

/**
 * Everything that one reading of a person's absences leads to: what a delivery would do first, and what was decided.
 * @param settleMs for how long Sage may still be working on a request whose caller is gone
 */
export function planPerson(
  requests: readonly OpenRequest[],
  reading: Reading<SageAbsence>,
  settleMs: number,
): readonly Step[] {
  const taken = new Set(requests.map(({ sageId }) => sageId))
  const items = requests.map((request) => ({
    id: request.id,
    state: deliveryStateOf(request),
    attempt: attemptOf(request, settleMs),
    fits: (absence: SageAbsence) => fits(request, absence) && !taken.has(absence.id),
  }))
  const deliveries = new Map(planLane(items, reading, 'content').map((step) => [step.id, step]))
  return requests.flatMap((request): readonly Step[] => {
    const { id } = request
    const step = deliveries.get(id)
    switch (step?.kind) {
      case 'confirm':
        return [{ kind: 'adopt', id, absence: step.found }, ...decisionOn(id, step.found)]
      case 'send':
        return [step]
      case 'send-again':
        return [
          { kind: 'unsend', id },
          { kind: 'send', id },
        ]
      default: {
        const decisions = decisionsOf([request], reading.found)
        return decisions.length === 0 ? [{ kind: 'nothing', id }] : decisions
      }
    }
  })
}

/** What Sage shows about requests that it has. */
export function decisionsOf(
  requests: readonly OpenRequest[],
  absences: readonly SageAbsence[],
): readonly DecisionStep[] {
  const known = new Map(absences.map((absence) => [absence.id, absence]))
  return requests.flatMap(({ id, state, sageId }): readonly DecisionStep[] => {
    if (state !== 'requested') return []
    const absence = known.get(sageId ?? '')
    return absence === undefined ? [{ kind: 'missing', id }] : decisionOn(id, absence)
  })
}

export function decisionOn(id: string, absence: SageAbsence): readonly DecisionStep[] {
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
