import { createPairing } from '../../shared/wire/pairing.ts'
import {
  type AgentChannel,
  agentChannel,
  type HubChannel,
  hubChannel,
  makeSealKey,
  sealPublicKey,
} from '../../shared/wire/seal.ts'

/** Both ends of what a hub and an agent say to each other. */
export function channelPair(
  tenantId = 't1',
  agentId = 't1-agent1',
): { hub: HubChannel; agent: AgentChannel } {
  const keys = { hub: makeSealKey(), agent: makeSealKey() }
  const end = (side: 'hub' | 'agent', other: 'hub' | 'agent') =>
    createPairing({ side, tenantId, agentId, privateKey: keys[side], peerKey: sealPublicKey(keys[other]) })
  const [hub, agent] = [end('hub', 'agent'), end('agent', 'hub')]
  return {
    hub: hubChannel([hub], [{ agentId, pairing: hub }]),
    agent: agentChannel(() => ({ current: agent, others: [] })),
  }
}
