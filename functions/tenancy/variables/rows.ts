import { z } from 'zod'
import { defineTable } from '../../platform/store/table.ts'

/** Partition: tenant; key: the variable's name. A row exists once a variable was set or unlocked. */
export const variablesTable = defineTable({
  name: 'Variables',
  schema: z.object({
    /** Clear text, or sealed with the tenant's key when the variable is confidential. */
    value: z.string().optional(),
    unlocked: z.boolean().optional(),
    updatedAt: z.string(),
  }),
})
