import { createKeyRing } from '../../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../../functions/platform/secrets/vault.ts'
import { countStore } from '../../../functions/platform/store/counting.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { MASTER_KEYS, masterKeysTable } from '../../../functions/tenancy/master-keys/rows.ts'
import { createMasterKeysService } from '../../../functions/tenancy/master-keys/service.ts'
import { TENANT_KEY, TENANT_LIST, tenantListTable, tenantsTable } from '../../../functions/tenancy/rows.ts'
import { createTenancyService } from '../../../functions/tenancy/service.ts'
import { silentLogger } from '../../../shared/log.ts'
import { systemRandom } from '../../../shared/random.ts'
import { instantClock } from '../../clock.ts'
import { plainTokens } from '../plain-tokens.ts'

export const newKey = () => systemRandom.bytes(32)

/** A store in memory, and hubs on it that each have their master keys. */
export function masterKeysSite() {
  const counted = countStore(openSqliteStore({ file: ':memory:' }))
  const clock = instantClock()
  const tenants = tenantsTable.bind(counted.store)
  const tenantList = tenantListTable.bind(counted.store)
  const keys = masterKeysTable.bind(counted.store)

  function hub(masterKeys: readonly Uint8Array[], store: Store = counted.store) {
    const ring = createKeyRing(masterKeys, systemRandom)
    const vault = createVault(ring, systemRandom)
    const common = { store, clock, random: systemRandom }
    const service = createMasterKeysService({ ...common, ring, vault, log: silentLogger })
    const tenancy = createTenancyService({
      ...common,
      vault: service,
      tokens: plainTokens(common),
      operatorTokenHash: 'x'.repeat(43),
    })
    return { ...service, ring, vault, tenancy }
  }

  /** A tenant as the version before wrote it: nobody kept which keys there are. */
  async function oldTenant(masterKey: Uint8Array, id: string): Promise<string> {
    const wrappedKey = await createVault(
      createKeyRing([masterKey], systemRandom),
      systemRandom,
    ).createDataKey()
    const createdAt = new Date(clock.now()).toISOString()
    await tenants.put(id, TENANT_KEY, { name: id, createdAt, wrappedKey }, { kind: 'absent' })
    await tenantList.put(TENANT_LIST, id, { name: id, createdAt }, { kind: 'absent' })
    return id
  }

  return {
    counted,
    clock,
    hub,
    oldTenant,
    tenants,
    wrappedKeyOf: async (tenantId: string) =>
      (await tenants.get(tenantId, TENANT_KEY))?.value.wrappedKey ?? 'none',
    stateOf: async (keyId: string) => (await keys.get(MASTER_KEYS, keyId))?.value.state,
  }
}
