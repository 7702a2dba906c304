import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hr } from '../../functions/hr/product.ts'
import { parseRecurrence, previewTimes, recurrenceOf } from '../../functions/jobs/recurrence.ts'
import type { House } from '../../functions/products/port.ts'
import { StegError } from '../../shared/errors/error.ts'

const BERLIN = 'Europe/Berlin'
const at = (text: string) => Date.parse(text)

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof StegError ? error.code : String(error)
  }
}

describe('schedules over a change of clocks (A6)', () => {
  it.each([
    [
      'a skipped time comes at the first moment after the gap',
      '30 2 * * *',
      BERLIN,
      '2026-03-28T12:00Z',
      ['2026-03-29T03:00:00+02:00', '2026-03-30T02:30:00+02:00'],
    ],
    [
      'the same a year later',
      '30 2 * * *',
      BERLIN,
      '2027-03-27T12:00Z',
      ['2027-03-28T03:00:00+02:00', '2027-03-29T02:30:00+02:00'],
    ],
    [
      'several skipped times come once',
      '0,30 2 * * *',
      BERLIN,
      '2027-03-27T12:00Z',
      ['2027-03-28T03:00:00+02:00', '2027-03-29T02:00:00+02:00'],
    ],
    [
      'a repeated time counts once, the first',
      '30 2 * * *',
      BERLIN,
      '2026-10-24T12:00Z',
      ['2026-10-25T02:30:00+02:00', '2026-10-26T02:30:00+01:00'],
    ],
    [
      'the same a year later',
      '30 2 * * *',
      BERLIN,
      '2027-10-30T12:00Z',
      ['2027-10-31T02:30:00+02:00', '2027-11-01T02:30:00+01:00'],
    ],
    [
      'also when asked between the two',
      '30 2 * * *',
      BERLIN,
      '2026-10-25T00:45Z',
      ['2026-10-26T02:30:00+01:00'],
    ],
    [
      'also when asked in the second hour',
      '30 2 * * *',
      BERLIN,
      '2026-10-25T01:15Z',
      ['2026-10-26T02:30:00+01:00'],
    ],
    [
      'a list of times counts as fixed times',
      '0 2,14 * * *',
      BERLIN,
      '2026-10-24T13:00Z',
      ['2026-10-25T02:00:00+02:00', '2026-10-25T14:00:00+01:00'],
    ],
    [
      'every half hour goes on through the repeated hour',
      '*/30 * * * *',
      BERLIN,
      '2026-10-25T00:15Z',
      [
        '2026-10-25T02:30:00+02:00',
        '2026-10-25T02:00:00+01:00',
        '2026-10-25T02:30:00+01:00',
        '2026-10-25T03:00:00+01:00',
      ],
    ],
    [
      'and over the gap',
      '*/30 * * * *',
      BERLIN,
      '2027-03-28T00:15Z',
      ['2027-03-28T01:30:00+01:00', '2027-03-28T03:00:00+02:00', '2027-03-28T03:30:00+02:00'],
    ],
    [
      'the default of SysSageSync keeps its local time',
      '0 4 * * 1-5',
      BERLIN,
      '2026-10-23T12:00Z',
      ['2026-10-26T04:00:00+01:00', '2026-10-27T04:00:00+01:00'],
    ],
    [
      'a zone without summer time',
      '30 2 * * *',
      'Asia/Kolkata',
      '2026-10-24T00:00Z',
      ['2026-10-25T02:30:00+05:30', '2026-10-26T02:30:00+05:30'],
    ],
    ['UTC', '0 4 * * *', 'UTC', '2026-10-24T12:00Z', ['2026-10-25T04:00:00+00:00']],
    [
      'a gap at midnight',
      '0 0 * * *',
      'America/Santiago',
      '2026-09-05T12:00Z',
      ['2026-09-06T01:00:00-03:00', '2026-09-07T00:00:00-03:00'],
    ],
    [
      'a change by half an hour',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-02T16:00Z',
      ['2026-10-04T02:30:00+11:00', '2026-10-05T02:15:00+11:00'],
    ],
    ['the last day of the month', '0 6 L * *', BERLIN, '2027-02-01T00:00Z', ['2027-02-28T06:00:00+01:00']],
    [
      'day or weekday, as in cron',
      '0 6 13 * 5',
      BERLIN,
      '2026-11-07T00:00Z',
      ['2026-11-13T06:00:00+01:00', '2026-11-20T06:00:00+01:00'],
    ],
    [
      'Sunday as 7',
      '0 6 * * 7',
      BERLIN,
      '2026-11-23T00:00Z',
      ['2026-11-29T06:00:00+01:00', '2026-12-06T06:00:00+01:00'],
    ],
    [
      'the second Friday',
      '0 6 * * FRI#2',
      BERLIN,
      '2026-11-01T00:00Z',
      ['2026-11-13T06:00:00+01:00', '2026-12-11T06:00:00+01:00'],
    ],
    ['names', '0 6 * JAN MON', BERLIN, '2026-11-01T00:00Z', ['2027-01-04T06:00:00+01:00']],
    [
      'steps within a skipped hour are skipped',
      '*/30 2 * * *',
      BERLIN,
      '2027-03-27T12:00Z',
      ['2027-03-29T02:00:00+02:00'],
    ],
    ['a leap day', '0 0 29 2 *', 'UTC', '2026-03-01T00:00Z', ['2028-02-29T00:00:00+00:00']],
  ] as const)('%s: %s in %s', (_, cron, timeZone, after, expected) => {
    expect(previewTimes({ cron, timeZone }, at(after), expected.length)).toEqual(expected)
  })

  it.each([
    ['2026-10-25', '2026-10-24T22:00Z', '2026-10-25T23:00Z', 25 * 60],
    ['2027-03-28', '2027-03-27T23:00Z', '2027-03-28T22:00Z', 23 * 60],
    ['2027-10-31', '2027-10-30T22:00Z', '2027-10-31T23:00Z', 25 * 60],
    ['2026-11-22', '2026-11-21T23:00Z', '2026-11-22T23:00Z', 24 * 60],
  ])('every minute of %s comes once', (_, from, to, minutes) => {
    const { next } = parseRecurrence({ cron: '* * * * *', timeZone: BERLIN })
    const seen: number[] = []
    for (let time = next(at(from) - 1) ?? 0; time < at(to); time = next(time) ?? Infinity) seen.push(time)
    expect(seen).toEqual(Array.from({ length: minutes }, (_, minute) => at(from) + minute * 60_000))
  })

  it('do not depend on the moment of asking', () => {
    const from = at('2026-10-24T00:00Z')
    for (const cron of ['30 2 * * *', '0 2,3 * * *', '*/20 * * * *', '15 * * * *']) {
      const { next } = parseRecurrence({ cron, timeZone: BERLIN })
      const all: number[] = []
      for (let time = next(from) ?? 0; time < from + 4 * 86_400_000; time = next(time) ?? Infinity)
        all.push(time)
      fc.assert(
        fc.property(fc.nat(3 * 86_400_000), (ms) => {
          expect(next(from + ms)).toBe(all.find((time) => time > from + ms))
        }),
        { numRuns: 300 },
      )
    }
  })
})

