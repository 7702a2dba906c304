import { createPrivateKey } from 'node:crypto'
import { StegError } from '../../shared/errors/error.ts'
import { createPairing, makeSealKey, type Pairing, sealPublicKey } from '../../shared/wire/pairing.ts'
import type { TenantSeal } from '../platform/secrets/port.ts'
import type { SealKeys } from './rows.ts'

/** Pairings kept in memory: a run makes many calls, and each pairing costs two operations on keys. */
const CACHED_PAIRINGS = 500

export interface KeysParts {
  readonly seal: TenantSeal
}

/** The hub's own keys for sealing, one for each key of each agent (F2). */
export function createKeys(parts: KeysParts) {
  const cache = new Map<string, Pairing>()

  return {
    /** A new key of the hub's for an agent with this public key, the private half sealed. @throws StegError `proof-invalid` */
    async make(tenantId: string, agentId: string, agentKey: string): Promise<SealKeys> {
      const privateKey = makeSealKey()
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      try {
        createPairing({ side: 'hub', tenantId, agentId, privateKey, peerKey: agentKey })
      } catch (error) {
        throw new StegError('proof-invalid', { reason: 'its key for sealing is of no use' }, { cause: error })
      }
      return {
        agent: agentKey,
        hub: sealPublicKey(privateKey),
        hubPrivate: await parts.seal.seal(tenantId, placeOf(agentId), pem),
      }
    },

    async pairing(tenantId: string, agentId: string, keys: SealKeys): Promise<Pairing> {
      const name = `${agentId}/${keys.hub}/${keys.agent}`
      const known = cache.get(name)
      if (known !== undefined) return known
      const pem = await parts.seal.open(tenantId, placeOf(agentId), keys.hubPrivate)
      const privateKey = createPrivateKey(pem)
      const pairing = createPairing({ side: 'hub', tenantId, agentId, privateKey, peerKey: keys.agent })
      const oldest = cache.keys().next()
      if (cache.size >= CACHED_PAIRINGS && !oldest.done) cache.delete(oldest.value)
      cache.set(name, pairing)
      return pairing
    },
  }
}

function placeOf(agentId: string): string {
  return `agents/${agentId}/seal`
}
