import type { TenantSeal, Vault } from '../platform/secrets/port.ts'

/** Tenants whose wrapped key is kept in memory, so that a sealed value costs no read of its tenant. */
const REMEMBERED_TENANTS = 1000

/**
 * A tenant's data key never changes, only what wraps it, and what was wrapped when it was read stays readable as long as
 * this process lives: what is remembered need not be looked at again.
 */
export function createTenantSeal(parts: {
  readonly vault: Pick<Vault, 'seal' | 'open'>
  /** @throws StegError `not-found` */
  readonly wrappedKeyOf: (tenantId: string) => Promise<string>
}): TenantSeal {
  const remembered = new Map<string, string>()

  async function keyOf(tenantId: string): Promise<string> {
    const known = remembered.get(tenantId)
    if (known !== undefined) return known
    const wrappedKey = await parts.wrappedKeyOf(tenantId)
    const oldest = remembered.keys().next()
    if (remembered.size >= REMEMBERED_TENANTS && !oldest.done) remembered.delete(oldest.value)
    remembered.set(tenantId, wrappedKey)
    return wrappedKey
  }

  return {
    seal: async (tenantId, place, plainText) =>
      parts.vault.seal(await keyOf(tenantId), `${tenantId}/${place}`, plainText),
    open: async (tenantId, place, sealed) =>
      parts.vault.open(await keyOf(tenantId), `${tenantId}/${place}`, sealed),
  }
}
