import { describe, expect, it } from 'vitest'
import type { Value } from '../../../functions/platform/store/port.ts'
import { absent, match, row, type SuiteContext, write } from './context.ts'

/** What is written comes back exactly. */
export function valueTests({ fresh, put, get, query, batch }: SuiteContext): void {
  describe('values', () => {
    const strings = [
      '',
      ' ',
      "it's",
      '"quoted" \\ back',
      'line\r\nbreak\ttab\u0000null\u001f\u007f\u0085',
      '\u2028\u2029',
      'Grüße, 日本語, العربية, 👩‍👩‍👧, e\u0301',
      '\uFEFF\uFFFD\uFFFE\uFFFF\uE000\u{10FFFF}\u{1F600}',
      '2020-01-01T00:00:00Z',
      '123',
      'true',
      '{"a":1}',
      '--changeset_x\r\nIf-Match: *',
      'x'.repeat(32_768),
      '€'.repeat(32_768),
    ]
    const numbers = [
      0,
      1,
      -1,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 31,
      3_000_000_000,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      2 ** 63,
      1.5,
      -0.1,
      1 / 3,
      1e21,
      1e-7,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      Number.MIN_VALUE,
    ]
    const names = ['_', 'a1', 'Name', 'value', 'Überschrift', '日本', 'n'.repeat(255)]
    const cases: [string, Record<string, Value>][] = [
      ['strings', Object.fromEntries(strings.map((value, n) => [`s${n}`, value]))],
      ['numbers', Object.fromEntries(numbers.map((value, n) => [`n${n}`, value]))],
      ['booleans', { yes: true, no: false }],
      ['nothing', {}],
      ['names', Object.fromEntries(names.map((name) => [name, name]))],
    ]

    it.each(cases)('%s come back exactly, one by one, from a range and from a batch', async (_, values) => {
      const p = fresh()
      await put(row(p, 'single', values))
      await batch(p, [write('batched', values)])
      expect((await get(p, 'single'))?.values).toStrictEqual(values)
      expect((await get(p, 'batched'))?.values).toStrictEqual(values)
      expect((await query(p)).rows.map((found) => found.values)).toStrictEqual([values, values])
    })

    it('minus zero becomes zero', async () => {
      const p = fresh()
      await put(row(p, 'k', { zero: -0 }))
      expect((await get(p, 'k'))?.values).toStrictEqual({ zero: 0 })
    })

    it.each([
      "it's",
      "''",
      'a b',
      ' ',
      '%',
      '%2F',
      'a+b',
      '&=;,@:',
      '()',
      '{}[]',
      '<>"|^`~',
      '.',
      '..',
      '$!*',
    ])('a key %j is an address like any other', async (key) => {
      const p = `${fresh()}${key}`
      const etag = await put(row(p, key, { a: 1 }), absent)
      expect((await get(p, key))?.etag).toBe(etag)
      const [next] = await batch(p, [write(key, { a: 2 }, match(etag))])
      const page = await query(p, { from: key })
      expect(page.rows).toEqual([{ partition: p, key, etag: next, values: { a: 2 } }])
      await batch(p, [{ kind: 'delete', key, condition: match(String(next)) }])
      expect(await get(p, key)).toBeUndefined()
    })
  })
}
