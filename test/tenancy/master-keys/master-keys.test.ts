import { describe, expect, it } from 'vitest'
import { QUIET_MS, REST_MS } from '../../../functions/tenancy/master-keys/rules/rewrap.ts'
import { TENANT_KEY } from '../../../functions/tenancy/rows.ts'
import { createTenantSeal } from '../../../functions/tenancy/seal.ts'
import { type Death, dyingStore } from '../../jobs/failing-store.ts'
import { masterKeysSite, newKey } from './site.ts'

/** A hub that was started: it has looked whether its keys fit. */
async function started(site: ReturnType<typeof masterKeysSite>, ...keys: Uint8Array[]) {
  const hub = site.hub(keys)
  await hub.check()
  return hub
}

describe('at the start', () => {
  it('a hub with another master key refuses and says which one the data want', async () => {
    const site = masterKeysSite()
    const first = await started(site, newKey())
    await first.tenancy.create('Muster')
    const stranger = site.hub([newKey()])
    await expect(stranger.check()).rejects.toMatchObject({
      code: 'master-key-missing',
      params: { wanted: first.ring.current, given: stranger.ring.current },
    })
  })

  it('so it does with data of a version that kept no such rows', async () => {
    const site = masterKeysSite()
    const key = newKey()
    await site.oldTenant(key, 'tenant00001')
    const right = site.hub([key])
    await expect(site.hub([newKey()]).check()).rejects.toMatchObject({
      code: 'master-key-missing',
      params: { wanted: right.ring.current },
    })
    await right.check()
    expect(await site.stateOf(right.ring.current)).toBe('in-use')
  })

  it('a hub whose key only seems to be the right one refuses', async () => {
    const site = masterKeysSite()
    const key = newKey()
    const first = await started(site, key)
    const row = await site.counted.store.get('MasterKeys', 'keys', first.ring.current)
    const alike = { ...row?.values, check: `k1.${first.ring.current}.${'A'.repeat(80)}` }
    await site.counted.store.put(
      'MasterKeys',
      { partition: 'keys', key: first.ring.current, values: alike },
      { kind: 'any' },
    )
    await expect(site.hub([key]).check()).rejects.toMatchObject({ code: 'master-key-wrong' })
  })

  it('an empty store takes any key, and a hub that starts again writes nothing', async () => {
    const site = masterKeysSite()
    const key = newKey()
    await started(site, key)
    const before = site.counted.counts()
    await started(site, key)
    const after = site.counted.counts()
    expect(after.transactions - before.transactions).toBe(2)
  })

  it('an older key cannot be left out while data want it', async () => {
    const site = masterKeysSite()
    const [old, next] = [newKey(), newKey()]
    await (await started(site, old)).tenancy.create('Muster')
    await started(site, next, old)
    await expect(site.hub([next]).check()).rejects.toMatchObject({ code: 'master-key-missing' })
  })
})

