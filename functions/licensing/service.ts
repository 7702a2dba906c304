import { type Clock, toIso } from '../../shared/clock.ts'
import type { Store } from '../platform/store/port.ts'
import type { TenancyService } from '../tenancy/service.ts'
import { LICENCE_KEY, licencesTable } from './rows.ts'
import { type Article, type Licence, type Orders, stateOf, trialFrom } from './rules/licence.ts'

/** For how long a licence is remembered: after that a change counts on every instance of the hub. */
export const REMEMBERED_MS = 60_000
/** Tenants whose licence is remembered; the one asked for first is forgotten first. */
const TENANTS_REMEMBERED = 1000

/** A licence as it is at the moment. */
export interface LicenceNow extends Licence {
  readonly changedAt: string | undefined
  /** The moment by which it is judged. */
  readonly now: number
}

export interface LicensingService {
  /** @throws StegError `not-found` */
  get(tenantId: string): Promise<LicenceNow>
  /** Replaces what is ordered, the trial too. @throws StegError `not-found` */
  set(tenantId: string, orders: Orders): Promise<LicenceNow>
  /** Whether one of these articles is active, by what was read within the last minute. */
  hasOneOf(tenantId: string, articles: readonly Article[]): Promise<boolean>
}

interface Remembered {
  readonly at: number
  readonly licence: Promise<Licence>
}

export function createLicensingService(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly tenancy: Pick<TenancyService, 'createdAtOf'>
}): LicensingService {
  const { clock } = parts
  const licences = licencesTable.bind(parts.store)
  const remembered = new Map<string, Remembered>()
  /** Of tenants without a licence: the moment of their creation never changes. */
  const created = new Map<string, number>()

  async function createdAt(tenantId: string): Promise<number> {
    const known = created.get(tenantId)
    if (known !== undefined) return known
    const at = Date.parse(await parts.tenancy.createdAtOf(tenantId))
    remember(created, tenantId, at)
    return at
  }

  async function read(tenantId: string): Promise<Licence & { readonly changedAt: string | undefined }> {
    const row = await licences.get(tenantId, LICENCE_KEY)
    if (row === undefined) return { ...trialFrom(await createdAt(tenantId)), changedAt: undefined }
    return { kind: 'ordered', ...row.value }
  }

  /** Calls at the same time share one reading. */
  function recent(tenantId: string): Promise<Licence> {
    const known = remembered.get(tenantId)
    if (known !== undefined && clock.now() - known.at < REMEMBERED_MS) return known.licence
    const licence = read(tenantId)
    const entry = { at: clock.now(), licence }
    remember(remembered, tenantId, entry)
    // Whoever waits for it hears of the failure; the next one asks again.
    licence.catch(() => {
      if (remembered.get(tenantId) === entry) remembered.delete(tenantId)
    })
    return licence
  }

  return {
    async get(tenantId) {
      return { ...(await read(tenantId)), now: clock.now() }
    },

    async set(tenantId, orders) {
      await parts.tenancy.createdAtOf(tenantId)
      const changedAt = toIso(clock.now())
      await licences.put(tenantId, LICENCE_KEY, { orders, changedAt }, { kind: 'any' })
      remembered.delete(tenantId)
      return { kind: 'ordered', orders, changedAt, now: clock.now() }
    },

    async hasOneOf(tenantId, articles) {
      const { orders } = await recent(tenantId)
      return articles.some((article) => stateOf(orders[article], clock.now()) === 'active')
    },
  }
}

function remember<T>(memory: Map<string, T>, tenantId: string, value: T): void {
  memory.delete(tenantId)
  memory.set(tenantId, value)
  const [oldest] = memory.keys()
  if (memory.size > TENANTS_REMEMBERED && oldest !== undefined) memory.delete(oldest)
}
