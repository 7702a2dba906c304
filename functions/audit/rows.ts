import { z } from 'zod'
import { defineTable } from '../platform/store/table.ts'
import { auditOutcomes } from './port.ts'

/** Partition: tenant, or `operator`; keys sort newest first. */
export const auditTable = defineTable({
  name: 'Audit',
  schema: z.object({
    /** Milliseconds since the epoch. */
    at: z.number(),
    action: z.string(),
    actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    address: z.string(),
    target: z.string().optional(),
    outcome: z.enum(auditOutcomes),
    fields: z.array(z.string()),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  }),
})

/**
 * Who has records of which day, so that old ones are found without asking every tenant. Partition: the day; key: the
 * tenant. Partition `mark`: the last day that is pruned.
 */
export const auditDaysTable = defineTable({
  name: 'AuditDays',
  schema: z.object({ day: z.string() }),
})
export const MARK = 'mark'
