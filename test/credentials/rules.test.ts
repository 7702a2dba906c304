import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entraMeanings, meaningOf } from '../../functions/credentials/rules/entra.ts'
import {
  isFresh,
  isPausing,
  isValid,
  lifetimeOf,
  pauseUntil,
} from '../../functions/credentials/rules/lifetime.ts'
import {
  applyEvent,
  dueWarning,
  type Event,
  events,
  type Standing,
  states,
  transitions,
  usable,
} from '../../functions/credentials/rules/state.ts'
import { withToken } from '../../functions/credentials/rules/token-cache.ts'
import { describeError } from '../../shared/errors/error.ts'

type Reported = Exclude<Event, 'refused-finally'>
const reported = events.filter((event): event is Reported => event !== 'refused-finally')
const fresh: Standing = { state: 'ok', enabled: true, refusals: [], limit: 5 }

describe('how it stands with credentials (D11, E7)', () => {
  it.each([
    ['ok', ['refused'], 'refused', 1],
    ['ok', ['refused', 'refused', 'signed-in'], 'ok', 0],
    ['ok', ['refused', 'refused', 'refused', 'refused'], 'refused', 4],
    ['ok', ['refused', 'refused', 'refused', 'refused', 'refused'], 'locked', 5],
    ['ok', ['refused', 'refused', 'refused', 'refused', 'refused', 'changed'], 'ok', 0],
    ['ok', ['refused', 'refused', 'refused', 'refused', 'refused', 'unlocked'], 'ok', 0],
    ['ok', ['refused', 'refused', 'refused', 'refused', 'refused', 'signed-in'], 'locked', 5],
    ['ok', ['consent-needed'], 'consent-missing', 0],
    ['ok', ['consent-needed', 'signed-in'], 'ok', 0],
    ['ok', ['ended'], 'expired', 0],
    ['ok', ['ended', 'changed'], 'ok', 0],
    ['ok', ['ended', 'consent-needed', 'unlocked'], 'ok', 0],
    ['ok', ['secret-expiring'], 'secret-expiring', 0],
    ['ok', ['secret-expiring', 'signed-in'], 'secret-expiring', 0],
    ['ok', ['secret-expiring', 'secret-extended'], 'ok', 0],
    ['ok', ['secret-expiring', 'ended'], 'expired', 0],
    ['ok', ['cleared'], 'empty', 0],
    ['empty', ['refused', 'signed-in', 'ended'], 'empty', 0],
    ['empty', ['changed'], 'ok', 0],
    ['refused', ['switched-off', 'switched-on'], 'refused', 0],
  ] as const)('%s, then %j: %s with %i refusals', (state, happened, end, refusals) => {
    let standing: Standing = { ...fresh, state }
    happened.forEach((event, index) => {
      standing = applyEvent(standing, event, `attempt ${index}`).standing
    })
    expect(standing.state).toBe(end)
    expect(standing.refusals).toHaveLength(refusals)
  })

  it('with a limit of 1 the first refusal stops it', () => {
    expect(applyEvent({ ...fresh, limit: 1 }, 'refused', 'a')).toMatchObject({
      tell: true,
      standing: { state: 'locked' },
    })
  })

  it('holds over any history: stopped exactly by the limit, told once, ended by a change at once', () => {
    const history = fc.array(fc.record({ event: fc.constantFrom(...reported), attempt: fc.nat({ max: 6 }) }))
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 10 }), (happened, limit) => {
        let standing: Standing = { ...fresh, limit }
        const counted = new Set<string>()
        for (const { event, attempt } of happened) {
          const before = standing
          const { standing: next, tell } = applyEvent(before, event, String(attempt))
          standing = next
          if (event === 'refused' && before.state !== 'empty') counted.add(String(attempt))
          if (standing.refusals.length === 0) counted.clear()
          expect(new Set(standing.refusals)).toEqual(counted)
          expect(standing.refusals).toHaveLength(counted.size)
          if (standing.state === 'locked') expect(standing.refusals.length).toBeGreaterThanOrEqual(limit)
          if (usable[standing.state]) expect(standing.refusals.length).toBeLessThan(limit)
          if (tell && event !== 'secret-expiring') expect(standing.state).not.toBe(before.state)
          if (event === 'changed') expect(standing).toMatchObject({ state: 'ok', refusals: [] })
          if (before.state === 'locked' && !['changed', 'cleared', 'unlocked'].includes(event)) {
            expect(standing.state).toBe('locked')
          }
          expect(standing.enabled).toBe(
            event === 'switched-off' ? false : event === 'switched-on' ? true : before.enabled,
          )
        }
      }),
    )
  })

  it('tells of every stop that nobody asked for', () => {
    for (const state of states) {
      for (const event of events) {
        const { to, tell } = transitions[state][event]
        const stops = usable[state] && !usable[to] && event !== 'cleared'
        if (stops) expect(tell, `${state} ${event}`).toBe(true)
      }
    }
  })
})

