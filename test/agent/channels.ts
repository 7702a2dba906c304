import { type Channel, makeSealKey, openChannel, sealPublicKey } from '../../shared/wire/seal.ts'

/** Both ends of what a hub and an agent say to each other. */
export function channelPair(tenantId = 't1', agentId = 't1-agent1'): { hub: Channel; agent: Channel } {
  const keys = { hub: makeSealKey(), agent: makeSealKey() }
  const end = (side: 'hub' | 'agent', other: 'hub' | 'agent') =>
    openChannel({ side, tenantId, agentId, privateKey: keys[side], peerKey: sealPublicKey(keys[other]) })
  return { hub: end('hub', 'agent'), agent: end('agent', 'hub') }
}
