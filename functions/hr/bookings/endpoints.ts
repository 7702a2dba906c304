import { z } from 'zod'
import { toIso } from '../../../shared/clock.ts'
import { catalogue, describeError, type ErrorRecord, type Language } from '../../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import { PageQuery, pageOf } from '../../http/paging.ts'
import { BookingInput } from './intake.ts'
import type { BookingRow } from './rows.ts'
import { shownStates, toShownState } from './rules/state.ts'
import type { ScopedBookings } from './scoped.ts'

const Failure = z
  .object({ code: z.string(), status: z.int(), message: z.string() })
  .meta({ id: 'BookingError', description: 'The code and status as in a problem document.' })

const BookingSchema = z
  .object({
    id: z.string(),
    externalToken: z.string(),
    type: z.enum(['come', 'go']),
    time: z
      .string()
      .meta({ description: 'As it was sent; of bookings made in Sage with the offset of its zone.' }),
    placeOfWorkId: z.int().nullable(),
    additionalInputId: z.int().nullable(),
    source: z.enum(['api', 'sage']),
    state: z.enum(shownStates),
    error: Failure.nullable(),
    attempts: z.int(),
    inDoubt: z.boolean().meta({
      description: 'A request was sent and its outcome is not known yet; nothing is sent again before it is.',
    }),
    sageId: z.string().nullable(),
    sageTime: z.string().nullable().meta({ description: 'Local time in Sage, without offset.' }),
    receivedAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'Booking' })

// An item is judged by the capability and not by the endpoint, so its form is only described here.
const { $schema: _, ...itemSchema } = z.toJSONSchema(BookingInput, { io: 'input' })

const Items = z
  .array(z.unknown())
  .min(1)
  .max(1000)
  .meta({
    description: 'Each item is judged by itself; one that is wrong does not hold up the others.',
    override: { items: itemSchema },
  })

const Day = z.iso.date().optional()
const Id = z.object({ id: z.string().min(1).max(128) })

function failure(error: ErrorRecord | undefined, language: Language) {
  if (error === undefined) return undefined
  const { code } = error
  return { code, status: catalogue[code].status, message: describeError(error, language) }
}

function toView(booking: BookingRow, language: Language): z.input<typeof BookingSchema> {
  return {
    id: booking.id,
    externalToken: booking.externalToken,
    type: booking.type,
    time: booking.time,
    placeOfWorkId: booking.placeOfWorkId ?? null,
    additionalInputId: booking.additionalInputId ?? null,
    source: booking.source,
    state: toShownState(booking.state),
    error: failure(booking.error, language) ?? null,
    attempts: booking.attempts,
    inDoubt: booking.state === 'sending' && booking.attempt !== undefined,
    sageId: booking.sageId ?? null,
    sageTime: booking.wall ?? null,
    receivedAt: toIso(booking.receivedAt),
    changedAt: toIso(booking.changedAt),
  }
}

/** For the record of the call: terminals post all day, so the bookings are counted and not listed. */
function countsOf(items: readonly { readonly state: string }[]) {
  const rejected = items.filter(({ state }) => state === 'rejected').length
  return { accepted: items.length - rejected, rejected }
}

export function bookingEndpoints(bookings: ScopedBookings): readonly Endpoint[] {
  const tag = 'Bookings'
  return [
    endpoint({
      id: 'createBookings',
      method: 'POST',
      path: '/bookings',
      access: { right: 'bookings:write' },
      scope: 'observed',
      tag,
      summary: 'Hand over up to 1,000 time bookings',
      description:
        'Answered when everything accepted is durable. A repeat with the same content changes nothing, so a call without an answer is simply sent again. An item with the state `rejected` was not kept.',
      body: z.strictObject({ items: Items }),
      success: {
        status: 200,
        schema: z.object({
          items: z.array(
            z.object({
              id: z.string().nullable(),
              state: z.enum([...shownStates, 'rejected']),
              error: Failure.optional(),
            }),
          ),
        }),
      },
      errors: ['store-conflict'],
      async handle({ tenantId, scope, body, language }) {
        const items = await bookings.accept(tenantId, body.items, scope)
        return {
          body: {
            items: items.map(({ id, state, error }) => {
              const problem = failure(error, language)
              return { id, state, ...(problem === undefined ? {} : { error: problem }) }
            }),
          },
          audited: countsOf(items),
        }
      },
    }),
    endpoint({
      id: 'listBookings',
      method: 'GET',
      path: '/bookings',
      access: { right: 'bookings:read' },
      scope: 'observed',
      tag,
      summary: 'List bookings in order of time',
      description: 'A page may hold fewer items than the limit, and still have a cursor.',
      query: PageQuery.extend({
        state: z.enum(shownStates).optional(),
        person: z.string().min(1).max(64).optional().meta({ description: 'External token, e.g. 3_4.' }),
        day: Day.meta({ description: 'A day in the time zone of the Sage server.' }),
        from: Day.meta({ description: 'First day, in the time zone of the Sage server.' }),
        to: Day.meta({ description: 'Last day.' }),
      }),
      success: { status: 200, schema: pageOf(BookingSchema) },
      errors: [],
      async handle({ tenantId, scope, query, language }) {
        const page = await bookings.list(tenantId, query, scope)
        return {
          body: { items: page.bookings.map((one) => toView(one, language)), cursor: page.cursor ?? null },
        }
      },
    }),
    endpoint({
      id: 'getBooking',
      method: 'GET',
      path: '/bookings/{id}',
      access: { right: 'bookings:read' },
      scope: 'observed',
      tag,
      summary: 'Read one booking',
      params: Id,
      success: { status: 200, schema: BookingSchema },
      errors: ['not-found'],
      handle: async ({ tenantId, scope, params, language }) => ({
        body: toView(await bookings.get(tenantId, params.id, scope), language),
      }),
    }),
    endpoint({
      id: 'retryBooking',
      method: 'POST',
      path: '/bookings/{id}/retry',
      access: { right: 'bookings:write' },
      scope: 'observed',
      tag,
      summary: 'Send a failed or dismissed booking again',
      params: Id,
      success: { status: 200, schema: BookingSchema },
      errors: ['not-found', 'booking-state'],
      handle: async ({ tenantId, scope, params, language }) => ({
        body: toView(await bookings.retry(tenantId, params.id, scope), language),
      }),
    }),
    endpoint({
      id: 'dismissBooking',
      method: 'POST',
      path: '/bookings/{id}/dismiss',
      access: { right: 'bookings:write' },
      scope: 'observed',
      tag,
      summary: 'Give up a booking that is not in Sage',
      params: Id,
      success: { status: 200, schema: BookingSchema },
      errors: ['not-found', 'booking-state'],
      handle: async ({ tenantId, scope, params, language }) => ({
        body: toView(await bookings.dismiss(tenantId, params.id, scope), language),
      }),
    }),
  ]
}
