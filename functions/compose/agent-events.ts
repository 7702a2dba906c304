import { StegError } from '../../shared/errors/error.ts'
import { CountsReport } from '../../shared/wire/counts.ts'
import type { EventRoutes } from '../connectors/service.ts'
import type { AgentMetrics } from '../metrics/service.ts'

/** Who takes in what agents report, by kind: the hub itself, and products. */
export function agentEventRoutes(
  metrics: Pick<AgentMetrics, 'receive'>,
  products: readonly (EventRoutes | undefined)[],
): EventRoutes {
  return {
    ...Object.assign({}, ...products),
    async counts({ tenantId, agentId, payload }) {
      const report = CountsReport.safeParse(payload)
      if (!report.success) throw new StegError('message-invalid', { problem: 'not a report of counts' })
      await metrics.receive(tenantId, agentId, report.data)
    },
  }
}
