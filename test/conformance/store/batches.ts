import { describe, expect, it } from 'vitest'
import type { Write } from '../../../functions/platform/store/port.ts'
import { absent, any, conflict, match, row, type SuiteContext, write } from './context.ts'

/** Atomic batches. */
export function batchTests({ fresh, put, query, batch }: SuiteContext): void {
  describe('batches', () => {
    it('writes and deletes all, and returns the etags in order', async () => {
      const p = fresh()
      const old = await put(row(p, 'old', { a: 1 }))
      const kept = await put(row(p, 'kept', { a: 1 }))
      await put(row(p, 'any', { a: 1 }))
      const etags = await batch(p, [
        write('new', { a: 2 }, absent),
        { kind: 'delete', key: 'old', condition: match(old) },
        write('kept', { a: 3 }, match(kept)),
        { kind: 'delete', key: 'any', condition: any },
        write('upserted', { a: 4 }),
      ])
      expect(etags.map((etag) => typeof etag)).toEqual([
        'string',
        'undefined',
        'string',
        'undefined',
        'string',
      ])
      const { rows } = await query(p)
      expect(rows.map(({ key, etag, values }) => [key, etag, values.a])).toEqual([
        ['kept', etags[2], 3],
        ['new', etags[0], 2],
        ['upserted', etags[4], 4],
      ])
    })

    const failing: [string, (etag: string) => Write][] = [
      ['put absent of a row that is there', () => write('there', { a: 9 }, absent)],
      ['put match with an old etag', (old) => write('there', { a: 9 }, match(old))],
      ['put match of a row that is not there', (old) => write('missing', { a: 9 }, match(old))],
      ['delete match with an old etag', (old) => ({ kind: 'delete', key: 'there', condition: match(old) })],
      [
        'delete match of a row that is not there',
        (old) => ({ kind: 'delete', key: 'missing', condition: match(old) }),
      ],
    ]
    it.each(failing)('%s changes nothing', async (_, bad) => {
      const p = fresh()
      const old = await put(row(p, 'there', { a: 1 }))
      await put(row(p, 'there', { a: 2 }))
      await put(row(p, 'victim', { a: 1 }))
      const before = await query(p)
      const writes: Write[] = [
        write('first', { a: 1 }),
        write('victim', { a: 2 }),
        { kind: 'delete', key: 'never', condition: any },
        bad(old),
        write('last', { a: 1 }),
      ]
      await expect(batch(p, writes)).rejects.toEqual(conflict)
      expect(await query(p)).toEqual(before)
    })

    it('delete any of rows that are not there does not hold up the others', async () => {
      const p = fresh()
      await put(row(p, 'there', { a: 1 }))
      const gone = (key: string): Write => ({ kind: 'delete', key, condition: any })
      const etags = await batch(p, [gone('x'), write('new', { a: 1 }), gone('there'), gone('y')])
      expect(etags.map((etag) => typeof etag)).toEqual(['undefined', 'string', 'undefined', 'undefined'])
      expect((await query(p)).rows.map(({ key }) => key)).toEqual(['new'])
      expect(await batch(p, [gone('x'), gone('y')])).toEqual([undefined, undefined])
    })

    it('takes 100 writes', async () => {
      const p = fresh()
      const writes = Array.from({ length: 100 }, (_, n) => write(`k${n}`, { n }))
      expect(new Set(await batch(p, writes)).size).toBeGreaterThan(0)
      expect((await query(p)).rows).toHaveLength(100)
    })
  })
}
