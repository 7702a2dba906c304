import type { Bundle } from './bundles.ts'
import type { PushListener } from './port.ts'

/** Who listens on this hub instance. */
export interface Listeners {
  add(tenantId: string, listener: PushListener): void
  /** @returns whether it was the tenant's last */
  remove(tenantId: string, listener: PushListener): boolean
  has(tenantId: string): boolean
  isEmpty(): boolean
  deliver(tenantId: string, bundle: Bundle): void
  /** Everybody of a tenant, or everybody, may have missed something. */
  gap(tenantId?: string): void
}

export function createListeners(): Listeners {
  const perTenant = new Map<string, Set<PushListener>>()
  const of = (tenantId: string) => [...(perTenant.get(tenantId) ?? [])]

  return {
    add(tenantId, listener) {
      const mine = perTenant.get(tenantId)
      if (mine === undefined) perTenant.set(tenantId, new Set([listener]))
      else mine.add(listener)
    },
    remove(tenantId, listener) {
      const mine = perTenant.get(tenantId)
      if (mine?.delete(listener) !== true || mine.size > 0) return false
      perTenant.delete(tenantId)
      return true
    },
    has: (tenantId) => perTenant.has(tenantId),
    isEmpty: () => perTenant.size === 0,
    deliver(tenantId, { messages, gap }) {
      for (const listener of of(tenantId)) {
        if (messages.length > 0) listener.onMessages(messages)
        if (gap) listener.onGap()
      }
    },
    gap(tenantId) {
      const tenants = tenantId === undefined ? [...perTenant.keys()] : [tenantId]
      for (const one of tenants) for (const listener of of(one)) listener.onGap()
    },
  }
}