describe('the end of a secret', () => {
  const day = 86_400_000
  it.each([
    [61, undefined, undefined],
    [60, undefined, 60],
    [59, 60, undefined],
    [30, 60, 30],
    [7.5, 30, undefined],
    [7, 30, 7],
    [1, 7, undefined],
    [-3, 7, undefined],
    [-3, undefined, 7],
    [3, undefined, 7],
  ])('%d days before, reminded at %s: %s', (left, warned, due) => {
    expect(dueWarning(left * day, warned, 0)).toBe(due)
  })

  it('that is not known is not reminded of', () => {
    expect(dueWarning(undefined, undefined, 0)).toBeUndefined()
  })
})

describe('what Microsoft says', () => {
  // The list of what an admin can meet.
  const numbers = [
    65001, 90094, 65004, 50076, 50079, 50158, 53000, 53003, 50105, 50057, 50034, 50053, 50126, 50055, 700016,
    7000229, 7000112, 90002, 900023, 7000215, 7000222, 700027, 700024, 700213, 50011, 501481, 54005, 9002313,
    70008, 700082, 50173, 70043, 50078,
  ]

  it('is known for each number that an admin can meet, and told in both languages', () => {
    expect(Object.keys(entraMeanings).map(Number).sort()).toEqual([...numbers].sort())
    for (const number of numbers) {
      const { code } = meaningOf('invalid_grant', [number])
      expect(code).toMatch(/^entra-/)
      for (const language of ['de', 'en'] as const) {
        const text = describeError({ code, params: { account: 'Mia', number } }, language)
        expect(text).toContain(`AADSTS${number}`)
        expect(text).toContain('Mia')
        expect(text).not.toMatch(/\{\w+\}/)
      }
    }
  })

  it.each([
    ['invalid_grant', [50126], 'refused', 'entra-password-wrong'],
    ['invalid_grant', [50076], 'ended', 'entra-more-proof-needed'],
    ['interaction_required', [65001], 'consent-needed', 'entra-consent-missing'],
    ['invalid_grant', [1, 700082], 'ended', 'entra-sign-in-ended'],
    ['invalid_client', [7000222], 'ended', 'entra-secret-expired'],
    ['invalid_client', [], 'ended', 'credentials-application-refused'],
    ['consent_required', [], 'consent-needed', 'credentials-consent-missing'],
    ['invalid_grant', [], 'ended', 'credentials-expired'],
    ['something_new', [123], 'ended', 'credentials-expired'],
  ] as const)('%s %j: %s, %s', (error, aadsts, event, code) => {
    expect(meaningOf(error, aadsts)).toEqual({ event, code })
  })
})

describe('the life of an access token', () => {
  it.each([
    [3600, 3300, 3590],
    [600, 540, 590],
    [60, 54, 50],
    [5, 4.5, -5],
    [0, 0, -10],
    [-1, 0, -10],
  ])('of %d s: fetched anew after %d s, last used after %d s', (lives, fresh, last) => {
    const life = lifetimeOf(1000, lives)
    expect(isFresh(life, 1000 + fresh * 1000 - 1)).toBe(true)
    expect(isFresh(life, 1000 + fresh * 1000)).toBe(false)
    expect(isValid(life, 1000 + last * 1000 - 1)).toBe(true)
    expect(isValid(life, 1000 + last * 1000)).toBe(false)
  })

  it.each([
    [undefined, 30_000],
    [5000, 5000],
    [-5, 0],
    [86_400_000, 900_000],
  ])('a provider that asks for %s ms gets %d ms', (asked, gets) => {
    expect(pauseUntil(7, asked)).toBe(7 + gets)
  })

  it('a pause that a fast clock wrote is none', () => {
    expect(isPausing(undefined, 0)).toBe(false)
    expect(isPausing(900_000, 0)).toBe(true)
    expect(isPausing(900_001, 0)).toBe(false)
    expect(isPausing(5, 5)).toBe(false)
  })

  it('tokens that end soonest give way, one that is too long is not kept, and all that is kept fits', () => {
    const entry = fc.record({ size: fc.integer({ min: 1, max: 40_000 }), expiresAt: fc.nat() })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        let cache: ReturnType<typeof withToken> = {}
        for (const [index, { size, expiresAt }] of entries.entries()) {
          const name = `audience ${index % 5}`
          const kept = { token: 'x'.repeat(size), expiresAt, refreshAt: expiresAt }
          cache = withToken(cache, name, kept)
          expect(JSON.stringify(cache).length).toBeLessThan(32_768)
          if (size < 29_000) expect(cache[name]).toEqual(kept)
        }
      }),
    )
  })
})
