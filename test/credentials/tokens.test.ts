import { describe, expect, it } from 'vitest'
import { CALL_MS } from '../../functions/credentials/asking.ts'
import type { Subject } from '../../functions/credentials/port.ts'
import { LEASE_MS } from '../../functions/credentials/tokens.ts'
import type { Store } from '../../functions/platform/store/port.ts'
import { StegError } from '../../shared/errors/error.ts'
import { type Death, dyingStore } from '../jobs/failing-store.ts'
import { memoryProvider } from './provider.ts'
import { credentialsSite, MAILBOX, TENANT } from './site.ts'

const audience = 'https://graph.microsoft.com/.default'
const as = 'person' as const
const hours = (count: number) => count * 3_600_000

/** A mailbox whose person has signed in, and hubs that use it. */
async function signedIn(strict = true) {
  const site = credentialsSite()
  const provider = memoryProvider(site.clock, strict)
  await site.hub().set(MAILBOX, { refreshToken: provider.signIn() })
  const token = (hub: ReturnType<typeof site.hub>, more: { audience?: string; look?: boolean } = {}) =>
    site.finish(hub.accessToken(MAILBOX, { audience, provider, as, ...more }))
  return { ...site, site, provider, token }
}

describe('an access token', () => {
  it('costs nothing from memory, one read at another hub, and four transactions when it is fetched', async () => {
    const { site, provider, token } = await signedIn()
    const [one, two] = [site.hub(), site.hub()]
    expect(await site.transactions(() => token(one))).toBe(4)
    expect(await site.transactions(() => token(one))).toBe(0)
    const first = await token(one)
    expect(await site.transactions(() => token(two))).toBe(1)
    expect(await site.transactions(() => token(two))).toBe(0)
    expect(await token(two)).toBe(first)
    expect(provider.requests).toHaveLength(1)
  })

  it('is fetched anew before it ends, with the newest refresh token, which is never in clear in the store', async () => {
    const { site, provider, token } = await signedIn()
    const seen = new Set<string>()
    for (let round = 0; round < 20; round++) {
      const got = await token(site.hub())
      expect(provider.isAlive(got)).toBe(true)
      seen.add(got)
      const row = JSON.stringify(await site.row())
      expect(row).not.toMatch(/access-\d|refresh-\d/)
      await site.clock.advance(hours(0.5))
    }
    expect(seen.size).toBe(10)
    expect(provider.mostAtOnce()).toBe(1)
  })

  it('is fetched once for many who want it at once, in one hub and in several', async () => {
    const { site, provider } = await signedIn()
    provider.takesMs = 2000
    const hubs = [site.hub(), site.hub(), site.hub()]
    const wanted = [...hubs, ...hubs].map((hub) => hub.accessToken(MAILBOX, { audience, provider, as }))
    expect(new Set(await site.finish(Promise.all(wanted))).size).toBe(1)
    expect(provider.requests).toHaveLength(1)
  })

  it('for other scopes comes from the same refresh token, one after the other', async () => {
    const { site, provider } = await signedIn()
    provider.takesMs = 1000
    const hubs = [site.hub(), site.hub()]
    const wanted = ['graph', 'imap', 'smtp'].flatMap((name) =>
      hubs.map((hub) => hub.accessToken(MAILBOX, { audience: name, provider, as })),
    )
    expect(new Set(await site.finish(Promise.all(wanted))).size).toBe(3)
    expect(provider.mostAtOnce()).toBe(1)
    expect(provider.requests).toHaveLength(3)
  })

  it('of an application needs its secrets alone', async () => {
    const site = credentialsSite()
    const provider = memoryProvider(site.clock, true)
    const connection: Subject = { tenantId: TENANT, kind: 'connection', id: 'graph' }
    await site.hub().set(connection, { secrets: { clientSecret: 'x' } })
    const wanted = { audience, provider, as: 'application' as const }
    const got = await site.hub().accessToken(connection, wanted)
    expect(await site.hub().accessToken(connection, wanted)).toBe(got)
    expect(provider.requests).toEqual([{ audience, refreshToken: undefined, secrets: { clientSecret: 'x' } }])
  })

  it('of a person is never replaced by one of the application', async () => {
    const { site, provider, token } = await signedIn()
    const hub = site.hub()
    await hub.set(MAILBOX, { secrets: { clientSecret: 'x' } })
    await token(hub)
    await hub.set(MAILBOX, { refreshToken: null })
    await expect(token(hub)).rejects.toMatchObject({ code: 'credentials-missing' })
    expect(provider.requests).toHaveLength(1)
  })

  it('that was fetched with former credentials is neither remembered nor given to those who ask after the change', async () => {
    const { site, provider, token } = await signedIn()
    const answered = Promise.withResolvers<void>()
    let isFirst = true
    const store: Store = {
      ...site.counted.store,
      // The store has written the token, and its answer takes its time.
      async put(table, row, condition) {
        const etag = await site.counted.store.put(table, row, condition)
        if (isFirst && row.values.accessTokens__json !== undefined) {
          isFirst = false
          await answered.promise
        }
        return etag
      },
    }
    const hub = site.hub({ store })
    const before = hub.accessToken(MAILBOX, { audience, provider, as })
    await site.clock.advance(1000)
    const next = provider.signIn()
    await hub.set(MAILBOX, { refreshToken: next })
    const after = await token(hub)
    expect(provider.requests.at(-1)?.refreshToken).toBe(next)
    answered.resolve()
    expect(await site.finish(before)).not.toBe(after)
    expect(await token(hub)).toBe(after)
  })

  it('that lives shorter than anything takes is used all the same', async () => {
    const { site, provider, token } = await signedIn()
    provider.lifetime = 1
    const hub = site.hub()
    for (let round = 0; round < 5; round++) expect(await token(hub)).toMatch(/^access-/)
    expect(provider.requests).toHaveLength(1)
    await site.clock.advance(1000)
    expect(await token(hub)).toMatch(/^access-/)
    expect(provider.requests).toHaveLength(2)
  })

  it('that is too long for a row does not keep the refresh token from being kept', async () => {
    const { site, provider, token } = await signedIn()
    const long = {
      ...provider,
      async refresh(...request: Parameters<typeof provider.refresh>) {
        const answer = await provider.refresh(...request)
        return answer.kind === 'granted' ? { ...answer, accessToken: 'x'.repeat(40_000) } : answer
      },
    }
    const got = await site.hub().accessToken(MAILBOX, { audience, provider: long, as })
    expect(got).toHaveLength(40_000)
    expect(await token(site.hub())).toMatch(/^access-/)
  })

  it('that the other system refuses is fetched anew, once', async () => {
    const { site, provider, token } = await signedIn()
    const [one, two] = [site.hub(), site.hub()]
    const bad = await token(one)
    await token(two)
    await one.rejectToken(MAILBOX, audience, bad)
    const good = await token(one)
    expect(good).not.toBe(bad)
    await two.rejectToken(MAILBOX, audience, bad)
    expect(await token(two)).toBe(good)
    expect(provider.requests).toHaveLength(2)
  })

  it('is not given for an account that was switched off elsewhere, when whoever wants it looks', async () => {
    const { site, token } = await signedIn()
    const [one, two] = [site.hub(), site.hub()]
    await token(one)
    await two.switch(MAILBOX, false)
    await expect(token(one, { look: true })).rejects.toMatchObject({ code: 'credentials-switched-off' })
    await expect(token(two)).rejects.toMatchObject({ code: 'credentials-switched-off' })
  })
})

