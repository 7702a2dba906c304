import { z } from 'zod'
import { Counts } from '../../shared/wire/counts.ts'
import { defineTable, keyOf, padNumber } from '../platform/store/table.ts'

/**
 * What was counted about an agent in one hour, by one process: an instance of the hub, or the agent itself.
 * Partition: tenant; key: hour, agent, process. Each process writes only rows of its own, always the whole of them.
 */
export const agentHoursTable = defineTable({
  name: 'AgentHours',
  schema: z.object({
    hour: z.number(),
    agentId: z.string(),
    side: z.enum(['hub', 'agent']),
    counts: Counts,
    /** Most calls that were seen waiting on the agent's queue and its site's. */
    waiting: z.number().optional(),
  }),
})

export function hourKey(hour: number, agentId: string, source: string): string {
  return keyOf(padNumber(hour, 7), agentId, source)
}

/** All rows of these hours, the last one included. */
export function hourRange(first: number, last: number): { from: string; to: string } {
  return { from: keyOf(padNumber(Math.max(0, first), 7)), to: keyOf(padNumber(Math.max(0, last + 1), 7)) }
}
