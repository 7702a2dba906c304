import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Random } from '../../../shared/random.ts'
import type { KeyRing } from '../../platform/secrets/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { TENANT_KEY, TENANT_LIST, tenantListTable, tenantsTable } from '../rows.ts'
import { MASTER_KEYS, type MasterKeyRow, masterKeysTable } from './rows.ts'

/** How exactly the last use of a key is kept: at most one write a minute. */
const USE_MS = 60_000
const CHECK_BYTES = 32

export interface RegisteredKey {
  readonly id: string
  readonly row: MasterKeyRow
  readonly etag: string
}

export interface MasterKeyStore {
  all(): Promise<readonly RegisteredKey[]>
  /** As `all`; what wrapped the data of a hub that kept no such rows is entered first. @throws StegError `master-key-missing` */
  withPredecessors(): Promise<readonly RegisteredKey[]>
  /** Something is or may be wrapped by this key. */
  markInUse(id: string): Promise<void>
  /** The current key is about to wrap. From now on for at least `QUIET_MS` nobody believes that it is not needed. */
  markUse(): Promise<void>
  /** Nothing is wrapped by it any more. @throws StegError `store-conflict` when it was used since it was read */
  retire(key: RegisteredKey): Promise<void>
}

/** Which master keys the data want. A row is written before the key that it is about wraps anything. */
export function createMasterKeyStore(parts: {
  readonly store: Store
  readonly ring: KeyRing
  readonly clock: Clock
  readonly random: Random
}): MasterKeyStore {
  const { ring, clock } = parts
  const keys = masterKeysTable.bind(parts.store)
  const tenants = tenantsTable.bind(parts.store)
  const tenantList = tenantListTable.bind(parts.store)

  async function all(): Promise<readonly RegisteredKey[]> {
    const { rows } = await keys.query(MASTER_KEYS)
    return rows.map(({ key, value, etag }) => ({ id: key, row: value, etag }))
  }

  /** Every tenant of such a hub has the same key: it knew one only. */
  async function enterPredecessor(): Promise<boolean> {
    const [first] = (await tenantList.query(TENANT_LIST, { limit: 1 })).rows
    const tenant = first === undefined ? undefined : await tenants.get(first.key, TENANT_KEY)
    const id = tenant === undefined ? undefined : ring.keyIdOf(tenant.value.wrappedKey)
    if (id === undefined) return false
    if (!ring.ids.includes(id)) {
      throw new StegError('master-key-missing', { wanted: id, given: ring.ids.join(', ') })
    }
    await change(id, (row) => (row?.state === 'in-use' ? row : { state: 'in-use', lastUsedAt: 0 }))
    return true
  }

  /** Writes what `decide` makes of the row, unless that is the row itself; again when somebody else wrote. */
  async function change(
    id: string,
    decide: (row: MasterKeyRow | undefined) => MasterKeyRow | Omit<MasterKeyRow, 'check'>,
  ): Promise<void> {
    for (;;) {
      const found = await keys.get(MASTER_KEYS, id)
      const next = decide(found?.value)
      if (next === found?.value) return
      const check = found?.value.check ?? (await ring.wrap(parts.random.bytes(CHECK_BYTES), id))
      try {
        await keys.put(
          MASTER_KEYS,
          id,
          { ...next, check },
          found === undefined ? { kind: 'absent' } : { kind: 'match', etag: found.etag },
        )
        return
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
  }

  return {
    all,

    async withPredecessors() {
      const rows = await all()
      if (rows.length > 0 || !(await enterPredecessor())) return rows
      return all()
    },

    markInUse: (id) =>
      change(id, (row) => (row?.state === 'in-use' ? row : { state: 'in-use', lastUsedAt: clock.now() })),

    markUse: () =>
      change(ring.current, (row) => {
        const now = clock.now()
        const isMarked = row?.state === 'in-use' && Math.abs(now - row.lastUsedAt) < USE_MS
        return isMarked ? row : { state: 'in-use', lastUsedAt: now }
      }),

    async retire({ id, row, etag }) {
      const { lastUsedAt, check } = row
      const retired = { state: 'retired' as const, lastUsedAt, check, retiredAt: clock.now() }
      await keys.put(MASTER_KEYS, id, retired, { kind: 'match', etag })
    },
  }
}
