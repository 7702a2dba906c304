import { z } from 'zod'
import { defineTable } from '../store/table.ts'

/** Partition: a shard of the tenants; key: `<tenant>!<instance>`. Times in ms since the epoch. */
export const interestsTable = defineTable({
  name: 'PushInterests',
  schema: z.object({ until: z.number() }),
})
