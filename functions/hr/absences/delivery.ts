import { StegError } from '../../../shared/errors/error.ts'
import type { Delivery, Move } from '../../sync/delivery/port.ts'
import type { HeldRequest } from './request-store.ts'
import type { LeaveRequest } from './rows.ts'
import { fits, type SageAbsence } from './rules/content.ts'
import { attemptOf, windowOf } from './rules/plan.ts'
import { after, deliveryStateOf } from './rules/state.ts'
import type { AbsencesInSage } from './sage.ts'

/** How often one run sends a request to which no clear answer comes before it leaves it to the next. */
const ATTEMPTS_PER_RUN = 3

export interface AbsenceDeliveryParts {
  readonly sage: AbsencesInSage
  /** Writes changes of this person's requests together. */
  readonly write: (
    changes: ReadonlyMap<HeldRequest, Partial<LeaveRequest>>,
  ) => Promise<readonly HeldRequest[]>
  /** The person's open requests as they are now. */
  readonly requests: () => readonly LeaveRequest[]
  readonly tell: Delivery<HeldRequest, SageAbsence>['tell']
}

/** How one person's requests for leave get into Sage. */
export function absenceDelivery(parts: AbsenceDeliveryParts): Delivery<HeldRequest, SageAbsence> {
  const { sage, tell } = parts
  const { settleMs } = sage
  return {
    capabilities: {
      recognises: 'content',
      settleMs,
      // Sage refuses what overlaps, so no number of attempts does harm.
      attempts: { perRun: ATTEMPTS_PER_RUN, inAll: Number.POSITIVE_INFINITY },
    },
    store: {
      view({ value }) {
        const attempt = attemptOf(value, settleMs)
        return { id: value.id, state: deliveryStateOf(value), attempt, attempts: attempt?.number ?? 0 }
      },
      write: (moves) =>
        parts.write(
          new Map(
            moves.map((move) => {
              const { state } = move.held.value
              return [move.held, { ...fieldsOf(move), state: after(state, move.event) }]
            }),
          ),
        ),
    },
    target: {
      ready: sage.ready,
      async read(items) {
        const requests = items.map(({ value }) => value)
        const [person] = requests
        if (person === undefined) return []
        return sage.list(person, windowOf(requests))
      },
      fits:
        ({ value }) =>
        (absence) =>
          fits(value, absence),
      isTaken: ({ id }) => parts.requests().some(({ sageId }) => sageId === id),
      send: ({ value }, notAfter) => sage.request(value, notAfter),
      givenUp: () => new StegError('indeterminate', {}),
    },
    tell,
  }
}

function fieldsOf(move: Move<HeldRequest, SageAbsence>): Partial<LeaveRequest> {
  switch (move.event) {
    case 'send':
      return { attempt: { ...move.attempt, seen: [...move.attempt.seen] }, error: undefined }
    case 'learn':
      return { attempt: { ...move.attempt, seen: [...move.attempt.seen] } }
    case 'confirm':
      return { sageId: move.found.id, attempt: undefined, error: undefined }
    case 'refuse':
      return { attempt: undefined, error: { code: move.error.code, params: move.error.params } }
    case 'unsend':
      return { attempt: move.attempt && { ...move.attempt, seen: [...move.attempt.seen] } }
  }
}
