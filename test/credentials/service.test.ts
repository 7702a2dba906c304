import { describe, expect, it } from 'vitest'
import { TURN_MS } from '../../functions/credentials/attempts.ts'
import type { Subject } from '../../functions/credentials/port.ts'
import { keyOf } from '../../functions/platform/store/table.ts'
import { type Death, dyingStore } from '../jobs/failing-store.ts'
import { credentialsSite, MAILBOX, TENANT } from './site.ts'

const other: Subject = { tenantId: TENANT, kind: 'account', id: 'mailbox/2' }
const password = { secrets: { password: 'Kran zwölf', login: 'mia' } }
type Hub = ReturnType<ReturnType<typeof credentialsSite>['hub']>
const minutes = (count: number) => count * 60_000
const hours = (count: number) => minutes(60 * count)

/** So many refusals one after the other. */
async function refuse(hub: Hub, times: number) {
  for (let time = 0; time < times; time++) await hub.report(await hub.open(MAILBOX), 'refused')
}

describe('secrets of an account', () => {
  it('come out for use only, at every hub, and never in a view or in the store', async () => {
    const site = credentialsSite()
    const view = await site.hub().set(MAILBOX, { ...password, refreshToken: 'the-refresh-token' })
    expect(view).toMatchObject({
      state: 'ok',
      secrets: ['login', 'password'],
      signedIn: true,
      refusals: 0,
      limit: 5,
    })
    expect((await site.hub().open(MAILBOX)).secrets).toEqual(password.secrets)
    const kept = JSON.stringify([view, await site.row(), await site.hub().view(MAILBOX)])
    for (const secret of ['Kran', 'mia"', 'the-refresh-token']) expect(kept).not.toContain(secret)
  })

  it.each([
    ['another account', other, TENANT, 'password'],
    ['a connection of the same id', { ...MAILBOX, kind: 'connection' }, TENANT, 'password'],
    ['another tenant', { ...MAILBOX, tenantId: 'tenant00002' }, 'tenant00002', 'password'],
    ['another name', MAILBOX, TENANT, 'login'],
  ] as const)('that were moved to %s do not open', async (_, subject, partition, name) => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, { secrets: { password: 'Kran zwölf' } })
    if (subject !== MAILBOX) await hub.set(subject, { secrets: { password: 'x' } })
    const row = await site.counted.store.get('Credentials', TENANT, keyOf('account', MAILBOX.id))
    const moved = { [name]: JSON.parse(String(row?.values.secrets__json)).password }
    await site.counted.store.put(
      'Credentials',
      {
        partition,
        key: keyOf(subject.kind, subject.id),
        values: { ...row?.values, secrets__json: JSON.stringify(moved) },
      },
      { kind: 'any' },
    )
    await expect(hub.open(subject)).rejects.toThrow(/authenticate/)
  })

  it('are changed one by one, and forgotten', async () => {
    const hub = credentialsSite().hub()
    await hub.set(MAILBOX, password)
    await hub.set(MAILBOX, { secrets: { password: 'neu' } })
    expect((await hub.open(MAILBOX)).secrets).toEqual({ login: 'mia', password: 'neu' })
    await hub.set(MAILBOX, { secrets: { login: null } })
    expect((await hub.open(MAILBOX)).secrets).toEqual({ password: 'neu' })
    expect(await hub.set(MAILBOX, { secrets: { password: null } })).toMatchObject({
      state: 'empty',
      secrets: [],
    })
    await expect(hub.open(MAILBOX)).rejects.toMatchObject({ code: 'credentials-missing' })
    await hub.clear(MAILBOX)
    expect(await hub.view(MAILBOX)).toBeUndefined()
    await expect(hub.open(MAILBOX)).rejects.toMatchObject({
      code: 'credentials-missing',
      params: { account: 'mia@muster.example' },
    })
    await expect(hub.switch(MAILBOX, true)).rejects.toMatchObject({ code: 'credentials-missing' })
  })

  it('cost one transaction to use, and none when they are right', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, password)
    await hub.report(await hub.open(MAILBOX), 'signed-in')
    expect(await site.transactions(async () => hub.report(await hub.open(MAILBOX), 'signed-in'))).toBe(1)
  })
})

