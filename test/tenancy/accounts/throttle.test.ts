import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Attempts,
  type Counter,
  counters,
  DAY_MS,
  LONGEST_DELAY_MS,
  levelAt,
  waitMs,
  withAttempt,
  withoutAttempt,
} from '../../../functions/tenancy/accounts/rules/throttle.ts'

const MINUTE = 60_000
const anyCounter = fc.constantFrom(...counters)
const doubling: readonly Counter[] = ['known', 'account', 'address', 'operator']
const anyAttempts = fc.record({
  failures: fc.double({ min: 0, max: 5000, noNaN: true }),
  lastAt: fc.integer({ min: 0, max: DAY_MS }),
})

describe('how long somebody waits (A9)', () => {
  it.each([
    ['account', 4, 0, 0],
    ['account', 4.001, 0, 1000],
    ['account', 5, 0, 1000],
    ['account', 5, 400, 600],
    ['account', 5, 1000, 0],
    ['account', 6, 0, 2000],
    ['account', 10, 0, 32_000],
    ['account', 1000, 0, LONGEST_DELAY_MS],
    ['known', 9, 0, 0],
    ['known', 10, 0, 1000],
    ['operator', 9, 0, 0],
    ['operator', 10, 0, 1000],
    ['address', 49, 0, 0],
    ['address', 50, 0, 1000],
    // Mails: as many as there is room for, and the next one when one has faded.
    ['mailbox', 4, 0, 0],
    ['mailbox', 4.5, 0, 15 * MINUTE],
    ['mailbox', 5, 0, 30 * MINUTE],
    ['mailbox', 5, 20 * MINUTE, 10 * MINUTE],
    ['mailbox', 5, 30 * MINUTE, 0],
    ['tenant', 199, 0, 0],
    ['tenant', 200, 0, 18_000],
    ['reset', 5, 0, 10 * MINUTE],
  ] as const)('%s after %d failures, %d ms ago: %d ms', (counter, failures, ago, wait) => {
    expect(waitMs(counter, { failures, lastAt: 0 }, ago)).toBe(wait)
  })

  it.each([
    ['account', 5, 15 * MINUTE, 4],
    ['account', 5, 24 * MINUTE, 3.4],
    ['account', 5, 75 * MINUTE, 0],
    ['account', 5, DAY_MS, 0],
    // A row of the version before, which counted without end.
    ['account', 1000, 15 * MINUTE, 14],
    ['address', 50, 50 * MINUTE, 40],
    ['known', 10, -MINUTE, 10],
  ] as const)('%s with %d failures has after %d ms %d', (counter, failures, ago, level) => {
    expect(levelAt(counter, { failures, lastAt: 0 }, ago)).toBeCloseTo(level)
  })

  it('never counts from a time that a wrong clock has written', () => {
    const wrong = { failures: 100, lastAt: 2 * 60 * MINUTE }
    expect(waitMs('account', wrong, 0)).toBe(0)
    expect(waitMs('account', withAttempt('account', wrong, 0), 0)).toBe(LONGEST_DELAY_MS)
    // Clocks differ a little all the time.
    expect(waitMs('account', { failures: 5, lastAt: 500 }, 0)).toBe(1500)
  })

  it('never longer than the longest delay, and ends in time', () => {
    fc.assert(
      fc.property(anyCounter, anyAttempts, fc.nat(2 * DAY_MS), (counter, attempts, later) => {
        const now = attempts.lastAt + later
        const wait = waitMs(counter, attempts, now)
        expect(wait).toBeGreaterThanOrEqual(0)
        if (doubling.includes(counter)) expect(wait).toBeLessThanOrEqual(LONGEST_DELAY_MS)
        expect(waitMs(counter, attempts, now + wait)).toBe(0)
      }),
    )
  })

  it('is longer with more failures, and counts fade to nothing within a day', () => {
    fc.assert(
      fc.property(anyCounter, anyAttempts, (counter, attempts) => {
        const more = { ...attempts, failures: attempts.failures + 1 }
        expect(waitMs(counter, more, attempts.lastAt)).toBeGreaterThanOrEqual(
          waitMs(counter, attempts, attempts.lastAt),
        )
        expect(levelAt(counter, attempts, attempts.lastAt + DAY_MS)).toBe(0)
      }),
    )
  })

  it('lets whoever tries as fast as possible make few tries in a day', () => {
    const tries = (counter: Counter) => {
      let attempts: Attempts | undefined
      let count = 0
      for (let now = 0; now < DAY_MS; count++) {
        attempts = withAttempt(counter, attempts, now)
        now += waitMs(counter, attempts, now)
      }
      return count
    }
    expect(tries('account')).toBeLessThan(125)
    expect(tries('known')).toBeLessThan(130)
    expect(tries('operator')).toBeLessThan(130)
    expect(tries('address')).toBeLessThan(400)
  })

  it('does not get shorter by what the one who waits knows: right attempts leave all others counted', () => {
    const steps = fc.array(
      fc.record({ right: fc.boolean(), pause: fc.integer({ min: 0, max: 20 * MINUTE }) }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(anyCounter, steps, (counter, made) => {
        let all: Attempts | undefined
        let wrongOnly: Attempts | undefined
        let now = 0
        for (const { right, pause } of made) {
          now += pause
          const counted = withAttempt(counter, all, now)
          if (right) {
            // With others in between, only its own one goes.
            const other = withAttempt(counter, counted, now)
            expect(levelAt(counter, withoutAttempt(other), now)).toBeCloseTo(
              Math.min(levelAt(counter, other, now), other.failures) - 1,
              6,
            )
          } else {
            all = counted
            wrongOnly = withAttempt(counter, wrongOnly, now)
          }
        }
        expect(all).toEqual(wrongOnly)
      }),
    )
  })
})
