import { z } from 'zod'
import type { ErrorRecord } from '../../../shared/errors/error.ts'
import { defineTable, padNumber } from '../../platform/store/table.ts'
import { requestStates, type ShownState } from './rules/state.ts'

const ErrorRecordSchema = z.custom<ErrorRecord>((value) => typeof value === 'object' && value !== null)

/**
 * Partition: tenant. Every request is there three times, written in one batch: key `r~<id>` to find it by the sender's id,
 * `s~<shown state>~<received>~<id>` to list a state in the order of receipt without reading the others, and
 * `p~<person>~<time left>~<id>` to list a person's, the newest first.
 */
export const leaveRequestsTable = defineTable({
  name: 'LeaveRequests',
  schema: z.object({
    /** The sender's own. */
    id: z.string(),
    personId: z.string(),
    externalToken: z.string(),
    clientNumber: z.number(),
    employeeNumber: z.number(),
    reasonId: z.number(),
    from: z.string(),
    to: z.string(),
    halfDay: z.boolean(),
    comment: z.string(),
    state: z.enum(requestStates),
    /** Milliseconds since the epoch, as all times here. */
    receivedAt: z.number(),
    updatedAt: z.number(),
    /** Sage's id, once Sage has it. */
    sageId: z.string().optional(),
    /** The request that is, or may be, under way; in a pending one the last that was. */
    attempt: z
      .object({
        number: z.number(),
        deadline: z.number(),
        /** Not in attempts of earlier versions: they are settled when nothing is known about them. */
        settledAt: z.number().optional(),
        seen: z.array(z.string()),
      })
      .optional(),
    error: ErrorRecordSchema.optional(),
  }),
})
/** A row of the same table names the request of a person that is being sent; there is none while nothing is. */
export const locksTable = defineTable({ name: 'LeaveRequests', schema: z.object({ id: z.string() }) })
export const lockKey = (personId: string) => `h~${personId}`

export type LeaveRequest = z.infer<typeof leaveRequestsTable.schema>

export const requestKey = (id: string) => `r~${id}`
export const ALL_REQUESTS = { from: 'r~', to: 'r~~' } as const

export function stateKey(state: ShownState, request: Pick<LeaveRequest, 'receivedAt' | 'id'>): string {
  return `s~${state}~${padNumber(request.receivedAt, 13)}~${request.id}`
}

export function stateRange(state: ShownState): { from: string; to: string } {
  return { from: `s~${state}~`, to: `s~${state}~~` }
}

/** The greatest time of 13 digits: what is left until then is less for the newer. */
const END_OF_TIME = 9_999_999_999_999

export function personKey({ personId, receivedAt, id }: LeaveRequest): string {
  return `p~${personId}~${padNumber(END_OF_TIME - receivedAt, 13)}~${id}`
}

export function personRange(personId: string): { from: string; to: string } {
  return { from: `p~${personId}~`, to: `p~${personId}~~` }
}
