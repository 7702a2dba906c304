import { StegError } from '../../shared/errors/error.ts'
import { CountsReport } from '../../shared/wire/counts.ts'
import type { EventRoutes } from '../connectors/service.ts'
import type { AgentMetrics } from '../metrics/service.ts'

/** Which capability takes in what agents report, by kind. A new kind is a line here. */
export function agentEventRoutes(metrics: () => Pick<AgentMetrics, 'receive'>): EventRoutes {
  return {
    async counts({ tenantId, agentId, payload }) {
      const report = CountsReport.safeParse(payload)
      if (!report.success) throw new StegError('message-invalid', { problem: 'not a report of counts' })
      await metrics().receive(tenantId, agentId, report.data)
    },
  }
}
