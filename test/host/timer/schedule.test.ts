import { describe, expect, it } from 'vitest'
import { parseSchedule } from '../../../infra/local/host/timer/schedule.ts'

function nextFew(expression: string, after: string, count: number, zone = 'UTC'): string[] {
  const schedule = parseSchedule(expression, zone)
  const times: string[] = []
  let at: number | undefined = Date.parse(after)
  for (let index = 0; index < count && at !== undefined; index++) {
    at = schedule.next(at)
    if (at !== undefined) times.push(new Date(at).toISOString().replace('.000Z', ''))
  }
  return times
}

describe('NCRONTAB', () => {
  // 2026-03-02 is a Monday.
  it.each([
    ['0 */5 * * * *', '2026-03-02T10:03:00Z', ['2026-03-02T10:05:00', '2026-03-02T10:10:00']],
    ['0 0 * * * *', '2026-03-02T10:00:00Z', ['2026-03-02T11:00:00']],
    ['*/10 * * * * *', '2026-03-02T10:00:00.500Z', ['2026-03-02T10:00:10', '2026-03-02T10:00:20']],
    ['0 30 9 * * 1-5', '2026-03-06T12:00:00Z', ['2026-03-09T09:30:00']],
    ['0 30 9 * Jan Mon', '2026-03-06T12:00:00Z', ['2027-01-04T09:30:00']],
    ['0 0 4 13 * 5', '2026-03-02T00:00:00Z', ['2026-03-13T04:00:00', '2026-11-13T04:00:00']],
    [
      '5,8,10 * * * * *',
      '2026-03-02T10:00:05Z',
      ['2026-03-02T10:00:08', '2026-03-02T10:00:10', '2026-03-02T10:01:05'],
    ],
    ['0 5-7 10 * * *', '2026-03-02T10:05:30Z', ['2026-03-02T10:06:00', '2026-03-02T10:07:00']],
    [
      '0 10/20 * * * *',
      '2026-03-02T10:00:00Z',
      ['2026-03-02T10:10:00', '2026-03-02T10:30:00', '2026-03-02T10:50:00'],
    ],
    ['0 4 * * 1-5', '2026-03-06T12:00:00Z', ['2026-03-09T04:00:00']],
    ['0 0 0 31 2 *', '2026-03-06T12:00:00Z', []],
  ])('%s after %s', (expression, after, expected) => {
    expect(nextFew(expression, after, Math.max(expected.length, 1))).toEqual(expected)
  })

  it('follows the time zone, also over the change of the clocks', () => {
    expect(nextFew('0 0 4 * * *', '2026-03-28T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-28T03:00:00',
      '2026-03-29T02:00:00',
    ])
  })

  it.each([
    '',
    '* * * *',
    '* * * * * * *',
    '@daily',
    '0 0 0 L * *',
    '0 0 0 ? * 1#2',
    '0 61 * * * *',
    '00:05:00',
    'a b c d e f',
  ])('"%s" is refused', (expression) => {
    expect(() => parseSchedule(expression, 'UTC')).toThrow('NCRONTAB')
  })

  it('refuses an unknown time zone', () => {
    expect(() => parseSchedule('0 * * * * *', 'Mars/Base').next(0)).toThrow()
  })
})
