import { z } from 'zod'
import type { ErrorRecord } from '../../../shared/errors/error.ts'
import { defineTable, keyOf, keysUnder, padNumber } from '../../platform/store/table.ts'
import { personId, personKeyOf } from '../rules/person-key.ts'
import { type BookingState, bookingStates } from './rules/state.ts'

const ErrorRecordSchema = z.custom<ErrorRecord>((value) => typeof value === 'object' && value !== null)

const BookingSchema = z.object({
  id: z.string(),
  externalToken: z.string(),
  type: z.enum(['come', 'go']),
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** As the sender wrote it. */
  time: z.string(),
  placeOfWorkId: z.number().optional(),
  additionalInputId: z.number().optional(),
  source: z.enum(['api', 'sage']),
  state: z.enum(bookingStates),
  /** When it was accepted, and its place in that call: bookings of the same instant are sent in this order. */
  receivedAt: z.number(),
  position: z.number(),
  changedAt: z.number(),
  attempts: z.number(),
  /** The request that is, or may be, under way; none in a booking that is taken up and is to be sent again. */
  attempt: z
    .object({
      wall: z.string(),
      type: z.enum(['come', 'go']),
      placeOfWorkId: z.number().optional(),
      additionalInputId: z.number().optional(),
      startedAt: z.number(),
      deadline: z.number(),
      settledAt: z.number(),
      seen: z.array(z.string()),
    })
    .optional(),
  error: ErrorRecordSchema.optional(),
  /** Local time and Id in Sage, once it is there. */
  wall: z.string().optional(),
  sageId: z.string().optional(),
})
export type BookingRow = z.infer<typeof BookingSchema>

/**
 * Partition: tenant. The booking is kept twice, by id and by state, and pointed to by person; all rows of one booking
 * change in one atomic batch. The row by state is what a change is conditioned on, so that only one worker makes it.
 */
export const bookingsTable = defineTable({ name: 'Bookings', schema: BookingSchema })

/** Rows of the same table that only point to a booking. */
export const pointersTable = defineTable({ name: 'Bookings', schema: z.object({ id: z.string() }) })

/** How far the import has come. */
export const importMarkTable = defineTable({
  name: 'Bookings',
  schema: z.object({ until: z.number() }),
})
export const IMPORT_MARK_KEY = keyOf('m', 'import')

const TIME_DIGITS = 14

export const idKey = (id: string) => keyOf('i', id)

type Placed = Pick<BookingRow, 'id' | 'at' | 'receivedAt' | 'position'>

function orderOf(booking: Placed): [string, string, string] {
  const arrival = padNumber(booking.receivedAt, TIME_DIGITS) + padNumber(booking.position, 4)
  return [padNumber(booking.at, TIME_DIGITS), arrival, booking.id]
}

export const stateKey = (booking: Placed & { readonly state: BookingState }) =>
  keyOf('s', booking.state, ...orderOf(booking))

export const personRowKey = (booking: Placed & { readonly externalToken: string }) =>
  keyOf('p', personOf(booking.externalToken), ...orderOf(booking))

/** Names the booking of this person that is being sent; there is none while nothing is. */
export const lockKey = (externalToken: string) => keyOf('h', personOf(externalToken))

/** Ids of Sage by person and local time: what is in Sage and known here, whoever made it. */
export const sageRowKey = (externalToken: string, wall: string, sageId: string) =>
  keyOf('e', personOf(externalToken), wall, sageId)

/** The part of an order that both indexes end with, for merging and for cursors. */
export const orderKey = (booking: Placed) => keyOf(...orderOf(booking))

/** All rows of one state, or those of a span of time (milliseconds, the end exclusive). */
export function stateRange(state: BookingState, span: Span | undefined): { from: string; to: string } {
  return toRange(['s', state], span)
}

export function personRange(externalToken: string, span: Span | undefined): { from: string; to: string } {
  return toRange(['p', personOf(externalToken)], span)
}

export function sageRange(externalToken: string, from: string, to: string): { from: string; to: string } {
  const person = personOf(externalToken)
  return { from: keyOf('e', person, from), to: keysUnder('e', person, to).to }
}

export interface Span {
  readonly from: number
  readonly to: number
}

function toRange(prefix: readonly string[], span: Span | undefined): { from: string; to: string } {
  if (span === undefined) return keysUnder(...prefix)
  return {
    from: keyOf(...prefix, padNumber(span.from, TIME_DIGITS)),
    to: keyOf(...prefix, padNumber(span.to, TIME_DIGITS)),
  }
}

/** A person's id where the token can be one of Sage's; any other token stands for itself. */
function personOf(externalToken: string): string {
  const key = personKeyOf(externalToken)
  return key === undefined ? `x${externalToken}` : personId(key)
}
