import { isStegError } from '../../../shared/errors/error.ts'
import { deliverLane, type LaneEnd, type LaneParts } from '../../sync/delivery/lane.ts'
import type { DeliveryNews } from '../../sync/delivery/port.ts'
import type { RunContext } from '../run-context.ts'
import { absenceDelivery } from './delivery.ts'
import type { HeldRequest, RequestStore } from './request-store.ts'
import type { LeaveRequest } from './rows.ts'
import type { SageAbsence } from './rules/content.ts'
import { type DecisionStep, decisionOn, decisionsOf, planPerson, type Step, windowOf } from './rules/plan.ts'
import { after, type RequestEvent, toShownState } from './rules/state.ts'
import type { AbsencesInSage } from './sage.ts'

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
  readonly requests: RequestStore
  readonly sage: AbsencesInSage
  readonly context: Pick<RunContext, 'tenantId' | 'signal' | 'dryRun' | 'log'>
  readonly counts: Omit<ExportCounts, 'open'>
}

const undecided: ReadonlySet<LeaveRequest['state']> = new Set(['pending', 'sending', 'requested'])

/**
 * Brings what was decided about one person's open requests, and sends those that are not in Sage yet. One reading of the
 * person's absences serves both.
 * @returns how it ended, and how many requests are open still
 * @throws StegError as the delivery
 */
export async function exportPerson(
  parts: PersonParts,
  open: readonly HeldRequest[],
  lane: LaneParts,
): Promise<LaneEnd & { readonly open: number }> {
  const { requests, sage, context, counts } = parts
  const held = new Map(open.map((request) => [request.value.id, request]))
  const values = () => Array.from(held.values(), ({ value }) => value)
  const arrived: { readonly id: string; readonly absence: SageAbsence }[] = []

  const end = await settle()
  const left = values().filter(({ state }) => toShownState(state) === 'pending' || state === 'requested')
  return { ...end, open: left.length }

  async function settle(): Promise<LaneEnd> {
    const wanted = values().filter(({ state }) => undecided.has(state))
    if (wanted.length === 0) return { kind: 'done' }
    const at = lane.clock.now()
    const absences = await readAbsences(wanted)
    if (absences === undefined) return { kind: 'done' }
    if (context.dryRun) {
      for (const step of planPerson(wanted, { at, found: absences }, sage.settleMs)) logStep(step)
      return { kind: 'done' }
    }
    await decide(decisionsOf(wanted, absences))
    const reading = { at, found: absences }
    const items = wanted.flatMap(({ id, state }) => (state === 'requested' ? [] : [current(id)]))
    const delivery = absenceDelivery({ sage, write, requests: values, tell })
    const delivered = await deliverLane(delivery, lane, { items, reading })
    await decide(arrived.flatMap(({ id, absence }) => decisionOn(id, absence)))
    return delivered
  }

  /** @returns undefined when Sage does not know the person. */
  async function readAbsences(wanted: readonly LeaveRequest[]) {
    const [person] = wanted
    if (person === undefined) return []
    try {
      return await sage.list(person, windowOf(wanted))
    } catch (error) {
      if (!isStegError(error, 'sage-refused') || error.params.status !== 404) throw error
      const token = person.externalToken
      context.log('warning', 'absence-person-gone', { token })
      counts.failed += wanted.length
      for (const request of wanted) {
        if (request.state !== 'pending' || request.error !== undefined || context.dryRun) continue
        const reason = { code: 'absence-person-gone' as const, params: { token } }
        await write(new Map([[current(request.id), { error: reason }]]))
      }
      return undefined
    }
  }

  async function decide(steps: readonly DecisionStep[]): Promise<void> {
    for (const step of steps) {
      context.signal.throwIfAborted()
      if (step.kind === 'decide') {
        await move(step.id, step.decision)
        counts[step.decision === 'approve' ? 'approved' : 'rejected'] += 1
        logStep(step)
        continue
      }
      const { value } = current(step.id)
      const again = await sage.list(value, windowOf([value]))
      if (again.some(({ id }) => id === value.sageId)) continue
      await move(step.id, 'remove')
      counts.removed += 1
      logStep(step)
    }
  }

  function tell(news: DeliveryNews<HeldRequest, SageAbsence>): void {
    const { id, externalToken: token } = news.held.value
    const about = { id, token }
    switch (news.kind) {
      case 'delivered':
        counts.exported += 1
        context.log('info', 'absence-exported', { ...about, sageId: news.found.id })
        break
      case 'found':
        counts.exported += 1
        arrived.push({ id, absence: news.found })
        context.log('info', 'absence-found', { ...about, sageId: news.found.id })
        break
      case 'indeterminate':
        context.log('warning', 'absence-doubtful', { ...about, reason: news.error.message })
        break
      case 'absent':
        context.log('info', 'absence-not-there', about)
        break
      case 'waits':
        break
      case 'refused': {
        counts.refused += 1
        const { status = '–', reason = '–' } = news.error.params
        context.log('warning', 'absence-refused', { ...about, status, reason })
      }
    }
  }

  function current(id: string): HeldRequest {
    const found = held.get(id)
    if (found === undefined) throw new Error(`request ${id} is not among the open ones`)
    return found
  }

  async function move(id: string, event: RequestEvent): Promise<void> {
    const request = current(id)
    await write(new Map([[request, { state: after(request.value.state, event) }]]))
  }

  async function write(
    changes: ReadonlyMap<HeldRequest, Partial<LeaveRequest>>,
  ): Promise<readonly HeldRequest[]> {
    const updatedAt = lane.clock.now()
    const whole = Array.from(changes, ([before, change]) => ({
      before,
      next: { ...before.value, ...change, updatedAt },
    }))
    const written = await requests.change(context.tenantId, whole)
    for (const request of written) held.set(request.value.id, request)
    return written
  }

  /** What was done, or in a dry run would be. */
  function logStep(step: Step): void {
    const about = { id: step.id, token: current(step.id).value.externalToken }
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
