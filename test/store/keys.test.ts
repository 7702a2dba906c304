import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyProblem } from '../../functions/platform/store/limits.ts'
import { keyOf, keysUnder, padNumber, partsOf } from '../../functions/platform/store/table.ts'

const hard = fc.constantFrom(
  '',
  '/',
  '\\',
  '#',
  '?',
  '!',
  '$',
  '$-',
  '$0021',
  ' ',
  '%',
  '\u0000',
  '\u009f',
  '\ud800',
)
const part = fc.oneof(hard, fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 12 }))
const parts = fc.array(part, { minLength: 1, maxLength: 5 })
/** Parts of characters that stay as they are. */
const plainParts = fc.array(fc.stringMatching(/^[%-.0-9A-Za-z~äß😀]{1,6}$/u), { minLength: 1, maxLength: 4 })

const byUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const bySegment = (a: readonly string[], b: readonly string[]): number => {
  for (const [index, text] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    if (text !== other) return byUnit(text, other)
  }
  return a.length - b.length
}

describe('keyOf', () => {
  it.each([
    [['run', 'a-1', 7], 'run!a-1!7'],
    [['a/b#c'], 'a$002fb$0023c'],
    [['', ''], '$-!$-'],
    [['5 $!'], '5$0020$0024$0021'],
    [['Müller', -3], 'Müller!-3'],
  ])('%j is %s', (given, key) => {
    expect(keyOf(...given)).toBe(key)
  })

  it('can be taken apart again and is allowed as a key', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const key = keyOf(...given)
        expect(partsOf(key)).toEqual(given)
        if (key.length <= 500) expect(keyProblem(key)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('gives different keys for different parts', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(keyOf(...a) === keyOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
    )
  })

  it('keeps the order of the parts', () => {
    fc.assert(
      fc.property(plainParts, plainParts, (a, b) => {
        expect(Math.sign(byUnit(keyOf(...a), keyOf(...b)))).toBe(Math.sign(bySegment(a, b)))
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps the order of numbers of fixed width', () => {
    const number = fc.nat({ max: 999_999 })
    fc.assert(
      fc.property(part, number, number, (prefix, a, b) => {
        const key = (n: number) => keyOf(prefix, padNumber(n, 6), 'rest')
        expect(byUnit(key(a), key(b))).toBe(Math.sign(a - b))
      }),
    )
  })

  it('keysUnder holds exactly the keys with more parts', () => {
    fc.assert(
      fc.property(parts, parts, (prefix, other) => {
        const { from, to } = keysUnder(...prefix)
        const inside = (key: string) => key >= from && key < to
        expect(inside(keyOf(...prefix, ...other))).toBe(true)
        expect(inside(keyOf(...prefix))).toBe(false)
        const under =
          other.length > prefix.length &&
          JSON.stringify(other.slice(0, prefix.length)) === JSON.stringify(prefix)
        expect(inside(keyOf(...other))).toBe(under)
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses what cannot be kept', () => {
    expect(() => keyOf()).toThrow(RangeError)
    for (const number of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => keyOf('a', number)).toThrow(RangeError)
    }
  })
})

describe('padNumber', () => {
  it.each([
    [0, 3, '000'],
    [42, 5, '00042'],
    [999, 3, '999'],
  ])('%d in %d digits is %s', (value, width, text) => {
    expect(padNumber(value, width)).toBe(text)
  })

  it.each([
    [1000, 3],
    [-1, 3],
    [1.5, 3],
    [Number.NaN, 3],
  ])('refuses %d in %d digits', (value, width) => {
    expect(() => padNumber(value, width)).toThrow(RangeError)
  })
})
