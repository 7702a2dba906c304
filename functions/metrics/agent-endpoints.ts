import { z } from 'zod'
import { type Clock, toIso } from '../../shared/clock.ts'
import { hourOf, noCounts, startOfHour } from '../../shared/hourly-counts.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { InvalidRequest } from '../http/problem.ts'
import { Id } from '../http/text.ts'
import { Sides } from './port.ts'
import { sumCounts } from './rules/sum.ts'
import type { AgentMetrics, BothSides } from './service.ts'

const DAY_HOURS = 24
/** Hours in one answer. */
const MOST_HOURS = 31 * DAY_HOURS

const AgentMetricsSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    total: Sides,
    hours: z.array(Sides.extend({ hour: z.iso.datetime() })).meta({
      description: 'Only hours in which anything was counted.',
    }),
  })
  .meta({ id: 'AgentMetrics' })

const Time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional()

export async function lastDayOf(
  metrics: AgentMetrics,
  tenantId: string,
  agentId: string,
  now: number,
): Promise<BothSides> {
  const last = hourOf(now)
  return totalOf(await metrics.read(tenantId, agentId, last - DAY_HOURS + 1, last))
}

export function agentMetricsEndpoint(parts: {
  readonly metrics: AgentMetrics
  readonly clock: Pick<Clock, 'now'>
  /** @throws StegError `not-found` */
  readonly checkAgent: (tenantId: string, agentId: string) => Promise<unknown>
}): Endpoint {
  return endpoint({
    id: 'getAgentMetrics',
    method: 'GET',
    path: '/agents/{id}/metrics',
    access: { right: 'agents:read' },
    scope: 'no-people',
    tag: 'Agents',
    summary:
      'Calls, errors, durations and bytes of an agent by hour, of the last 24 hours unless asked otherwise',
    description: `Counts are some minutes late and kept for 90 days. At most ${MOST_HOURS / DAY_HOURS} days at once.`,
    params: z.object({ id: Id }),
    query: z.strictObject({
      from: Time.meta({ override: { type: 'string', format: 'date-time' } }),
      to: Time.meta({ override: { type: 'string', format: 'date-time' } }),
    }),
    success: { status: 200, schema: AgentMetricsSchema },
    errors: ['not-found'],
    async handle({ tenantId, params, query, language }) {
      await parts.checkAgent(tenantId, params.id)
      const last = hourOf(query.to ?? parts.clock.now())
      const first = query.from === undefined ? last - DAY_HOURS + 1 : hourOf(query.from)
      if (first > last || last - first >= MOST_HOURS) {
        throw new InvalidRequest([{ path: 'query.from', message: rangeTexts[language] }])
      }
      const byHour = await parts.metrics.read(tenantId, params.id, first, last)
      return {
        body: {
          from: toIso(startOfHour(first)),
          to: toIso(startOfHour(last + 1)),
          total: totalOf(byHour),
          hours: Array.from(byHour, ([hour, sides]) => ({ hour: toIso(startOfHour(hour)), ...sides })),
        },
      }
    },
  })
}

const rangeTexts = {
  en: `must lie before "to", by at most ${MOST_HOURS / DAY_HOURS} days`,
  de: `muss vor "to" liegen, höchstens ${MOST_HOURS / DAY_HOURS} Tage`,
}

function totalOf(byHour: ReadonlyMap<number, BothSides>): BothSides {
  let total: BothSides = { hub: noCounts(), agent: noCounts(), waiting: null }
  for (const { hub, agent, waiting } of byHour.values()) {
    total = {
      hub: sumCounts(total.hub, hub),
      agent: sumCounts(total.agent, agent),
      waiting: waiting === null ? total.waiting : Math.max(total.waiting ?? 0, waiting),
    }
  }
  return total
}