describe('schedules that are refused', () => {
  it.each([
    ['', BERLIN, 'cron-invalid'],
    ['0 4 * *', BERLIN, 'cron-invalid'],
    ['0 0 4 * * *', BERLIN, 'cron-invalid'],
    ['@daily', BERLIN, 'cron-invalid'],
    ['60 4 * * *', BERLIN, 'cron-invalid'],
    ['0 25 * * *', BERLIN, 'cron-invalid'],
    ['0 4 * * FOO', BERLIN, 'cron-invalid'],
    ['? 4 * * *', BERLIN, 'cron-invalid'],
    ['0 4 * * 1+5', BERLIN, 'cron-invalid'],
    [`${'1,'.repeat(200)}1 4 * * *`, BERLIN, 'cron-invalid'],
    ['0 4 30 2 *', BERLIN, 'schedule-never-due'],
    ['0 4 * * *', 'Europe/Atlantis', 'time-zone-unknown'],
    ['0 4 * * *', '+01:00', 'time-zone-unknown'],
    ['0 4 * * *', '', 'time-zone-unknown'],
    ['0 4 * * *', 'Europe/Berlin', 'none'],
    ['  0  4 * * MON-FRI ', 'UTC', 'none'],
  ])('%s in %s: %s', (cron, timeZone, code) => {
    expect(codeOf(() => parseRecurrence({ cron, timeZone }))).toBe(code)
  })

  it('never crash on odd input', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(...'0123456789*/,-#LWMON?ab ') }), { maxLength: 7 }),
        (parts) => {
          expect(['none', 'cron-invalid', 'schedule-never-due']).toContain(
            codeOf(() => parseRecurrence({ cron: parts.join(' '), timeZone: BERLIN })),
          )
        },
      ),
    )
  })

  it('are not among the defaults', () => {
    const defaults = hr.open({} as House).jobs.flatMap(({ schedule }) => schedule ?? [])
    expect(defaults).toHaveLength(2)
    for (const schedule of defaults)
      expect(codeOf(() => recurrenceOf(schedule, { tenantId: 't', job: 'x' }))).toBe('none')
  })
})