describe('refused sign-ins', () => {
  it('stop the account after the fifth, say so once, and end with other credentials at once', async () => {
    const site = credentialsSite()
    const [one, two] = [site.hub(), site.hub()]
    await one.set(MAILBOX, password)
    await refuse(one, 2)
    await refuse(two, 2)
    expect(await two.view(MAILBOX)).toMatchObject({ state: 'refused', refusals: 4 })
    expect(site.notices).toEqual([])
    await refuse(one, 1)
    expect(site.notices).toMatchObject([
      { tenantId: TENANT, kind: 'account', subjectId: MAILBOX.id, state: 'locked' },
    ])
    for (const hub of [one, two]) {
      await expect(hub.open(MAILBOX)).rejects.toMatchObject({
        code: 'credentials-locked',
        params: { refusals: 5, account: 'mia@muster.example' },
      })
    }
    await two.set(MAILBOX, { secrets: { password: 'richtig' } })
    expect((await one.open(MAILBOX)).secrets.password).toBe('richtig')
    expect(await one.view(MAILBOX)).toMatchObject({ state: 'ok', refusals: 0 })
    expect(site.notices).toHaveLength(1)
  })

  it('are forgotten after a success', async () => {
    const hub = credentialsSite().hub()
    await hub.set(MAILBOX, password)
    await refuse(hub, 4)
    expect(await hub.report(await hub.open(MAILBOX), 'signed-in')).toMatchObject({ state: 'ok', refusals: 0 })
    await refuse(hub, 4)
    expect(await hub.view(MAILBOX)).toMatchObject({ state: 'refused', refusals: 4 })
  })

  it('do not count when the other system was not there', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, password)
    await refuse(hub, 4)
    for (let time = 0; time < 10; time++) await hub.report(await hub.open(MAILBOX), 'unavailable')
    expect(await hub.view(MAILBOX)).toMatchObject({ state: 'refused', refusals: 4 })
    expect(site.notices).toEqual([])
  })

  it('count once, however often they are reported', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, password)
    const attempt = await hub.open(MAILBOX)
    for (const again of [hub, site.hub(), hub]) await again.report(attempt, 'refused')
    expect(await hub.view(MAILBOX)).toMatchObject({ state: 'refused', refusals: 1 })
  })

  it('of former credentials do not count, whether changed or entered again after they were forgotten', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, { ...password, refusalLimit: 1 })
    const late = await hub.open(MAILBOX)
    await hub.set(MAILBOX, { secrets: { password: 'neu' } })
    await hub.report(late, 'refused')
    expect(await hub.view(MAILBOX)).toMatchObject({ state: 'ok', refusals: 0 })
    const later = await hub.open(MAILBOX)
    await hub.clear(MAILBOX)
    await hub.report(later, 'refused')
    await hub.set(MAILBOX, { ...password, refusalLimit: 1 })
    await hub.report(later, 'refused')
    expect(await hub.view(MAILBOX)).toMatchObject({ state: 'ok', refusals: 0, limit: 1 })
    expect(site.notices).toEqual([])
  })

  it('are tried one at a time after the first, also when whoever tried has died', async () => {
    const site = credentialsSite()
    const [one, two] = [site.hub(), site.hub()]
    await one.set(MAILBOX, password)
    await refuse(one, 1)
    const attempt = await one.open(MAILBOX)
    await expect(two.open(MAILBOX)).rejects.toMatchObject({ code: 'credentials-busy' })
    await one.report(attempt, 'unavailable')
    await two.open(MAILBOX)
    await expect(one.open(MAILBOX)).rejects.toMatchObject({ code: 'credentials-busy' })
    await site.clock.advance(TURN_MS + 1)
    await refuse(one, 1)
    expect(await one.view(MAILBOX)).toMatchObject({ refusals: 2 })
  })

  it('an admin lets it go on with the same credentials', async () => {
    const hub = credentialsSite().hub()
    await hub.set(MAILBOX, { ...password, refusalLimit: 2 })
    await refuse(hub, 2)
    expect(await hub.unlock(MAILBOX)).toMatchObject({ state: 'ok', refusals: 0 })
    expect((await hub.open(MAILBOX)).secrets).toEqual(password.secrets)
  })

  it('with a reason of Microsoft say what to do', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, password)
    await hub.report(await hub.open(MAILBOX), { error: 'invalid_grant', aadsts: [50057] })
    const problem = { code: 'entra-account-unusable', params: { number: 50057 } }
    expect(site.notices).toMatchObject([{ state: 'expired', problem }])
    await expect(hub.open(MAILBOX)).rejects.toMatchObject({
      code: 'entra-account-unusable',
      params: { number: 50057, account: 'mia@muster.example' },
    })
    expect(await hub.unlock(MAILBOX)).toMatchObject({ state: 'ok', problem: null })
  })
})

describe('a permission', () => {
  it('switches an account off and on at once, and leaves its state', async () => {
    const site = credentialsSite()
    const [one, two] = [site.hub(), site.hub()]
    await one.set(MAILBOX, password)
    await refuse(one, 1)
    expect(await one.switch(MAILBOX, false)).toMatchObject({ state: 'refused', enabled: false })
    await expect(two.open(MAILBOX)).rejects.toMatchObject({ code: 'credentials-switched-off' })
    await two.switch(MAILBOX, true)
    expect(await one.view(MAILBOX)).toMatchObject({ state: 'refused', refusals: 1, enabled: true })
  })
})

describe('a secret that ends', () => {
  it('is told 60, 30 and 7 days before, each once, until there is another date', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    const day = 86_400_000
    await hub.set(MAILBOX, { ...password, secretEndsAt: site.clock.now() + 100 * day })
    for (let passed = 0; passed < 100; passed++) {
      await site.clock.advance(day)
      await hub.report(await hub.open(MAILBOX), 'signed-in')
    }
    expect(site.notices.map(({ state, daysLeft }) => [state, daysLeft])).toEqual([
      ['secret-expiring', 60],
      ['secret-expiring', 30],
      ['secret-expiring', 7],
    ])
    expect(await hub.view(MAILBOX)).toMatchObject({ state: 'secret-expiring' })
    await hub.set(MAILBOX, { secretEndsAt: site.clock.now() + 40 * day })
    expect(await hub.view(MAILBOX)).toMatchObject({ state: 'ok' })
    await hub.open(MAILBOX)
    expect(site.notices).toHaveLength(4)
  })
})

