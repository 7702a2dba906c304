import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { RunContext } from '../run-context.ts'
import type { HeldRequest, Requests } from './requests.ts'
import type { LeaveRequest } from './rows.ts'
import { findingOf, newAttempt } from './rules/attempt.ts'
import type { SageAbsence } from './rules/content.ts'
import { planPerson, quietFrom, type Step, windowOf } from './rules/plan.ts'
import { after, type RequestEvent, shownState } from './rules/state.ts'
import type { AbsencesInSage } from './sage.ts'

/** How often one run reads back what is in doubt before it leaves it to the next. */
const ROUNDS = 3

export interface ExportCounts {
  exported: number
  approved: number
  rejected: number
  refused: number
  removed: number
  open: number
  failed: number
}

export interface PersonParts {
  readonly requests: Requests
  readonly sage: AbsencesInSage
  readonly clock: Clock
  readonly context: Pick<RunContext, 'tenantId' | 'signal' | 'dryRun' | 'log'>
  readonly counts: ExportCounts
}

/**
 * Settles, decides and sends one person's open requests, one after the other. What is under way is written down before
 * it leaves, so that this can be broken off at any line and begun again.
 * @throws StegError what made a request doubtful, when reading back did not settle it
 */
export async function exportPerson(parts: PersonParts, open: readonly HeldRequest[]): Promise<void> {
  const { sage, clock, context, counts } = parts
  const held = new Map(open.map((request) => [request.value.id, request]))
  const values = () => Array.from(held.values(), ({ value }) => value)
  let doubt: unknown

  for (let round = 1; ; round++) {
    const undecided = values().filter(({ state }) => ['pending', 'sending', 'requested'].includes(state))
    if (undecided.length === 0 || (round > 1 && !undecided.some(({ state }) => state === 'sending'))) break
    if (round > ROUNDS) throw doubt ?? new StegError('indeterminate', {})
    const wait = quietFrom(undecided) - clock.now()
    if (wait > 0 && !context.dryRun) await clock.sleep(wait, context.signal)
    const readAt = clock.now()
    const absences = await readAbsences(undecided)
    if (absences === undefined) break
    const steps = planPerson(undecided, absences, readAt)
    if (context.dryRun) {
      for (const step of steps) logStep(step)
      break
    }
    doubt = await execute(steps, absences)
  }
  for (const { state } of values())
    if (shownState(state) === 'pending' || state === 'requested') counts.open += 1

  /** @returns undefined when Sage does not know the person. */
  async function readAbsences(undecided: readonly LeaveRequest[]) {
    try {
      return await sage.list(personOf(undecided), windowOf(undecided))
    } catch (error) {
      if (!isStegError(error, 'sage-refused') || error.params.status !== 404) throw error
      const token = personOf(undecided).externalToken
      context.log('warning', 'absence-person-gone', { token })
      counts.failed += undecided.length
      for (const request of undecided) {
        if (request.state !== 'pending' || request.error !== undefined || context.dryRun) continue
        await write(request.id, { error: { code: 'absence-person-gone', params: { token } } })
      }
      return undefined
    }
  }

  /** @returns what left a request in doubt; nothing is sent after it. */
  async function execute(steps: readonly Step[], absences: readonly SageAbsence[]): Promise<unknown> {
    const seen = absences.map(({ id }) => id)
    for (const step of steps) {
      context.signal.throwIfAborted()
      const request = current(step.id)
      switch (step.kind) {
        case 'nothing':
          break
        case 'adopt':
          await move(step.id, 'confirm', { sageId: step.absence.id, attempt: undefined })
          counts.exported += 1
          logStep(step)
          break
        case 'unsend':
          await move(step.id, 'unsend', {})
          logStep(step)
          break
        case 'decide':
          await move(step.id, step.decision, {})
          counts[step.decision === 'approve' ? 'approved' : 'rejected'] += 1
          logStep(step)
          break
        case 'missing': {
          const again = await sage.list(request, windowOf([request]))
          if (again.some(({ id }) => id === request.sageId)) break
          await move(step.id, 'remove', {})
          counts.removed += 1
          logStep(step)
          break
        }
        case 'send': {
          const failure = await send(request, seen)
          if (failure !== undefined) return failure
        }
      }
    }
    return undefined
  }

  /** @returns what made it doubtful; undefined when Sage answered clearly. */
  async function send(request: LeaveRequest, seen: string[]): Promise<unknown> {
    const { id } = request
    const about = { id, token: request.externalToken }
    const attempt = newAttempt(request.attempt, seen, clock.now())
    await move(id, 'send', { attempt, error: undefined })
    const outcome = await sage.request(request, attempt.deadline)
    switch (outcome.kind) {
      case 'accepted':
        await move(id, 'confirm', { sageId: outcome.id, attempt: undefined })
        seen.push(outcome.id)
        counts.exported += 1
        context.log('info', 'absence-exported', { ...about, sageId: outcome.id })
        return undefined
      case 'refused': {
        // After an earlier attempt in doubt the overlap may be with itself.
        const again = attempt.number > 1 ? await sage.list(request, windowOf([request])) : []
        const finding = findingOf({ ...request, attempt }, again, clock.now())
        if (finding.kind === 'there') {
          await move(id, 'confirm', { sageId: finding.absence.id, attempt: undefined })
          seen.push(finding.absence.id)
          counts.exported += 1
          context.log('info', 'absence-found', { ...about, sageId: finding.absence.id })
        } else await refuse(request, outcome.status, outcome.reason)
        return undefined
      }
      case 'not-done':
        await move(id, 'unsend', { attempt: request.attempt })
        throw outcome.error
      case 'doubt':
        context.signal.throwIfAborted()
        context.log('warning', 'absence-doubtful', { ...about, reason: outcome.error.message })
        return outcome.error
    }
  }

  async function refuse(request: LeaveRequest, status: number, reason: string): Promise<void> {
    const error = { code: 'absence-refused' as const, params: { status, reason } }
    await move(request.id, 'refuse', { error, attempt: undefined })
    counts.refused += 1
    context.log('warning', 'absence-refused', {
      id: request.id,
      token: request.externalToken,
      status,
      reason,
    })
  }

  function current(id: string): LeaveRequest {
    const found = held.get(id)
    if (found === undefined) throw new Error(`request ${id} is not among the open ones`)
    return found.value
  }

  function move(id: string, event: RequestEvent, change: Partial<LeaveRequest>): Promise<void> {
    return write(id, { ...change, state: after(current(id).state, event) })
  }

  async function write(id: string, change: Partial<LeaveRequest>): Promise<void> {
    const before = held.get(id)
    if (before === undefined) throw new Error(`request ${id} is not among the open ones`)
    const next = { ...before.value, ...change, updatedAt: clock.now() }
    held.set(id, await parts.requests.change(context.tenantId, before, next))
  }

  function logStep(step: Step): void {
    const about = { id: step.id, token: current(step.id).externalToken }
    switch (step.kind) {
      case 'nothing':
        break
      case 'adopt':
        context.log('info', 'absence-found', { ...about, sageId: step.absence.id })
        break
      case 'unsend':
        context.log('info', 'absence-not-there', about)
        break
      case 'decide':
        context.log('info', decisionCodes[step.decision], about)
        break
      case 'missing':
        context.log('warning', 'absence-removed', about)
        break
      case 'send':
        context.log('info', 'absence-due', about)
        break
    }
  }
}

const decisionCodes = { approve: 'absence-approved', reject: 'absence-rejected' } as const

function personOf(requests: readonly LeaveRequest[]): LeaveRequest {
  const [first] = requests
  if (first === undefined) throw new Error('no requests, no person')
  return first
}
