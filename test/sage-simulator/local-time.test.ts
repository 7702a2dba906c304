import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createServerTime, parseLocalTime } from '../../infra/local/sage/local-time.ts'

describe('local times', () => {
  const cases = [
    ['2026-11-22T08:00:00', '2026-11-22T08:00:00'],
    ['2026-11-22T08:00:00.5', '2026-11-22T08:00:00'],
    ['2026-11-22T08:00:00.1234567', '2026-11-22T08:00:00'],
    ['2028-02-29T23:59:59', '2028-02-29T23:59:59'],
    ['2026-11-22', '2026-11-22T00:00:00'],
    ['2026-02-29T00:00:00', null],
    ['2026-13-01T00:00:00', null],
    ['2026-11-22T24:00:00', null],
    ['2026-11-22T08:60:00', null],
    ['2026-11-22T08:00', null],
    ['2026-11-22T08:00:00Z', null],
    ['2026-11-22T08:00:00+01:00', null],
    ['2026-11-22 08:00:00', null],
    ['22.11.2026', null],
    ['', null],
  ] as const
  test.each(cases)('%s is read as %s', (text, expected) => {
    expect(parseLocalTime(text, 'allowed')).toBe(expected)
  })

  test('a date alone is refused where a time is needed', () => {
    expect(parseLocalTime('2026-11-22', 'refused')).toBeNull()
  })

  test('whatever is accepted is accepted again and stays the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toJSON()),
        ),
        (text) => {
          const local = parseLocalTime(text.replace(/Z$/, ''), 'allowed')
          if (local !== null) expect(parseLocalTime(local, 'refused')).toBe(local)
        },
      ),
    )
  })
})

describe('the clock on the wall', () => {
  const cases = [
    ['2026-03-29T00:59:59Z', '2026-03-29T01:59:59'],
    ['2026-03-29T01:00:00Z', '2026-03-29T03:00:00'],
    ['2026-10-25T00:30:00Z', '2026-10-25T02:30:00'],
    ['2026-10-25T01:30:00Z', '2026-10-25T02:30:00'],
    ['2026-12-31T23:00:00.999Z', '2027-01-01T00:00:00'],
  ] as const
  test.each(cases)('%s is %s in Berlin', (instant, local) => {
    const clock = { now: () => Date.parse(instant), sleep: async () => undefined }
    expect(createServerTime(clock, 'Europe/Berlin', 0).local()).toBe(local)
  })
})