describe('re-wrapping', () => {
  it('the three steps of the description: nothing becomes unreadable, and the old key can go', async () => {
    const site = masterKeysSite()
    const [old, next] = [newKey(), newKey()]
    const before = await started(site, old)
    const { id } = await before.tenancy.create('Muster')
    const seal = (hub: typeof before) =>
      createTenantSeal({ vault: hub.vault, wrappedKeyOf: hub.tenancy.wrappedKeyOf })
    const sealed = await seal(before).seal(id, 'password', 'geheim')

    const running = seal(before)
    expect(await running.open(id, 'password', sealed)).toBe('geheim')

    // 1. Every hub knows the new key; then 2. it becomes the current one, while hubs of step 1 still run.
    const knows = await started(site, old, next)
    const changed = await started(site, next, old)
    const other = await knows.tenancy.create('Zweite')
    const third = await changed.tenancy.create('Dritte')
    for (const tenant of [id, other.id, third.id]) {
      const text = await seal(knows).seal(tenant, 'x', 'y')
      expect(await seal(changed).open(tenant, 'x', text)).toBe('y')
    }
    await changed.rewrap()
    expect((await changed.status()).rewrapping).toMatchObject({ state: 'waiting', looked: 0 })
    site.clock.advance(QUIET_MS)
    await changed.rewrap()
    expect(await changed.status()).toEqual({
      keys: [
        {
          id: changed.ring.current,
          given: true,
          current: true,
          state: 'in-use',
          lastUsedAt: site.clock.now(),
        },
        {
          id: before.ring.current,
          given: true,
          current: false,
          state: 'retired',
          lastUsedAt: site.clock.now() - QUIET_MS,
        },
      ],
      rewrapping: { state: 'settled', looked: 3, rewrapped: 2, failed: 0, waitsUntil: null },
    })

    // A hub that read the tenant before goes on with what it remembers.
    expect(await running.open(id, 'password', sealed)).toBe('geheim')

    // 3. The old key is taken away.
    const after = await started(site, next)
    expect(await seal(after).open(id, 'password', sealed)).toBe('geheim')
    await expect(site.hub([old]).check()).rejects.toMatchObject({ code: 'master-key-missing' })
  })

  it('is done in parts, and costs one transaction an hour when all is done', async () => {
    const site = masterKeysSite()
    const [old, next] = [newKey(), newKey()]
    const count = 450
    for (let number = 0; number < count; number++) {
      await site.oldTenant(old, `tenant${String(number).padStart(5, '0')}`)
    }
    const hub = await started(site, next, old)
    const looked: number[] = []
    for (let turn = 0; turn < 3; turn++) {
      await hub.rewrap()
      looked.push((await hub.status()).rewrapping.looked)
    }
    expect(looked).toEqual([200, 400, 450])
    expect((await hub.status()).rewrapping).toMatchObject({ state: 'settled', rewrapped: count, failed: 0 })
    const before = site.counted.counts().transactions
    for (let minute = 0; minute < 120; minute++) {
      await hub.rewrap()
      site.clock.advance(60_000)
    }
    expect(site.counted.counts().transactions - before).toBeLessThanOrEqual(4)
  })

  it('goes on with the others when one tenant cannot be opened, keeps the old key, and tries again later', async () => {
    const site = masterKeysSite()
    const [old, next] = [newKey(), newKey()]
    for (const id of ['tenant00001', 'tenant00002', 'tenant00003']) await site.oldTenant(old, id)
    const row = await site.tenants.get('tenant00002', TENANT_KEY)
    if (row === undefined) throw new Error('no tenant')
    const broken = { ...row.value, wrappedKey: `${row.value.wrappedKey.slice(0, -8)}AAAAAAAA` }
    await site.tenants.put('tenant00002', TENANT_KEY, broken, { kind: 'any' })
    const hub = await started(site, next, old)
    await hub.rewrap()
    expect(await hub.status()).toMatchObject({
      keys: [{ state: 'in-use' }, { state: 'in-use' }],
      rewrapping: { state: 'failing', looked: 3, rewrapped: 2, failed: 1 },
    })
    await site.tenants.put('tenant00002', TENANT_KEY, row.value, { kind: 'any' })
    await hub.rewrap()
    expect((await hub.status()).rewrapping.state).toBe('failing')
    site.clock.advance(REST_MS)
    await hub.rewrap()
    expect((await hub.status()).rewrapping).toMatchObject({ state: 'settled', rewrapped: 1 })
  })

  it('a tenant that a hub with the former order makes at the end of a pass is not left behind', async () => {
    const site = masterKeysSite()
    const [old, next] = [newKey(), newKey()]
    await site.oldTenant(old, 'tenant00001')
    const late = await started(site, old, next)
    const hub = await started(site, next, old)
    site.clock.advance(QUIET_MS)
    // Between the look at the tenants and the end of the old key.
    let created: { id: string } | undefined
    const meddling = site.hub([next, old], {
      ...site.counted.store,
      async put(table, row, condition) {
        const retires = table === 'MasterKeys' && row.values.state === 'retired'
        if (retires && created === undefined) created = await late.tenancy.create('Spät')
        return site.counted.store.put(table, row, condition)
      },
    })
    await meddling.rewrap()
    expect(created).toBeDefined()
    expect(await site.stateOf(late.ring.current)).toBe('in-use')
    await expect(site.hub([next]).check()).rejects.toMatchObject({ code: 'master-key-missing' })
    site.clock.advance(QUIET_MS)
    await hub.rewrap()
    expect(await site.stateOf(late.ring.current)).toBe('retired')
    expect(hub.ring.keyIdOf(await site.wrappedKeyOf(created?.id ?? ''))).toBe(hub.ring.current)
  })

  it('leaves what a newer version keeps of a tenant', async () => {
    const site = masterKeysSite()
    const [old, next] = [newKey(), newKey()]
    const id = await site.oldTenant(old, 'tenant00001')
    const { store } = site.counted
    const row = await store.get('Tenants', id, TENANT_KEY)
    await store.put(
      'Tenants',
      { partition: id, key: TENANT_KEY, values: { ...row?.values, suspended: true } },
      { kind: 'any' },
    )
    const hub = await started(site, next, old)
    await hub.rewrap()
    expect((await store.get('Tenants', id, TENANT_KEY))?.values).toMatchObject({ suspended: true, name: id })
    expect(hub.ring.keyIdOf(await site.wrappedKeyOf(id))).toBe(hub.ring.current)
  })

  it('back to the former key goes as well', async () => {
    const site = masterKeysSite()
    const [old, next] = [newKey(), newKey()]
    const tenant = await site.oldTenant(old, 'tenant00001')
    const hub = await started(site, next, old)
    await hub.rewrap()
    expect(await site.stateOf(hub.ring.ids[1] ?? '')).toBe('retired')
    const back = await started(site, old, next)
    site.clock.advance(QUIET_MS)
    await back.rewrap()
    expect(back.ring.keyIdOf(await site.wrappedKeyOf(tenant))).toBe(back.ring.current)
    expect(await site.stateOf(hub.ring.current)).toBe('retired')
    await started(site, old)
  })
})

