import { describe, expect, it } from 'vitest'
import type { StoredRow } from '../../../functions/platform/store/port.ts'
import { any, row, type SuiteContext, write } from './context.ts'

/** Ranges of one partition, and paging through them. */
export function rangeTests({ store, fresh, put, query }: SuiteContext): void {
  async function readAll(
    partition: string,
    limit: number,
    between?: (rows: readonly StoredRow[]) => unknown,
  ) {
    const rows: StoredRow[] = []
    let cursor: string | undefined
    do {
      const page = await query(partition, {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      })
      rows.push(...page.rows)
      cursor = page.cursor
      await between?.(rows)
    } while (cursor !== undefined)
    return rows
  }

  describe('ranges', () => {
    it('from is inclusive, to exclusive, in key order whatever the order of writing', async () => {
      const p = fresh()
      for (const key of ['c', 'a', 'e', 'b', 'd', 'aa']) await put(row(p, key))
      const keys = async (range: { from?: string; to?: string; limit?: number }) =>
        (await query(p, range)).rows.map(({ key }) => key)
      expect(await keys({})).toEqual(['a', 'aa', 'b', 'c', 'd', 'e'])
      expect(await keys({ from: 'b' })).toEqual(['b', 'c', 'd', 'e'])
      expect(await keys({ to: 'c' })).toEqual(['a', 'aa', 'b'])
      expect(await keys({ from: 'a', to: 'b' })).toEqual(['a', 'aa'])
      expect(await keys({ from: 'aaa', to: 'd', limit: 1 })).toEqual(['b'])
      expect(await keys({ from: 'd', to: 'b' })).toEqual([])
      expect(await keys({ from: '', to: '' })).toEqual([])
      expect(await keys({ from: "it's", to: '~/#' })).toEqual([])
    })

    it('compares keys by UTF-16 code unit', async () => {
      const p = fresh()
      const keys = ['\u{10FFFF}', '\uFFFD', '\uE000', '\uFFFF', '\u{1F600}', '\u{10000}', '\uD7FF', 'z', 'é']
      const mixed = [...keys, ...keys.map((key) => `a${key}`), ...keys.map((key) => `${key}0`)]
      await store.batch(
        'Rows',
        p,
        mixed.map((key) => write(key, {})),
      )
      const sorted = [...mixed].sort()
      expect((await query(p)).rows.map(({ key }) => key)).toEqual(sorted)
      for (const from of keys) {
        const { rows } = await query(p, { from })
        expect(rows.map(({ key }) => key)).toEqual(sorted.filter((key) => key >= from))
      }
    })

    it('pages through 2,500 rows, each once', async () => {
      const p = fresh()
      const keys = Array.from({ length: 2500 }, (_, n) => `row-${String((n * 7919) % 2500).padStart(5, '0')}`)
      for (let from = 0; from < keys.length; from += 100) {
        await store.batch(
          'Rows',
          p,
          keys.slice(from, from + 100).map((key) => write(key, { key })),
        )
      }
      keys.sort()
      expect((await query(p)).rows).toHaveLength(1000)
      for (const limit of [1000, 333]) {
        expect((await readAll(p, limit)).map(({ key }) => key)).toEqual(keys)
      }
    })

    it('goes on after the last row of a page while rows come and go', async () => {
      const p = fresh()
      for (const key of ['b', 'd', 'f', 'h', 'j']) await put(row(p, key))
      let page = 0
      const rows = await readAll(p, 2, async () => {
        page += 1
        if (page !== 1) return
        // Behind the cursor, at the cursor, before it, and far ahead.
        await put(row(p, 'a'))
        await store.delete('Rows', p, 'd', any)
        await store.delete('Rows', p, 'f', any)
        await put(row(p, 'e'))
        await put(row(p, 'z'))
      })
      expect(rows.map(({ key }) => key)).toEqual(['b', 'd', 'e', 'h', 'j', 'z'])
    })

    it('keeps to the range and limit of each page', async () => {
      const p = fresh()
      for (const key of ['a', 'b', 'c', 'd', 'e']) await put(row(p, key))
      const range = { from: 'b', to: 'e' }
      const first = await query(p, { ...range, limit: 1 })
      const rest = await query(p, { ...range, cursor: String(first.cursor) })
      expect(rest.rows.map(({ key }) => key)).toEqual(['c', 'd'])
      expect(rest.cursor).toBeUndefined()
    })

    it('refuses a cursor that the query did not return', async () => {
      const p = fresh()
      for (const key of ['a', 'b', 'c']) await put(row(p, key))
      const { cursor } = await query(p, { limit: 1 })
      const good = String(cursor)
      const invalid = expect.objectContaining({ code: 'invalid-request' })
      const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const bad = [
        '',
        'x',
        '{}',
        json({}),
        json(['', 'a']),
        json(['a', '\u0000']),
        `${good}AA`,
        good.slice(1),
      ]
      for (const wrong of bad) {
        await expect(query(p, { cursor: wrong }), wrong).rejects.toEqual(invalid)
      }
      await expect(query(fresh(), { cursor: good })).rejects.toEqual(invalid)
      await expect(store.query('Others', p, { cursor: good })).rejects.toEqual(invalid)
      await expect(query(p, { from: 'a', cursor: good })).rejects.toEqual(invalid)
      await expect(query(p, { to: 'c', cursor: good })).rejects.toEqual(invalid)
      expect((await query(p, { limit: 2, cursor: good })).rows).toHaveLength(2)
    })
  })
}
