import { z } from 'zod'
import { defineTable } from '../platform/store/table.ts'
import { articles } from './rules/licence.ts'

/** Partition: tenant; one row with the key `licence`, once the operator has set anything. */
export const licencesTable = defineTable({
  name: 'Licences',
  schema: z.object({
    orders: z.record(z.enum(articles), z.object({ active: z.boolean(), validUntil: z.string().optional() })),
    changedAt: z.string(),
  }),
})
export const LICENCE_KEY = 'licence'
