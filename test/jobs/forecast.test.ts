import { describe, expect, it } from 'vitest'
import { clockChangesOf } from '../../functions/jobs/clock-changes.ts'
import { toClockChangeView } from '../../functions/jobs/forecast.ts'
import { scheduleInWords } from '../../functions/jobs/schedule-words.ts'

describe('a schedule in words', () => {
  it.each([
    ['0 4 * * 1-5', 'Um 04:00, Montag bis Freitag', 'At 04:00, Monday through Friday'],
    ['* * * * *', 'Jede Minute', 'Every minute'],
    ['*/15 * * * *', 'Alle 15 Minuten', 'Every 15 minutes'],
    ['0,30 2 * * *', 'Um 02:00 und 02:30', 'At 02:00 and 02:30'],
    ['0,30 14,2 * * *', 'Um 02:00, 02:30, 14:00 und 14:30', 'At 02:00, 02:30, 14:00 and 14:30'],
    ['30 5 1,15 * *', 'Um 05:30, am 1. und 15. des Monats', 'At 05:30, on day 1 and 15 of the month'],
    ['0 4 L * *', 'Um 04:00, am letzten Tag des Monats', 'At 04:00, on the last day of the month'],
    [
      '0 9 * * FRI#2',
      'Um 09:00, am zweiten Freitag des Monats',
      'At 09:00, on the second Friday of the month',
    ],
    ['0 4 * * 7', 'Um 04:00, jeden Sonntag', 'At 04:00, only on Sunday'],
  ])('%s', (cron, de, en) => {
    expect(scheduleInWords(cron, 'de')).toBe(de)
    expect(scheduleInWords(cron, 'en')).toBe(en)
  })

  it('has none rather than wrong ones', () => {
    expect(scheduleInWords('nonsense', 'de')).toBeUndefined()
  })
})

describe('what changes of clocks do', () => {
  const after = Date.parse('2026-11-22T12:00:00Z')
  const changes = (cron: string, timeZone = 'Europe/Berlin') =>
    clockChangesOf({ cron, timeZone }, after).map(({ kind, day, time, instead }) =>
      [kind, day, time, instead].filter(Boolean).join(' '),
    )

  it.each([
    ['30 2 * * *', ['moved 2027-03-28 02:30 03:00', 'once 2027-10-31 02:30']],
    ['0 2,14 * * *', ['moved 2027-03-28 02:00 03:00', 'once 2027-10-31 02:00']],
    ['*/30 2 * * *', ['left-out 2027-03-28 02:00', 'twice 2027-10-31 02:00']],
    ['0 4 * * *', []],
    ['30 2 * * 1-5', []],
    ['* * * * *', []],
    ['*/15 * * * *', []],
  ])('%s', (cron, expected) => {
    expect(changes(cron)).toEqual(expected)
  })

  it('are none where clocks do not change, and others elsewhere', () => {
    expect(changes('30 2 * * *', 'UTC')).toEqual([])
    expect(changes('0 0 * * *', 'America/Havana')).toEqual([
      'moved 2027-03-14 00:00 01:00',
      'once 2027-11-07 00:00',
    ])
  })

  it('are told in both languages', () => {
    const change = { kind: 'moved', day: '2027-03-28', time: '02:30', instead: '03:00' } as const
    expect(toClockChangeView(change, 'de').text).toBe(
      'Am 28.03.2027 gibt es 02:30 Uhr nicht: Der Lauf kommt um 03:00 Uhr.',
    )
    expect(toClockChangeView(change, 'en').text).toBe(
      'On 2027-03-28 the clocks skip 02:30: the run comes at 03:00.',
    )
  })
})