describe('a hub that is killed while it re-wraps, beside one that does the same', () => {
  const deaths: Death[] = ['before', 'after']
  it.each(deaths)(
    '%s any operation: every tenant is readable all the time, and all ends settled',
    async (death) => {
      for (let at = 1; ; at++) {
        const site = masterKeysSite()
        const [old, next] = [newKey(), newKey()]
        const ids = ['tenant00001', 'tenant00002', 'tenant00003']
        for (const id of ids) await site.oldTenant(old, id)
        const dying = dyingStore(site.counted.store, at, death)
        const victim = site.hub([next, old], dying.store)
        const other = site.hub([next, old])
        const doomed = (async () => {
          await victim.check()
          const made = await victim.tenancy.create('Neu')
          await victim.rewrap()
          site.clock.advance(QUIET_MS)
          await victim.rewrap()
          return made
        })().catch((error: Error) => (error.message === 'killed' ? undefined : Promise.reject(error)))
        await other.check()
        await other.rewrap()
        await doomed
        const readable = async (hub: typeof other) => {
          for (const id of ids) await hub.vault.rewrap(await site.wrappedKeyOf(id))
        }
        await readable(other)
        const again = await started(site, next, old)
        site.clock.advance(QUIET_MS)
        await again.rewrap()
        expect((await again.status()).rewrapping, `${at}`).toMatchObject({ state: 'settled' })
        await readable(await started(site, next))
        for (const tenant of (await again.tenancy.list({ limit: 100 })).tenants) {
          expect(again.ring.keyIdOf(await site.wrappedKeyOf(tenant.id)), `${at}`).toBe(again.ring.current)
        }
        if (dying.operations() < at) {
          expect(at).toBeGreaterThan(15)
          return
        }
      }
    },
  )
})