describe('a provider that does not answer as it should', () => {
  it('is left alone for as long as it asks, by all hubs, and that is no refusal', async () => {
    const { site, provider, token } = await signedIn()
    provider.faults.push('unavailable')
    provider.retryAfterMs = 120_000
    await expect(token(site.hub())).rejects.toMatchObject({
      code: 'sign-in-unavailable',
      params: { seconds: 120 },
    })
    await expect(token(site.hub())).rejects.toMatchObject({ code: 'sign-in-unavailable' })
    expect(provider.requests).toHaveLength(1)
    await site.clock.advance(120_000)
    expect(await token(site.hub())).toMatch(/^access-/)
    expect(await site.hub().view(MAILBOX)).toMatchObject({ state: 'ok', refusals: 0 })
  })

  it('stops nobody while there is a token that still counts', async () => {
    const { site, provider, token } = await signedIn()
    const first = await token(site.hub())
    await site.clock.advance(hours(1) - 200_000)
    provider.faults.push('unavailable', 'down')
    expect(await token(site.hub())).toBe(first)
    expect(await token(site.hub())).toBe(first)
    expect(provider.requests).toHaveLength(2)
    await site.clock.advance(31_000)
    expect(await token(site.hub())).toBe(first)
    expect(await token(site.hub())).not.toBe(first)
  })

  it.each([true, false])('whose answer is lost (strict: %s)', async (strict) => {
    const { site, provider, token } = await signedIn(strict)
    provider.faults.push('lost')
    await expect(token(site.hub())).rejects.toMatchObject({ code: 'sign-in-unavailable', retryable: true })
    if (!strict) return expect(await token(site.hub())).toMatch(/^access-/)
    // It took the second use for a theft; nobody can mend that but the person.
    await expect(token(site.hub())).rejects.toMatchObject({ code: 'credentials-answer-lost' })
    expect(site.notices).toMatchObject([{ state: 'expired' }])
    await site.hub().set(MAILBOX, { refreshToken: provider.signIn() })
    expect(await token(site.hub())).toMatch(/^access-/)
  })

  it('is not waited for longer than a call may take', async () => {
    const { site, provider, token } = await signedIn()
    provider.faults.push('hangs')
    const before = site.clock.now()
    await expect(token(site.hub())).rejects.toMatchObject({ code: 'sign-in-unavailable' })
    expect(site.clock.now() - before).toBeLessThan(CALL_MS + 1000)
    expect(await token(site.hub())).toMatch(/^access-/)
  })

  it.each([
    [[65001], 'consent-missing', 'entra-consent-missing'],
    [[700082], 'expired', 'entra-sign-in-ended'],
    [[], 'expired', 'credentials-expired'],
    [[50126], 'refused', 'entra-password-wrong'],
  ] as const)('refuses with %j: %s, %s, and is asked no more than needed', async (aadsts, state, code) => {
    const { site, provider, token } = await signedIn()
    provider.refusal = { error: 'invalid_grant', aadsts }
    await expect(token(site.hub())).rejects.toMatchObject({ code, params: { account: 'mia@muster.example' } })
    expect(await site.hub().view(MAILBOX)).toMatchObject({ state, problem: { code } })
    expect(provider.requests).toHaveLength(1)
    if (state === 'refused') {
      for (let time = 0; time < 9; time++) await token(site.hub()).catch(() => undefined)
      expect(provider.requests).toHaveLength(5)
      await expect(token(site.hub())).rejects.toMatchObject({ code: 'credentials-locked' })
    } else await expect(token(site.hub())).rejects.toMatchObject({ code })
    expect(site.notices).toHaveLength(1)
    provider.refusal = undefined
    await site.hub().unlock(MAILBOX)
    expect(await token(site.hub())).toMatch(/^access-/)
  })
})

