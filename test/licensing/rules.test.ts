import { describe, expect, it } from 'vitest'
import { hrNeeds } from '../../functions/hr/rules/needs.ts'
import {
  type ArticleState,
  articles,
  dayIn,
  stateOf,
  trialFrom,
} from '../../functions/licensing/rules/licence.ts'
import { articlesFor } from '../../functions/licensing/rules/needs.ts'

const at = (iso: string) => Date.parse(iso)

describe('an article (A11)', () => {
  it.each<[string, boolean, string | undefined, string, ArticleState]>([
    ['never ordered', false, undefined, '2026-11-26T12:00:00Z', 'inactive'],
    ['taken away before its end', false, '2027-12-31', '2026-11-26T12:00:00Z', 'inactive'],
    ['without an end', true, undefined, '2099-01-01T00:00:00Z', 'active'],
    [
      'in the last second of its last day, in winter',
      true,
      '2026-11-30',
      '2026-11-30T22:59:59.999Z',
      'active',
    ],
    ['when its last day is over, in winter', true, '2026-11-30', '2026-11-30T23:00:00Z', 'ended'],
    [
      'in the last second of its last day, in summer',
      true,
      '2026-06-30',
      '2026-06-30T21:59:59.999Z',
      'active',
    ],
    ['when its last day is over, in summer', true, '2026-06-30', '2026-06-30T22:00:00Z', 'ended'],
    ['on the day with 25 hours', true, '2026-10-25', '2026-10-25T22:59:59.999Z', 'active'],
    ['at the end of a year', true, '2026-12-31', '2026-12-31T23:00:00Z', 'ended'],
  ])('%s', (_, active, validUntil, now, state) => {
    expect(stateOf({ active, validUntil }, at(now))).toBe(state)
  })

  it('has days as calendars in Berlin show them', () => {
    expect(dayIn(at('2026-12-31T22:59:59Z'))).toBe('2026-12-31')
    expect(dayIn(at('2026-12-31T23:00:00Z'))).toBe('2027-01-01')
    expect(dayIn(at('2026-03-01T12:00:00Z'))).toBe('2026-03-01')
  })
})

describe('the trial', () => {
  it.each([
    ['in the morning', '2026-11-26T08:00:00Z', '2026-12-26T22:59:59.999Z'],
    ['when it is already tomorrow in Berlin', '2026-11-26T23:30:00Z', '2026-12-27T22:59:59.999Z'],
    ['over the change to summer time', '2026-03-10T08:00:00Z', '2026-04-09T21:59:59.999Z'],
    ['over the end of February', '2028-02-15T08:00:00Z', '2028-03-16T22:59:59.999Z'],
  ])('has everything for 30 days to the end of the day, begun %s', (_, created, last) => {
    const { kind, orders } = trialFrom(at(created))
    expect(kind).toBe('trial')
    for (const article of articles) {
      expect(stateOf(orders[article], at(created))).toBe('active')
      expect(stateOf(orders[article], at(created) + 30 * 86_400_000)).toBe('active')
      expect(stateOf(orders[article], at(last))).toBe('active')
      expect(stateOf(orders[article], at(last) + 1)).toBe('ended')
    }
  })
})

describe('what needs an article', () => {
  const recording = ['terminalConnection', 'mobileApp']
  const identifying = ['terminalConnection', 'accessControl']

  it.each<[string, 'token' | 'user', unknown, readonly string[] | undefined]>([
    ['createBookings', 'token', { items: [] }, recording],
    ['createBookings', 'user', { items: [] }, ['mobileApp']],
    ['requestAbsences', 'token', { items: [] }, recording],
    ['requestAbsences', 'user', { items: [] }, ['mobileApp']],
    ['editPerson', 'token', { identMedia: ['A1'] }, identifying],
    ['editPerson', 'user', { identMedia: ['A1'], locked: true }, identifying],
    // What must always be possible: locking, and taking the last medium away.
    ['editPerson', 'user', { locked: true }, undefined],
    ['editPerson', 'user', { identMedia: [] }, undefined],
    ['editPerson', 'token', { groups: ['g1'] }, undefined],
    ['actOnPeople', 'user', { action: { kind: 'lock' } }, undefined],
    ['startRun', 'token', {}, undefined],
    ['retryBooking', 'user', undefined, undefined],
    ['listBookings', 'token', undefined, undefined],
  ])('%s by a %s with %j: %j', (endpoint, by, body, expected) => {
    expect(articlesFor({ endpoint, by, body }, hrNeeds)).toEqual(expected)
  })
})
