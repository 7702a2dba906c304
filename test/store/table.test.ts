import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { countStore } from '../../functions/platform/store/counting.ts'
import { rowBytes } from '../../functions/platform/store/limits.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { chunksOf, defineTable, type TypedWrite } from '../../functions/platform/store/table.ts'

const any = { kind: 'any' } as const

const schema = z.object({
  text: z.string(),
  count: z.number(),
  flag: z.boolean(),
  state: z.enum(['open', 'closed']),
  note: z.string().optional(),
  manager: z.string().nullable(),
  both: z.number().nullish(),
  tags: z.array(z.string()),
  lease: z.object({ owner: z.string(), until: z.number().nullable() }).optional(),
  mixed: z.union([z.string(), z.object({ a: z.number() })]),
  extra: z.json().optional(),
  retries: z.number().default(3),
})
type Person = z.infer<typeof schema>

const person: Person = {
  text: '',
  count: -0.5,
  flag: false,
  state: 'open',
  manager: null,
  tags: [],
  mixed: 'm',
  retries: 0,
}

describe('a typed table', () => {
  let counted: ReturnType<typeof countStore>
  let close: () => void
  const definition = defineTable({ name: 'Typed', schema })

  beforeEach(() => {
    const store = openSqliteStore({ file: ':memory:' })
    close = store.close
    counted = countStore(store)
  })
  afterEach(() => {
    close()
  })
  const table = () => definition.bind(counted.store)
  const raw = async () => (await counted.store.get('Typed', 'p', 'k'))?.values

  it.each<[string, Person]>([
    ['the least', person],
    ['undefined and null', { ...person, note: undefined, both: null, lease: undefined }],
    [
      'everything',
      {
        ...person,
        note: 'n',
        manager: 'm',
        both: 4,
        tags: ['a', ''],
        lease: { owner: 'o', until: null },
        mixed: { a: 1 },
        extra: { deep: [1, null, { x: 'y' }] },
      },
    ],
    ['null and scalars in JSON', { ...person, extra: null }],
    ['a string where JSON could be', { ...person, extra: '{"a":1}' }],
  ])('gives back %s', async (_, value) => {
    await table().put('p', 'k', value, any)
    const { note, lease, ...rest } = value
    const expected = {
      ...rest,
      ...(note === undefined ? {} : { note }),
      ...(lease === undefined ? {} : { lease }),
    }
    expect((await table().get('p', 'k'))?.value).toStrictEqual(expected)
  })

  it('gives back whatever the schema allows', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((made) => made.isWellFormed())
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((made) => made + 0)
    const persons = fc.record(
      {
        text,
        count: number,
        flag: fc.boolean(),
        state: fc.constantFrom('open' as const, 'closed' as const),
        note: text,
        manager: fc.option(text),
        both: fc.option(number),
        tags: fc.array(text, { maxLength: 3 }),
        lease: fc.record({ owner: text, until: fc.option(number) }),
        mixed: fc.oneof(text, fc.record({ a: number })),
        retries: number,
      },
      {
        requiredKeys: ['text', 'count', 'flag', 'state', 'manager', 'tags', 'mixed', 'retries'],
        noNullPrototype: true,
      },
    )
    await fc.assert(
      fc.asyncProperty(persons, async (value) => {
        await table().put('p', 'k', value, any)
        expect((await table().get('p', 'k'))?.value).toEqual(value)
      }),
    )
  })

  it('keeps scalars as they are and everything else as JSON', async () => {
    await table().put('p', 'k', { ...person, tags: ['a'], both: null, note: undefined }, any)
    expect(await raw()).toEqual({
      text: '',
      count: -0.5,
      flag: false,
      state: 'open',
      tags__json: '["a"]',
      both__json: 'null',
      mixed: 'm',
      retries: 0,
    })
  })

  it('fills defaults of fields that a row does not have yet, and ignores those it has no longer', async () => {
    const { text, count, flag, state } = person
    const values = { text, count, flag, state, mixed: 'm', tags__json: '[]', dropped: 1, gone__json: '{}' }
    await counted.store.put('Typed', { partition: 'p', key: 'k', values }, any)
    expect((await table().get('p', 'k'))?.value).toStrictEqual({ ...person, retries: 3 })
  })

  it('a row that does not fit is an error with its address and without its values', async () => {
    const values = { text: 'secret-1', count: 'secret-2', tags__json: '["secret-3"' }
    await counted.store.put('Typed', { partition: 'p', key: 'k', values }, any)
    const error = await table()
      .get('p', 'k')
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(String(error)).toBe('Error: The row Typed/p/k does not fit its schema: tags: not JSON')
    await counted.store.put(
      'Typed',
      { partition: 'p', key: 'k', values: { ...values, tags__json: '[1]' } },
      any,
    )
    const misfit = String(
      await table()
        .get('p', 'k')
        .catch((thrown: unknown) => thrown),
    )
    expect(misfit).toContain('Typed/p/k')
    expect(misfit).toContain('count: invalid_type')
    expect(misfit).toContain('tags.0: invalid_type')
    expect(misfit).not.toContain('secret')
  })

  it('a value that is not of the schema is not written', async () => {
    const wrong = { ...person, count: Number.NaN }
    await expect(table().put('p', 'k', wrong, any)).rejects.toThrow(
      'Typed/p/k does not fit its schema: count',
    )
    await expect(
      table().batch('p', [{ kind: 'put', key: 'k', value: wrong, condition: any }]),
    ).rejects.toThrow('Typed/p/k')
    expect(await raw()).toBeUndefined()
  })

  it('JSON over the limit of a string is refused', async () => {
    const value = { ...person, tags: ['x'.repeat(32_768)] }
    await expect(table().put('p', 'k', value, any)).rejects.toMatchObject({
      code: 'store-limit',
      params: { limit: expect.stringContaining('tags__json') },
    })
  })

  it('passes conditions, etags and deletes on', async () => {
    const etag = await table().put('p', 'k', person, { kind: 'absent' })
    expect(await table().get('p', 'k')).toMatchObject({ partition: 'p', key: 'k', etag })
    await expect(table().put('p', 'k', person, { kind: 'absent' })).rejects.toMatchObject({
      code: 'store-conflict',
    })
    const [next] = await table().batch('p', [
      { kind: 'put', key: 'k', value: { ...person, count: 2 }, condition: { kind: 'match', etag } },
      { kind: 'delete', key: 'other', condition: any },
    ])
    await expect(table().delete('p', 'k', { kind: 'match', etag })).rejects.toMatchObject({
      code: 'store-conflict',
    })
    await table().delete('p', 'k', { kind: 'match', etag: String(next) })
    expect(await table().get('p', 'k')).toBeUndefined()
  })

  it('row types of one table share a batch', async () => {
    const figures = defineTable({ name: 'Typed', schema: z.object({ total: z.number() }) }).bind(
      counted.store,
    )
    await counted.store.batch('Typed', 'p', [
      table().toPut('k', person, any),
      figures.toPut('!stats', { total: 1 }, any),
    ])
    expect((await figures.get('p', '!stats'))?.value).toEqual({ total: 1 })
    expect((await table().get('p', 'k'))?.value).toEqual(person)
  })

  it('chunked writes any number in order, all pages through them', async () => {
    const writes: TypedWrite<Person>[] = Array.from({ length: 2250 }, (_, n) => ({
      kind: 'put',
      key: `k${String(n).padStart(5, '0')}`,
      value: { ...person, count: n },
      condition: any,
    }))
    const etags = await table().chunked('p', [...writes, { kind: 'delete', key: 'k00000', condition: any }])
    expect(etags).toHaveLength(2251)
    expect(etags.filter((etag) => etag === undefined)).toHaveLength(1)
    expect(counted.counts().batches).toBe(23)
    counted.reset()
    const counts: number[] = []
    for await (const { value } of table().all('p')) counts.push(value.count)
    expect(counts).toEqual(Array.from({ length: 2249 }, (_, n) => n + 1))
    expect(counted.counts().queries).toBe(3)
    const some: string[] = []
    for await (const { key } of table().all('p', { from: 'k00010', to: 'k00012' })) some.push(key)
    expect(some).toEqual(['k00010', 'k00011'])
    const page = await table().query('p', { limit: 2 })
    expect(page.rows.map(({ value }) => value.count)).toEqual([1, 2])
    const next = await table().query('p', { limit: 1, cursor: String(page.cursor) })
    expect(next.rows.map(({ value }) => value.count)).toEqual([3])
  })

  it('chunks end at 100 writes, at 4 MiB and before a key that comes again', () => {
    const put = (key: string, length = 0) => ({
      kind: 'put' as const,
      key,
      values: Object.fromEntries(
        Array.from({ length: Math.ceil(length / 32_000) }, (_, n) => [`p${n}`, 'x'.repeat(32_000)]),
      ),
      condition: any,
    })
    const keys = (chunks: readonly (readonly { key: string }[])[]) =>
      chunks.map((chunk) => chunk.map(({ key }) => key))
    expect(chunksOf('p', [])).toEqual([])
    expect(
      keys(
        chunksOf(
          'p',
          ['a', 'b', 'a', 'c', 'a'].map((key) => put(key)),
        ),
      ),
    ).toEqual([['a', 'b'], ['a', 'c'], ['a']])
    const many = Array.from({ length: 250 }, (_, n) => put(`k${n}`))
    expect(chunksOf('p', many).map((chunk) => chunk.length)).toEqual([100, 100, 50])
    const large = Array.from({ length: 10 }, (_, n) => put(`k${n}`, 480_000))
    expect(rowBytes('p', 'k0', large[0]?.values ?? {})).toBeGreaterThan(900_000)
    expect(chunksOf('p', large).map((chunk) => chunk.length)).toEqual([4, 4, 2])
  })
})

describe('a table definition', () => {
  const broken: [string, z.ZodObject, string][] = [
    ['a reserved name', z.object({ etag: z.string() }), 'reserved'],
    ['a name that is no identifier', z.object({ 'a-b': z.string() }), 'identifier'],
    ['a name with the mark of JSON', z.object({ a__json: z.string() }), '__json'],
    ['a date', z.object({ a: z.date() }), 'date'],
    ['a map deep inside', z.object({ a: z.object({ b: z.array(z.map(z.string(), z.string())) }) }), 'map'],
    ['a big integer', z.object({ a: z.bigint().optional() }), 'bigint'],
    ['a transform', z.object({ a: z.string().transform((text) => text.length) }), 'transform'],
  ]
  it.each(broken)('with %s is refused', (_, schemaOfRow, message) => {
    expect(() => defineTable({ name: 'Broken', schema: schemaOfRow })).toThrow(message)
  })

  it('with a name that Tables does not allow is refused', () => {
    expect(() => defineTable({ name: 'a-b', schema: z.object({}) })).toThrow('table name')
  })
})
