import { z } from 'zod'
import { defineTable } from '../../platform/store/table.ts'

/** All master keys that have wrapped something, in one partition; key: the master key's id. */
export const masterKeysTable = defineTable({
  name: 'MasterKeys',
  schema: z.object({
    state: z.enum(['in-use', 'retired']),
    /** Random bytes that the key has wrapped: no other key opens them. */
    check: z.string(),
    /** Milliseconds since the epoch, to the minute; 0 when it was before this was kept. */
    lastUsedAt: z.number(),
    retiredAt: z.number().optional(),
  }),
})
export const MASTER_KEYS = 'keys'
export type MasterKeyRow = z.output<typeof masterKeysTable.schema>

/** How far re-wrapping is, in one partition; key: id of the master key that wraps. */
export const rewrapPassesTable = defineTable({
  name: 'RewrapPasses',
  schema: z.object({
    startedAt: z.number(),
    next: z.string().optional(),
    looked: z.number(),
    rewrapped: z.number(),
    failed: z.number(),
    finishedAt: z.number().optional(),
  }),
})
export const REWRAP_PASSES = 'passes'
