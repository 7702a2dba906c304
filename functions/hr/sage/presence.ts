import { type AgentView, agentOffline } from '../../connectors/service.ts'
import type { RelayService } from '../../relay/service.ts'

/**
 * Makes sure that calls will find somebody. One agent that answers is enough: another may be gone without anybody having
 * noticed yet. @throws StegError `agent-offline`, `bus-unavailable`
 */
export async function findAnswering(
  relay: Pick<RelayService, 'isAlive'>,
  agents: readonly AgentView[],
  timeout: number,
): Promise<void> {
  const answers = agents.map(async ({ id, name, lastSeen }) => {
    if (!(await relay.isAlive(id, timeout))) throw agentOffline(name, lastSeen)
  })
  await Promise.any(answers).catch((error: AggregateError) => {
    throw error.errors[0]
  })
}
