import { z } from 'zod'
import { defineTable } from '../../platform/store/table.ts'

/** Partition: tenant; key: person id. */
export const peopleTable = defineTable({
  name: 'People',
  schema: z.object({
    externalToken: z.string(),
    clientNumber: z.number(),
    employeeNumber: z.number(),
    firstName: z.string().optional(),
    lastName: z.string().optional(),
    email: z.string().optional(),
    active: z.boolean(),
    timeManagement: z.boolean(),
    accessControl: z.boolean(),
    entry: z.string().optional(),
    exit: z.string().optional(),
    /** Sage no longer lists the person. */
    missing: z.boolean().optional(),
    // What the tenant sets in the hub; a synchronisation leaves it alone.
    locked: z.boolean(),
    identMedia: z.array(z.string()),
    groups: z.array(z.string()),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
})
export type PersonRow = ReturnType<typeof peopleTable.schema.parse>

/** In the same partition as the people, so that it changes in the same atomic batch; its key sorts before theirs. */
export const peopleStatsTable = defineTable({
  name: 'People',
  schema: z.object({ total: z.number() }),
})
export const STATS_KEY = '!stats'
/** Range of the people, without the row of figures. */
export const PEOPLE_RANGE = { from: 's', to: 't' } as const
