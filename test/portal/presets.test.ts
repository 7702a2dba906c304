import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration } from '../../portal/jobs/duration.ts'
import { choiceOf, cronOf, hasTime, presets } from '../../portal/jobs/presets.ts'

describe('schedules by choosing', () => {
  it.each([
    ['* * * * *', 'minute'],
    ['*/15 * * * *', 'quarter'],
    ['0 * * * *', 'hourly'],
    ['0 4 * * 1-5', 'workdays'],
    ['30 23 * * *', 'daily'],
    ['5 7 * * 1', 'weekly'],
    ['0 4 1 * *', 'custom'],
    ['0 4 * * 2', 'custom'],
    ['61 4 * * *', 'custom'],
    ['*/5 4 * * *', 'custom'],
  ] as const)('%s is %s', (cron, preset) => {
    expect(choiceOf(cron).preset).toBe(preset)
  })

  it('keep what an expression says', () => {
    const expression = fc.oneof(
      fc.constantFrom('* * * * *', '*/15 * * * *', '0 * * * *', '0 4 L * *', '0 4 * * FRI#2', '7 * * * *'),
      fc
        .tuple(fc.nat(59), fc.nat(23), fc.constantFrom('*', '1-5', '1', '2', '0,6'))
        .map(([minute, hour, days]) => `${minute} ${hour} * * ${days}`),
    )
    fc.assert(fc.property(expression, (cron) => cronOf(choiceOf(cron)) === cron))
  })

  it.each(presets)('%s survives being shown again', (preset) => {
    const cron = cronOf({ preset, time: '06:05', cron: '1 2 3 * *' }) ?? ''
    expect(choiceOf(cron)).toMatchObject({ preset, ...(hasTime(preset) ? { time: '06:05' } : {}) })
  })

  it.each(['', '24:00', '7:30', 'noon'])('there is none at the time "%s"', (time) => {
    expect(cronOf({ preset: 'daily', time, cron: '' })).toBeUndefined()
  })

  it('an empty expression is none', () => {
    expect(cronOf({ preset: 'custom', time: '04:00', cron: '  ' })).toBeUndefined()
  })
})

it.each([
  [-5, 'de', '0 s'],
  [420, 'de', '0,4 s'],
  [420, 'en', '0.4 s'],
  [59_400, 'de', '59 s'],
  [59_600, 'de', '1 min 0 s'],
  [200_000, 'de', '3 min 20 s'],
  [3_900_000, 'de', '1 h 5 min'],
] as const)('%i ms in %s is "%s"', (milliseconds, locale, text) => {
  expect(formatDuration(milliseconds, locale)).toBe(text)
})
