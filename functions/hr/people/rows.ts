import { z } from 'zod'
import { defineTable, keyOf, keysUnder } from '../../platform/store/table.ts'

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
    // What the tenant sets in the hub; a synchronisation leaves it alone. Groups are ids.
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

/**
 * Written with every batch that changes people, without a condition, so that nobody waits for it: what was read of all
 * people still holds while it is the same.
 */
export const peopleVersionTable = defineTable({
  name: 'People',
  schema: z.object({ version: z.string() }),
})
export const VERSION_KEY = '!version'

/** Points from a group, or from an ident medium, to people: changes in the same batch as the person's row. */
export const peoplePointersTable = defineTable({
  name: 'People',
  schema: z.object({ person: z.string() }),
})
export const memberKey = (group: string, person: string) => keyOf('g', group, person)
export const membersRange = (group: string) => keysUnder('g', group)
/** An ident medium belongs to one person at a time. */
export const mediumKey = (medium: string) => keyOf('m', medium)

/**
 * Groups of people. Partition: tenant; key `g!<id>` the group, `n!<folded name>` what keeps names unique; both change in
 * one batch.
 */
export const groupsTable = defineTable({
  name: 'Groups',
  schema: z.object({ id: z.string(), name: z.string(), createdAt: z.string(), updatedAt: z.string() }),
})
export const groupKey = (id: string) => keyOf('g', id)
export const GROUPS_RANGE = keysUnder('g')
export const groupNameKey = (name: string) => keyOf('n', name.normalize('NFC').toLocaleLowerCase('de-DE'))
