import { describe, expect, it } from 'vitest'
import { absent, any, conflict, match, row, type SuiteContext } from './context.ts'

/** Partitions, tables and concurrent writers. */
export function isolationTests({ store, fresh, put, get, query }: SuiteContext): void {
  describe('isolation', () => {
    it('partitions and tables do not see each other', async () => {
      const all = Array.from({ length: 30 }, fresh)
      await Promise.all(all.map((p, n) => put(row(p, 'k', { n }))))
      await store.put('Others', row(String(all[0]), 'k', { n: -1 }), any)
      for (const [n, p] of all.entries()) {
        expect((await query(p)).rows.map(({ values }) => values.n)).toEqual([n])
      }
      await store.delete('Rows', String(all[0]), 'k', any)
      expect((await store.get('Others', String(all[0]), 'k'))?.values).toEqual({ n: -1 })
      expect((await get(String(all[1]), 'k'))?.values).toEqual({ n: 1 })
    })

    it('the case of a table name does not matter', async () => {
      const p = fresh()
      await store.put('ROWS', row(p, 'k', { a: 1 }), any)
      expect((await store.get('rows', p, 'k'))?.values).toEqual({ a: 1 })
    })

    it('concurrent increments with a retry on conflict lose no update', async () => {
      const p = fresh()
      await put(row(p, 'counter', { n: 0 }))
      let conflicts = 0
      async function increment(): Promise<void> {
        for (;;) {
          const found = await get(p, 'counter')
          try {
            const n = Number(found?.values.n) + 1
            await put(row(p, 'counter', { n }), match(String(found?.etag)))
            return
          } catch (error) {
            expect(error).toEqual(conflict)
            conflicts += 1
          }
        }
      }
      await Promise.all(Array.from({ length: 20 }, increment))
      expect((await get(p, 'counter'))?.values.n).toBe(20)
      expect(conflicts).toBeGreaterThan(0)
    })

    it('of many who insert the same row at once, one succeeds', async () => {
      const p = fresh()
      const attempts = Array.from({ length: 10 }, (_, n) => put(row(p, 'lock', { n }), absent))
      const results = await Promise.allSettled(attempts)
      const winner = results.findIndex(({ status }) => status === 'fulfilled')
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect((await get(p, 'lock'))?.values.n).toBe(winner)
    })
  })
}
