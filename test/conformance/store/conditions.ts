import { describe, expect, it } from 'vitest'
import { absent, any, conflict, match, row, type SuiteContext, write } from './context.ts'

/** Conditions of single writes, and the etags they compare. */
export function conditionTests({ store, fresh, put, get, query, batch }: SuiteContext): void {
  describe('conditions', () => {
    it('reads nothing where nothing is', async () => {
      expect(await get(fresh(), 'k')).toBeUndefined()
    })

    it('put any writes, and replaces the whole row', async () => {
      const p = fresh()
      await put(row(p, 'k', { a: 1, b: 'x' }))
      const etag = await put(row(p, 'k', { b: 'y' }))
      expect(await get(p, 'k')).toEqual({ partition: p, key: 'k', etag, values: { b: 'y' } })
    })

    it('put absent writes once', async () => {
      const p = fresh()
      await put(row(p, 'k', { a: 1 }), absent)
      await expect(put(row(p, 'k', { a: 2 }), absent)).rejects.toEqual(conflict)
      expect((await get(p, 'k'))?.values).toEqual({ a: 1 })
    })

    it('put match writes only over the row that was read, and replaces the whole row', async () => {
      const p = fresh()
      await expect(put(row(p, 'k', { a: 1 }), match('W/"nothing"'))).rejects.toEqual(conflict)
      const first = await put(row(p, 'k', { a: 1, gone: true }))
      const second = await put(row(p, 'k', { a: 2 }), match(first))
      await expect(put(row(p, 'k', { a: 3 }), match(first))).rejects.toEqual(conflict)
      expect(await get(p, 'k')).toEqual({ partition: p, key: 'k', etag: second, values: { a: 2 } })
    })

    it('delete any succeeds whether or not there is a row', async () => {
      const p = fresh()
      await store.delete('Rows', p, 'k', any)
      await put(row(p, 'k'))
      await store.delete('Rows', p, 'k', any)
      expect(await get(p, 'k')).toBeUndefined()
    })

    it('delete match deletes only the row that was read', async () => {
      const p = fresh()
      await expect(store.delete('Rows', p, 'k', match('W/"nothing"'))).rejects.toEqual(conflict)
      const first = await put(row(p, 'k', { a: 1 }))
      const second = await put(row(p, 'k', { a: 2 }))
      await expect(store.delete('Rows', p, 'k', match(first))).rejects.toEqual(conflict)
      expect((await get(p, 'k'))?.values).toEqual({ a: 2 })
      await store.delete('Rows', p, 'k', match(second))
      expect(await get(p, 'k')).toBeUndefined()
    })

    it.each(['*', 'x', '', 'W/"*"', 'W/"a"\r\nX-Injected: 1', '"quoted"'])(
      'an etag that was never given, %j, matches no row',
      async (etag) => {
        const p = fresh()
        await put(row(p, 'k', { a: 1 }))
        await expect(put(row(p, 'k', { a: 2 }), match(etag))).rejects.toEqual(conflict)
        await expect(store.delete('Rows', p, 'k', match(etag))).rejects.toEqual(conflict)
        await expect(batch(p, [write('k', { a: 3 }, match(etag))])).rejects.toEqual(conflict)
        await expect(batch(p, [{ kind: 'delete', key: 'k', condition: match(etag) }])).rejects.toEqual(
          conflict,
        )
        expect((await get(p, 'k'))?.values).toEqual({ a: 1 })
      },
    )

    it('the conflict names the key', async () => {
      const p = fresh()
      await put(row(p, 'k'))
      await expect(put(row(p, 'k'), absent)).rejects.toMatchObject({ params: { key: 'k' } })
      await expect(batch(p, [write('a', {}), write('k', {}, absent)])).rejects.toMatchObject({
        params: { key: 'k' },
      })
    })
  })

  describe('etags', () => {
    it('the etag of a write is the one that is read, also in a range', async () => {
      const p = fresh()
      const etag = await put(row(p, 'k', { a: 1 }))
      const [batched] = await batch(p, [write('l', { a: 1 })])
      expect((await get(p, 'k'))?.etag).toBe(etag)
      expect((await query(p)).rows.map((found) => found.etag)).toEqual([etag, batched])
    })

    it('changes with every write, also of the same values, and after delete and re-create', async () => {
      const p = fresh()
      const etags: (string | undefined)[] = []
      for (let round = 0; round < 3; round++) {
        etags.push(await put(row(p, 'k', { a: 1 })))
        etags.push(await put(row(p, 'k', { a: 1 })))
        etags.push(...(await batch(p, [write('k', { a: 1 })])))
        await store.delete('Rows', p, 'k', any)
      }
      expect(new Set(etags).size).toBe(9)
      const last = await put(row(p, 'k', { a: 1 }))
      for (const old of etags) {
        await expect(put(row(p, 'k', { a: 2 }), match(String(old)))).rejects.toEqual(conflict)
      }
      expect((await get(p, 'k'))?.etag).toBe(last)
    })
  })
}
