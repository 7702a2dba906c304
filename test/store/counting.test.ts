import { expect, it } from 'vitest'
import { countStore } from '../../functions/platform/store/counting.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'

it('counts what reaches the storage', async () => {
  const sqlite = openSqliteStore({ file: ':memory:' })
  const { store, counts, reset } = countStore(sqlite)
  const any = { kind: 'any' } as const
  const row = (key: string) => ({ partition: 'p', key, values: {} })
  const put = (key: string) => ({ kind: 'put' as const, key, values: {}, condition: any })

  await store.put('Rows', row('a'), any)
  await store.batch('Rows', 'p', [put('b'), put('c'), { kind: 'delete', key: 'd', condition: any }])
  await store.get('Rows', 'p', 'a')
  await store.get('Rows', 'p', 'missing')
  const { cursor } = await store.query('Rows', 'p', { limit: 2 })
  await store.query('Rows', 'p', { cursor: String(cursor) })
  await store.delete('Rows', 'p', 'a', any)
  // A conflict is billed; what the limits refuse is never sent.
  await expect(store.put('Rows', row('b'), { kind: 'absent' })).rejects.toThrow()
  await expect(store.put('Rows', row('/'), any)).rejects.toThrow()
  await expect(store.query('Rows', 'p', { cursor: 'x' })).rejects.toThrow()

  expect(counts()).toEqual({
    reads: 2,
    writes: 2,
    deletes: 1,
    queries: 2,
    batches: 1,
    transactions: 8,
    rows: 9,
  })
  reset()
  expect(counts()).toEqual({
    reads: 0,
    writes: 0,
    deletes: 0,
    queries: 0,
    batches: 0,
    transactions: 0,
    rows: 0,
  })
  sqlite.close()
})
