import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Orders } from '../../functions/licensing/rules/licence.ts'
import { createLicensingService, REMEMBERED_MS } from '../../functions/licensing/service.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import type { Store } from '../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { StegError } from '../../shared/errors/error.ts'
import { instantClock } from '../clock.ts'

const TENANT = 'tenant00001'
const CREATED = '2026-11-26T12:00:00.000Z'
const off = { active: false }
const nothing: Orders = { terminalConnection: off, mobileApp: off, accessControl: off }

let base: ReturnType<typeof openSqliteStore>
let counted: ReturnType<typeof countStore>
let clock: ReturnType<typeof instantClock>
let asked: number
beforeEach(() => {
  base = openSqliteStore({ file: ':memory:' })
  counted = countStore(base)
  clock = instantClock(Date.parse(CREATED))
  asked = 0
})
afterEach(() => base.close())

/** One instance of the hub. */
const hub = (store: Store = counted.store) =>
  createLicensingService({
    store,
    clock,
    tenancy: {
      async createdAtOf(tenantId) {
        asked += 1
        if (!tenantId.startsWith('tenant')) throw new StegError('not-found', { what: 'tenant' })
        return CREATED
      },
    },
  })

const goTo = (iso: string) => clock.advance(Date.parse(iso) - clock.now())

describe('a licence (A11)', () => {
  it('is everything for 30 days, to the end of the day in Berlin, and then nothing', async () => {
    const licensing = hub()
    expect(await licensing.get(TENANT)).toMatchObject({ kind: 'trial', changedAt: undefined })
    goTo('2026-12-26T22:59:59.999Z')
    expect(await licensing.hasOneOf(TENANT, ['accessControl'])).toBe(true)
    clock.advance(1)
    // Also what is still remembered is judged by the clock.
    expect(await licensing.hasOneOf(TENANT, ['accessControl', 'mobileApp', 'terminalConnection'])).toBe(false)
  })

  it('is what was ordered from then on, each article to the end of its last day', async () => {
    const licensing = hub()
    await licensing.set(TENANT, { ...nothing, mobileApp: { active: true, validUntil: '2027-06-30' } })
    expect(await licensing.get(TENANT)).toMatchObject({ kind: 'ordered', changedAt: CREATED })
    expect(await licensing.hasOneOf(TENANT, ['mobileApp'])).toBe(true)
    expect(await licensing.hasOneOf(TENANT, ['terminalConnection', 'accessControl'])).toBe(false)
    goTo('2027-06-30T21:59:59.999Z')
    expect(await licensing.hasOneOf(TENANT, ['terminalConnection', 'mobileApp'])).toBe(true)
    clock.advance(1)
    expect(await licensing.hasOneOf(TENANT, ['terminalConnection', 'mobileApp'])).toBe(false)
  })

  it('has no end without a date, and is of one tenant alone', async () => {
    const licensing = hub()
    await licensing.set(TENANT, { ...nothing, mobileApp: { active: true } })
    await licensing.set('tenant00002', nothing)
    goTo('2099-01-01T00:00:00Z')
    expect(await licensing.hasOneOf(TENANT, ['mobileApp'])).toBe(true)
    expect(await licensing.hasOneOf('tenant00002', ['mobileApp'])).toBe(false)
    expect(await licensing.hasOneOf('tenant00003', ['mobileApp'])).toBe(false)
  })

  it('is not kept for a tenant that does not exist', async () => {
    await expect(hub().set('stranger', nothing)).rejects.toMatchObject({ code: 'not-found' })
    await expect(hub().get('stranger')).rejects.toMatchObject({ code: 'not-found' })
    expect(counted.counts().writes).toBe(0)
  })
})

describe('asking whether an article is active', () => {
  it('reads once in a minute, for all who ask at once', async () => {
    const licensing = hub()
    const ask = () => Promise.all([1, 2, 3].map(() => licensing.hasOneOf(TENANT, ['mobileApp'])))
    await ask()
    clock.advance(REMEMBERED_MS - 1)
    await ask()
    expect(counted.counts().transactions).toBe(1)
    clock.advance(1)
    await ask()
    expect(counted.counts().transactions).toBe(2)
    // The moment at which a tenant was created never changes.
    expect(asked).toBe(1)
  })

  it('knows a change at once where it was made, and within a minute everywhere', async () => {
    const [here, there] = [hub(), hub()]
    for (const licensing of [here, there]) expect(await licensing.hasOneOf(TENANT, ['mobileApp'])).toBe(true)
    await here.set(TENANT, nothing)
    expect(await here.hasOneOf(TENANT, ['mobileApp'])).toBe(false)
    expect(await there.hasOneOf(TENANT, ['mobileApp'])).toBe(true)
    clock.advance(REMEMBERED_MS)
    expect(await there.hasOneOf(TENANT, ['mobileApp'])).toBe(false)
  })

  it('does not remember that the store was away', async () => {
    let away = true
    const get: Store['get'] = (...call) =>
      away ? Promise.reject(new StegError('store-unavailable', { reason: 'x' })) : base.get(...call)
    const licensing = hub({ ...base, get })
    await expect(licensing.hasOneOf(TENANT, ['mobileApp'])).rejects.toMatchObject({
      code: 'store-unavailable',
    })
    away = false
    expect(await licensing.hasOneOf(TENANT, ['mobileApp'])).toBe(true)
  })
})
