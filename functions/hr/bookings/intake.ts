import { z } from 'zod'
import type { Clock } from '../../../shared/clock.ts'
import { type ErrorRecord, StegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import { openBookingStore } from './booking-store.ts'
import { type BookedPeople, lookUpPersons } from './persons.ts'
import type { BookingRow } from './rows.ts'
import { sameContent } from './rules/content.ts'
import { type ShownState, toShownState } from './rules/state.ts'

/** Ids that begin so belong to bookings made in Sage. */
export const SAGE_ID_PREFIX = 'sage:'
const EARLIEST = Date.UTC(2000, 0, 1)
const LATEST = Date.UTC(2100, 0, 1)

const Text = z
  .string()
  .min(1)
  .max(64)
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'contains a control character')
const Reference = z.int().min(0).max(2_147_483_647).nullish()

export const BookingInput = z.strictObject({
  id: Text.refine((id) => !id.startsWith(SAGE_ID_PREFIX), `must not begin with "${SAGE_ID_PREFIX}"`).meta({
    description: "The sender's own id. A repeat with the same content changes nothing.",
  }),
  externalToken: Text.meta({ description: 'Client and employee number in Sage, e.g. 3_4.' }),
  type: z.enum(['come', 'go']),
  time: z.iso
    .datetime({ offset: true, error: 'must be a time with offset, such as 2026-11-22T08:00:00+01:00' })
    .refine((text) => /T\d{2}:\d{2}:\d{2}/.test(text), 'must have seconds')
    .refine(
      (text) => Date.parse(text) >= EARLIEST && Date.parse(text) < LATEST,
      'must be between 2000 and 2100',
    ),
  placeOfWorkId: Reference,
  additionalInputId: Reference,
})

export interface IntakeItem {
  /** Null where the item has no usable id. */
  readonly id: string | null
  readonly state: ShownState | 'rejected'
  readonly error?: ErrorRecord | undefined
}

type Verdict =
  | { readonly kind: 'rejected'; readonly id: string | null; readonly error: ErrorRecord }
  | { readonly kind: 'taken-in'; readonly booking: BookingRow }

/**
 * Takes in bookings, each judged by itself. What is answered with another state than `rejected` is durable.
 * 1,000 new bookings cost 31 atomic batches, plus the look at their people.
 */
export async function takeIn(
  parts: { readonly store: Store; readonly clock: Clock; readonly people: BookedPeople },
  tenantId: string,
  items: readonly unknown[],
): Promise<readonly IntakeItem[]> {
  const { store, clock } = parts
  const receivedAt = clock.now()
  const read = items.map((item, position) => readItem(item, receivedAt, position))
  const accepted = read.flatMap((verdict) => (verdict.kind === 'taken-in' ? [verdict.booking] : []))
  const problemOf = await lookUpPersons(
    parts.people,
    tenantId,
    new Set(accepted.map((one) => one.externalToken)),
  )

  const winners = new Map<string, BookingRow>()
  for (const booking of accepted) {
    if (!winners.has(booking.id)) winners.set(booking.id, place(booking, problemOf(booking.externalToken)))
  }
  // In order of time, so that a crash between two batches leaves nothing behind that is later than what is missing.
  const inOrder = [...winners.values()].sort((a, b) => a.at - b.at || a.position - b.position)
  const kept = openBookingStore(store, tenantId, clock.now)
  const taken = await kept.add(inOrder)
  await Promise.all(
    taken.map(async ({ id }) => {
      const known = await kept.get(id)
      if (known !== undefined) winners.set(id, known)
    }),
  )
  return read.map((verdict) => answerOf(verdict, winners))
}

function readItem(item: unknown, receivedAt: number, position: number): Verdict {
  const parsed = BookingInput.safeParse(item)
  if (!parsed.success) {
    const problem = parsed.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.join('.') || 'booking'}: ${issue.message}`)
      .join('; ')
    return {
      kind: 'rejected',
      id: idIn(item),
      error: recordOf(new StegError('booking-invalid', { problem })),
    }
  }
  const { id, externalToken, type, time, placeOfWorkId, additionalInputId } = parsed.data
  const booking: BookingRow = {
    id,
    externalToken,
    type,
    at: Date.parse(time),
    time,
    ...(typeof placeOfWorkId === 'number' ? { placeOfWorkId } : {}),
    ...(typeof additionalInputId === 'number' ? { additionalInputId } : {}),
    source: 'api',
    state: 'pending',
    receivedAt,
    position,
    changedAt: receivedAt,
    attempts: 0,
  }
  return { kind: 'taken-in', booking }
}

function place(booking: BookingRow, problem: StegError | undefined): BookingRow {
  return problem === undefined ? booking : { ...booking, state: 'waiting', error: recordOf(problem) }
}

function answerOf(verdict: Verdict, kept: ReadonlyMap<string, BookingRow>): IntakeItem {
  if (verdict.kind === 'rejected') return { id: verdict.id, state: 'rejected', error: verdict.error }
  const { id } = verdict.booking
  const known = kept.get(id)
  if (known === undefined || !sameContent(known, verdict.booking)) {
    return { id, state: 'rejected', error: recordOf(new StegError('booking-conflict', { id })) }
  }
  return {
    id,
    state: toShownState(known.state),
    ...(known.error === undefined ? {} : { error: known.error }),
  }
}

export function idIn(item: unknown): string | null {
  const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined
  return typeof id === 'string' ? id.slice(0, 64) : null
}

export function recordOf({ code, params }: StegError): ErrorRecord {
  return { code, params }
}