describe('a refresh token', () => {
  it('that somebody replaced during the call is not brought back, whatever the provider says', async () => {
    for (const refused of [false, true]) {
      const { site, provider, token } = await signedIn()
      provider.takesMs = 5000
      const fetching = site
        .hub()
        .accessToken(MAILBOX, { audience, provider, as })
        .catch(() => 'refused')
      await site.clock.advance(1000)
      if (refused) provider.revoke()
      const next = provider.signIn()
      await site.hub().set(MAILBOX, { refreshToken: next })
      await site.finish(fetching)
      expect(provider.requests.at(-1)?.refreshToken).toBe(next)
      expect(await site.hub().view(MAILBOX)).toMatchObject({ state: 'ok' })
      expect(await token(site.hub())).toMatch(/^access-/)
      expect(site.notices).toEqual([])
    }
  })

  it('is stored as soon as the store is back, when it was away at that moment', async () => {
    const { site, provider, token } = await signedIn()
    let away = false
    const store: Store = {
      ...site.counted.store,
      async put(table, row, condition) {
        if (away) throw new StegError('store-unavailable', { reason: 'away' })
        const etag = await site.counted.store.put(table, row, condition)
        away = row.values.lease__json !== undefined
        return etag
      },
    }
    const hub = site.hub({ store })
    await expect(token(hub)).rejects.toMatchObject({ code: 'store-unavailable' })
    away = false
    const got = await token(hub)
    expect(provider.requests).toHaveLength(1)
    expect(await token(site.hub())).toBe(got)
    await site.clock.advance(hours(1))
    expect(await token(site.hub())).toMatch(/^access-/)
  })

  it('is used by nobody else while its holder lives, however much the clocks of the hubs differ', async () => {
    const { site, provider } = await signedIn()
    provider.takesMs = CALL_MS - 1000
    const skewed = (ms: number) =>
      site.hub({ clock: { now: () => site.clock.now() + ms, sleep: site.clock.sleep } })
    const hubs = [skewed(0), skewed(hours(2)), skewed(-hours(2))]
    const wanted = hubs.map((hub) => hub.accessToken(MAILBOX, { audience, provider, as }).catch(String))
    await site.finish(Promise.all(wanted))
    expect(provider.mostAtOnce()).toBe(1)
    expect(await site.hub().view(MAILBOX)).toMatchObject({ state: 'ok' })
  })

  it('is taken over from a hub that died, and no sooner than that is certain', async () => {
    const { site, provider, token } = await signedIn(false)
    const dying = dyingStore(site.counted.store, 3, 'before')
    await expect(token(site.hub({ store: dying.store }))).rejects.toThrow('killed')
    const before = site.clock.now()
    const hub = site.hub()
    expect(await token(hub)).toMatch(/^access-/)
    expect(site.clock.now() - before).toBeGreaterThan(LEASE_MS)
    expect(site.clock.now() - before).toBeLessThan(LEASE_MS + 5000)
    expect(provider.requests).toHaveLength(2)
  })
})

describe('a hub that dies at any operation of a refresh', () => {
  const deaths: Death[] = ['before', 'after']
  const cases = deaths.flatMap((death) => [true, false].map((strict) => [death, strict] as const))
  it.each(cases)(
    '%s it (strict: %s): the next one has a token, or says why a person must sign in',
    async (death, strict) => {
      for (let at = 1; ; at++) {
        const { site, provider, token } = await signedIn(strict)
        const dying = dyingStore(site.counted.store, at, death)
        await token(site.hub({ store: dying.store })).catch((error: Error) => {
          if (error.message !== 'killed') throw error
        })
        const asked = provider.requests.length
        const row = await site.row()
        const isLost = asked > 0 && row?.accessTokens === undefined
        const next = token(site.hub())
        if (strict && isLost)
          await expect(next, `${at}`).rejects.toMatchObject({ code: 'credentials-answer-lost' })
        else expect(await next, `${at}`).toMatch(/^access-/)
        expect(provider.mostAtOnce()).toBe(1)
        if (dying.operations() < at) {
          expect(at).toBe(5)
          return
        }
      }
    },
  )
})
