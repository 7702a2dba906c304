import { createPrivateKey } from 'node:crypto'
import { StegError } from '../../shared/errors/error.ts'
import { type Channel, makeSealKey, openChannel, sealPublicKey } from '../../shared/wire/seal.ts'
import type { Vault } from '../platform/secrets/port.ts'
import type { Store } from '../platform/store/port.ts'
import { agentsTable, tenantOfAgent } from './rows.ts'

/** Channels kept in memory: a run makes many calls, and an agent's keys never change. */
const CACHED_CHANNELS = 500

export interface SealingParts {
  readonly store: Store
  readonly vault: Pick<Vault, 'seal' | 'open'>
  /** The tenant's wrapped data key. */
  readonly wrappedKeyOf: (tenantId: string) => Promise<string>
}

type SealKeys = NonNullable<ReturnType<typeof agentsTable.schema.parse>['seal']>

/** The hub's keys, one for each agent, and what is sealed with them (F2). */
export function createChannels(parts: SealingParts) {
  const agents = agentsTable.bind(parts.store)
  const cache = new Map<string, Channel>()

  async function open(agentId: string): Promise<Channel> {
    const tenantId = tenantOfAgent(agentId)
    const row = tenantId === undefined ? undefined : await agents.get(tenantId, agentId)
    if (tenantId === undefined || row === undefined) throw new StegError('agent-missing', {})
    const { seal, name } = row.value
    if (seal === undefined) throw new StegError('agent-outdated', { agent: name })
    const wrappedKey = await parts.wrappedKeyOf(tenantId)
    const pem = await parts.vault.open(wrappedKey, contextOf(tenantId, agentId), seal.hubPrivate)
    const privateKey = createPrivateKey(pem)
    return openChannel({ side: 'hub', tenantId, agentId, privateKey, peerKey: seal.agent })
  }

  return {
    /** A new key of the hub's for an agent with this public key, the private half sealed. @throws StegError `proof-invalid` */
    async makeKeys(tenantId: string, agentId: string, agentKey: string): Promise<SealKeys> {
      const privateKey = makeSealKey()
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      const wrappedKey = await parts.wrappedKeyOf(tenantId)
      try {
        openChannel({ side: 'hub', tenantId, agentId, privateKey, peerKey: agentKey })
      } catch (error) {
        throw new StegError('proof-invalid', { reason: 'its key for sealing is of no use' }, { cause: error })
      }
      return {
        agent: agentKey,
        hub: sealPublicKey(privateKey),
        hubPrivate: await parts.vault.seal(wrappedKey, contextOf(tenantId, agentId), pem),
      }
    },

    /** @throws StegError `agent-missing`, `agent-outdated` */
    async channelTo(agentId: string): Promise<Channel> {
      const known = cache.get(agentId)
      if (known !== undefined) return known
      const channel = await open(agentId)
      const oldest = cache.keys().next()
      if (cache.size >= CACHED_CHANNELS && !oldest.done) cache.delete(oldest.value)
      cache.set(agentId, channel)
      return channel
    },
  }
}

function contextOf(tenantId: string, agentId: string): string {
  return `${tenantId}/agents/${agentId}/seal`
}
