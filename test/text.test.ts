import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillIn, type Placeholders, withNames } from '../shared/text.ts'

const bookings = {
  en: '{count|# booking|# bookings} of {name}',
  de: '{count|# Buchung|# Buchungen} von {name}',
} as const

describe('a text with parameters', () => {
  it.each([
    ['en', 0, '0 bookings of x'],
    ['en', 1, '1 booking of x'],
    ['en', 2, '2 bookings of x'],
    ['en', 12_345, '12,345 bookings of x'],
    ['en', 1.5, '1.5 bookings of x'],
    ['de', 0, '0 Buchungen von x'],
    ['de', 1, '1 Buchung von x'],
    ['de', 2, '2 Buchungen von x'],
    ['de', 12_345, '12.345 Buchungen von x'],
    ['de', 1.5, '1,5 Buchungen von x'],
  ] as const)('counts in %s: %d', (language, count, text) => {
    expect(fillIn(bookings[language], { count, name: 'x' }, language)).toBe(text)
  })

  it.each<[string, Readonly<Record<string, string | number>>, string, string]>([
    ['{status}', { status: 1404 }, '1404', 'a number that is no count stays as it is'],
    ['{count|#} new', { count: 1404 }, '1,404 new', 'one form only writes the number'],
    ['{count|once|# times}', { count: 1 }, 'once', 'a form needs no number'],
    ['{count|# day|# days}', { count: 'many' }, 'many days', 'what is no number is written as it is'],
    ['{count|# day|# days}', {}, '{count}', 'what is missing stays visible'],
    ['{toString}', {}, '{toString}', 'what every object has is no parameter'],
    ['{a}', { a: '{b|x|y}', b: 1 }, '{b|x|y}', 'values are not filled in themselves'],
    ['{}', {}, '{}', 'braces without a name are only braces'],
  ])('%s with %j: %s (%s)', (text, params, expected, _) => {
    expect(fillIn(text, params, 'en')).toBe(expected)
  })

  it('shows all that it is given, and never fails', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.double())
    fc.assert(
      fc.property(value, value, fc.constantFrom('en' as const, 'de' as const), (a, b, language) => {
        expect(fillIn('<{a}|{b}>', { a, b }, language)).toBe(`<${a}|${b}>`)
        const counted = fillIn('{a|# x|# y}', { a }, language)
        expect(counted.endsWith(a === 1 || a === -1 ? ' x' : ' y')).toBe(true)
      }),
    )
  })

  it('may be shown with its names', () => {
    expect(withNames('There {count|is # group|are # groups} in {name}')).toBe(
      'There are {count} groups in {name}',
    )
  })

  it('tells the compiler what it needs', () => {
    const names: Record<Placeholders<(typeof bookings)['en']>, true> = { count: true, name: true }
    expect(Object.keys(names)).toEqual(['count', 'name'])
  })
})
