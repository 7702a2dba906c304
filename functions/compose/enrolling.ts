import type { Logger } from '../../shared/log.ts'
import type { ConnectorsService } from '../connectors/service.ts'
import type { JobsService } from '../jobs/service.ts'
import type { RelayService } from '../relay/service.ts'

/** Milliseconds in which an agent is told to open a new session. */
const RENEW_MS = 10_000

/** Connectors whose changes reach jobs and agents. */
export function enrolling(
  connectors: ConnectorsService,
  parts: {
    readonly jobs: Pick<JobsService, 'applyDefaultSchedules'>
    /** The jobs that an agent with this role makes possible. */
    readonly jobsWith: (role: string) => readonly string[]
    readonly relay: Pick<RelayService, 'renew'>
    readonly log: Logger
  },
): ConnectorsService {
  return {
    ...connectors,
    async enrol(request) {
      const enrolled = await connectors.enrol(request)
      // Schedules are of no use before there is an agent that could reach what the jobs call.
      const jobs = (request.roles ?? []).flatMap((role) => parts.jobsWith(role))
      if (jobs.length > 0) await parts.jobs.applyDefaultSchedules(enrolled.tenant.id, [...new Set(jobs)])
      return enrolled
    },
    keys: {
      ...connectors.keys,
      async ask(tenantId, agentId) {
        await connectors.keys.ask(tenantId, agentId)
        // An agent that does not hear it now sees it at its next session.
        parts.relay
          .renew(agentId, RENEW_MS)
          .catch((error) => parts.log.info('agent not told', { agentId, error }))
      },
    },
  }
}
