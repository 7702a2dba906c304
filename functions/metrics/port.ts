import { z } from 'zod'
import { LATENCY_BOUNDS_MS } from '../../shared/wire/counts.ts'

const Counts = z
  .object({
    calls: z.int(),
    errors: z.record(z.string(), z.int()).meta({ description: 'Failed calls by error code.' }),
    latency: z.array(z.int()).meta({
      description: `Calls by duration; upper bounds in ms: ${LATENCY_BOUNDS_MS.join(', ')}, and above.`,
    }),
    requestBytes: z.int(),
    responseBytes: z.int(),
    late: z.int().meta({
      description: 'Dropped because nobody waited any more: answers at the hub, calls at the agent.',
    }),
    reconnects: z.int(),
  })
  .meta({ id: 'CallCounts' })

/** What was counted of an agent, on both sides. */
export const Sides = z.object({
  hub: Counts.meta({ description: 'Counted where calls are made.' }),
  agent: Counts.meta({ description: 'Counted by the agent, where they are served.' }),
  waiting: z.int().nullable().meta({
    description:
      "Most calls that were seen waiting on the agent's queue and that of its site; null when nobody looked.",
  }),
})

/** What an agent has done in the last 24 hours. */
export const LastDay = Sides.meta({ id: 'AgentLastDay' })