describe('a notice', () => {
  it('that could not be given is given later, once', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, { ...password, refusalLimit: 1 })
    site.deaf = true
    await refuse(hub, 1)
    expect(await hub.view(MAILBOX)).toMatchObject({ state: 'locked' })
    await hub.tend()
    site.deaf = false
    await site.clock.advance(minutes(6))
    await Promise.all([hub.tend(), site.hub().tend()])
    expect(site.notices).toHaveLength(1)
    await site.clock.advance(minutes(6))
    await hub.tend()
    expect(site.notices).toHaveLength(1)
  })

  it.each([
    ['new credentials', (hub: Hub) => hub.set(MAILBOX, password)],
    ['an admin', (hub: Hub) => hub.unlock(MAILBOX)],
    ['nobody, as it is gone', (hub: Hub) => hub.clear(MAILBOX)],
  ])('is not given when it was mended meanwhile by %s', async (_, mend) => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, { ...password, refusalLimit: 1 })
    site.deaf = true
    await refuse(hub, 1)
    site.deaf = false
    await mend(hub)
    await site.clock.advance(minutes(6))
    await hub.tend()
    expect(site.notices).toEqual([])
  })

  it('that is just being given is not given by another hub as well', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    await hub.set(MAILBOX, { ...password, refusalLimit: 1 })
    const reached = Promise.withResolvers<void>()
    site.reached = reached.promise
    const giving = refuse(hub, 1)
    await site.clock.advance(minutes(1))
    await site.hub().tend()
    expect(site.notices).toHaveLength(1)
    reached.resolve()
    await giving
    await site.clock.advance(minutes(10))
    await site.hub().tend()
    expect(site.notices).toHaveLength(1)
  })

  it('of a hub that died with a clock that was ahead is given as soon as any other', async () => {
    const site = credentialsSite()
    const { clock } = site
    const ahead = site.hub({ clock: { now: () => clock.now() + hours(2), sleep: clock.sleep } })
    await ahead.set(MAILBOX, { ...password, refusalLimit: 1 })
    site.deaf = true
    await refuse(ahead, 1)
    site.deaf = false
    await clock.advance(minutes(6))
    await site.hub().tend()
    expect(site.notices).toHaveLength(1)
  })

  it('costs one transaction in five minutes to look for', async () => {
    const site = credentialsSite()
    const hub = site.hub()
    const spent = await site.transactions(async () => {
      for (let minute = 0; minute < 60; minute++) {
        await hub.tend()
        await site.clock.advance(minutes(1))
      }
    })
    expect(spent).toBeLessThanOrEqual(13)
  })
})

describe('two hubs at once, one of which dies at any operation', () => {
  const deaths: Death[] = ['before', 'after']
  it.each(deaths)('%s it: each refusal counts exactly once, and the stop is told once', async (death) => {
    for (let at = 1; ; at++) {
      const site = credentialsSite()
      const limit = 3
      const [living, setter] = [site.hub(), site.hub()]
      await setter.set(MAILBOX, { ...password, refusalLimit: limit })
      const dying = dyingStore(site.counted.store, at, death)
      const doomed = site.hub({ store: dying.store })
      const attempts = await Promise.all([living, living, setter, setter].map((hub) => hub.open(MAILBOX)))
      const [a, b, c, d] = attempts
      if (a === undefined || b === undefined || c === undefined || d === undefined)
        throw new Error('no attempts')
      const confirmed: string[] = []
      const report = async (hub: typeof living, attempt: typeof a) => {
        await hub.report(attempt, 'refused')
        confirmed.push(attempt.id)
      }
      const ignoreDeath = (error: Error) => {
        if (error.message !== 'killed') throw error
      }
      await Promise.all([
        report(doomed, a).catch(ignoreDeath),
        report(doomed, b).catch(ignoreDeath),
        report(living, c),
      ])
      // Whoever is not sure reports again.
      for (const attempt of [a, b]) await report(living, attempt)
      const row = await site.row()
      expect([...(row?.refusals ?? [])].sort(), `${at}`).toEqual([a.id, b.id, c.id].sort())
      expect(row?.state).toBe('locked')
      await report(living, d)
      await site.clock.advance(minutes(10))
      await living.tend()
      await site.clock.advance(minutes(10))
      await Promise.all([living.tend(), setter.tend()])
      expect(new Set(site.notices.map(({ id }) => id)).size, `${at}`).toBe(1)
      expect(site.notices.length, `${at}`).toBeLessThanOrEqual(2)
      if (dying.operations() < at) {
        expect(at).toBeGreaterThan(4)
        expect(site.notices).toHaveLength(1)
        return
      }
    }
  })
})
