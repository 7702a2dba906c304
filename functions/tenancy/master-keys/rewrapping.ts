import type { Clock } from '../../../shared/clock.ts'
import { isStegError, reasonOf } from '../../../shared/errors/error.ts'
import type { Logger } from '../../../shared/log.ts'
import type { KeyRing, Vault } from '../../platform/secrets/port.ts'
import type { Condition, Store } from '../../platform/store/port.ts'
import { TENANT_KEY, TENANT_LIST, tenantListTable, tenantsTable } from '../rows.ts'
import type { MasterKeyStore, RegisteredKey } from './master-key-store.ts'
import { REWRAP_PASSES, rewrapPassesTable } from './rows.ts'
import { nextStep, type Pass } from './rules/rewrap.ts'

/** Tenants looked at in one turn: a read and at most a write each. */
const TENANTS_A_TURN = 200
/** Tenants at the same time. */
const ABREAST = 8
/** How long it is believed that all is done. */
const BELIEF_MS = 60 * 60_000

type Outcome = 'rewrapped' | 'current' | 'failed'

/** Wraps all tenants' data keys with the current master key, a part in each turn. What was done twice changes nothing. */
export function createRewrapping(parts: {
  readonly store: Store
  readonly ring: KeyRing
  readonly vault: Pick<Vault, 'rewrap'>
  readonly clock: Clock
  readonly log: Logger
  readonly masterKeys: MasterKeyStore
}) {
  const { ring, clock, masterKeys, log } = parts
  const tenantList = tenantListTable.bind(parts.store)
  const passes = rewrapPassesTable.bind(parts.store)
  let settledUntil = 0

  /** The row as it lies in the store: what a newer version has put into it must not get lost. */
  async function rewrapOne(tenantId: string): Promise<Outcome> {
    for (;;) {
      const found = await parts.store.get(tenantsTable.name, tenantId, TENANT_KEY)
      if (found === undefined) return 'current'
      const former = String(found.values.wrappedKey)
      if (ring.keyIdOf(former) === ring.current) return 'current'
      const wrappedKey = await rewrap(tenantId, former)
      if (wrappedKey === undefined) return 'failed'
      try {
        const row = { partition: tenantId, key: TENANT_KEY, values: { ...found.values, wrappedKey } }
        await parts.store.put(tenantsTable.name, row, { kind: 'match', etag: found.etag })
        return 'rewrapped'
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
  }

  /** One tenant whose key cannot be opened must not hold up the others. */
  async function rewrap(tenantId: string, wrappedKey: string): Promise<string | undefined> {
    try {
      return await parts.vault.rewrap(wrappedKey)
    } catch (error) {
      log.error('data key cannot be opened', { tenantId, reason: reasonOf(error) })
      return undefined
    }
  }

  async function look(pass: Pass): Promise<Pass> {
    const { rows } = await tenantList.query(TENANT_LIST, {
      limit: TENANTS_A_TURN + 1,
      ...(pass.next === undefined ? {} : { from: pass.next }),
    })
    const ids = rows.slice(0, TENANTS_A_TURN).map(({ key }) => key)
    const outcomes: Outcome[] = []
    for (let at = 0; at < ids.length; at += ABREAST) {
      outcomes.push(...(await Promise.all(ids.slice(at, at + ABREAST).map(rewrapOne))))
    }
    const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length
    const next = rows[TENANTS_A_TURN]?.key
    return {
      startedAt: pass.startedAt,
      looked: pass.looked + ids.length,
      rewrapped: pass.rewrapped + count('rewrapped'),
      failed: pass.failed + count('failed'),
      ...(next === undefined ? { finishedAt: clock.now() } : { next }),
    }
  }

  /** @returns whether there may be more to do at once. */
  async function step(): Promise<boolean> {
    const keys = await masterKeys.all()
    const found = await passes.get(REWRAP_PASSES, ring.current)
    const decided = nextStep(keys.map(usedKey), ring.current, found?.value, clock.now())
    switch (decided.kind) {
      case 'settled':
        settledUntil = clock.now() + BELIEF_MS
        return false
      case 'wait':
        return false
      case 'retire':
        for (const key of keys) if (decided.ids.includes(key.id)) await masterKeys.retire(key)
        log.info('master keys are not needed any more', { keys: decided.ids })
        return true
      case 'look': {
        // First, so that no other hub takes this key for one that nobody uses.
        await masterKeys.markUse()
        const pass = await look(decided.pass)
        const condition: Condition =
          found === undefined ? { kind: 'absent' } : { kind: 'match', etag: found.etag }
        await passes.put(REWRAP_PASSES, ring.current, pass, condition)
        return pass.finishedAt !== undefined && pass.failed === 0
      }
    }
  }

  return {
    async go(): Promise<void> {
      if (clock.now() < settledUntil) return
      try {
        while (await step());
      } catch (error) {
        // Another hub is at the same: it goes on, and this one looks again at its next turn.
        if (!isStegError(error, 'store-conflict')) throw error
      }
    },

    pass: async (): Promise<Pass | undefined> => (await passes.get(REWRAP_PASSES, ring.current))?.value,
  }
}

function usedKey({ id, row }: RegisteredKey) {
  return { id, state: row.state, lastUsedAt: row.lastUsedAt }
}
