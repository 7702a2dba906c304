import type { Notice, Subject } from '../../functions/credentials/port.ts'
import { credentialsTable } from '../../functions/credentials/rows.ts'
import { createCredentialsService } from '../../functions/credentials/service.ts'
import { createKeyRing } from '../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import type { Store } from '../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { keyOf } from '../../functions/platform/store/table.ts'
import { createTenantSeal } from '../../functions/tenancy/seal.ts'
import type { Clock } from '../../shared/clock.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { fakeClock } from '../agent/fake-clock.ts'

export const TENANT = 'tenant00001'
export const MAILBOX: Subject = {
  tenantId: TENANT,
  kind: 'account',
  id: 'mailbox/1',
  name: 'mia@muster.example',
}

/** Hubs over one store in memory; each keeps a memory and, if need be, a clock of its own. */
export function credentialsSite() {
  const counted = countStore(openSqliteStore({ file: ':memory:' }))
  const clock = fakeClock()
  const vault = createVault(createKeyRing([systemRandom.bytes(32)], systemRandom), systemRandom)
  const wrappedKeys = new Map<string, Promise<string>>()
  const notices: Notice[] = []
  const site = {
    counted,
    clock,
    notices,
    /** Set while the admins cannot be reached. */
    deaf: false,
    /** Until then it takes to reach them. */
    reached: Promise.resolve(),
    hub(own: { store?: Store; clock?: Clock } = {}) {
      const seal = createTenantSeal({
        vault,
        wrappedKeyOf(tenantId) {
          const key = wrappedKeys.get(tenantId) ?? vault.createDataKey()
          wrappedKeys.set(tenantId, key)
          return key
        },
      })
      return createCredentialsService({
        store: own.store ?? counted.store,
        seal,
        clock: own.clock ?? clock,
        random: systemRandom,
        log: silentLogger,
        async notify(notice) {
          if (site.deaf) throw new Error('no mail server')
          notices.push(notice)
          await site.reached
        },
      })
    },
    row: async (subject: Subject = MAILBOX) =>
      (await credentialsTable.bind(counted.store).get(subject.tenantId, keyOf(subject.kind, subject.id)))
        ?.value,
    /** Store transactions of some work. */
    async transactions(work: () => Promise<unknown>): Promise<number> {
      const before = counted.counts().transactions
      await work()
      return counted.counts().transactions - before
    },
    /** Lets time pass until the work has ended. */
    async finish<T>(work: Promise<T>): Promise<T> {
      let over = false
      work.then(
        () => {
          over = true
        },
        () => {
          over = true
        },
      )
      for (let step = 0; step < 2000; step++) {
        await clock.advance(step === 0 ? 0 : 250)
        if (over) return work
      }
      throw new Error('it does not end')
    },
  }
  return site
}
