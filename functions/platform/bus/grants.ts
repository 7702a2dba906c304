import type { BusGrants } from './port.ts'
import { sasToken } from './sas.ts'

export interface SasPolicy {
  readonly name: string
  readonly key: string
}

/** Grants signed with the namespace's two policies for agents: one may listen, the other send. */
export function createBusGrants(parts: {
  broker: BusGrants['broker']
  /** Host of the namespace as the broker knows itself, without port. */
  namespace: string
  listen: SasPolicy
  send: SasPolicy
}): BusGrants {
  return {
    broker: parts.broker,
    grant(queue, right, expiresAt) {
      const policy = parts[right]
      return sasToken(`sb://${parts.namespace}/${queue}`, policy.name, policy.key, expiresAt)
    },
  }
}
