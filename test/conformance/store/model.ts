import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Condition, Store, Value, Write } from '../../../functions/platform/store/port.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import type { SuiteContext } from './context.ts'

/** Which etag a write expects: none, that of the row as it is, or one that the row had before. */
type Expectation = 'any' | 'absent' | 'current' | 'old'

type ModelWrite =
  | { kind: 'put'; key: string; values: Record<string, Value>; expects: Expectation }
  | { kind: 'delete'; key: string; expects: Exclude<Expectation, 'absent'> }

type Step =
  | { kind: 'write'; write: ModelWrite }
  | { kind: 'batch'; writes: ModelWrite[] }
  | { kind: 'read'; key: string }
  | { kind: 'pages'; from: string; to: string; limit: number }

interface ModelRow {
  readonly etag: string
  readonly values: Record<string, Value>
}

const key = fc.constantFrom('a', 'aa', 'b', "b'", 'ä', '\uE000', '\u{1F600}', '~')
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed()),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.integer(),
  fc.boolean(),
)
const values = fc.dictionary(fc.constantFrom('a', 'b', 'c_1', 'Ä'), value, { noNullPrototype: true })

const write: fc.Arbitrary<ModelWrite> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    key,
    values,
    expects: fc.constantFrom('any' as const, 'absent' as const, 'current' as const, 'old' as const),
  }),
  fc.record({
    kind: fc.constant('delete' as const),
    key,
    expects: fc.constantFrom('any' as const, 'current' as const, 'old' as const),
  }),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: write.map((made) => ({ kind: 'write' as const, write: made })) },
  {
    weight: 2,
    arbitrary: fc
      .uniqueArray(write, { selector: (made) => made.key, minLength: 1, maxLength: 5 })
      .map((writes) => ({ kind: 'batch' as const, writes })),
  },
  { weight: 1, arbitrary: key.map((found) => ({ kind: 'read' as const, key: found })) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pages' as const),
      from: key,
      to: key,
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
)

/** Random histories on the store and on a plain Map must not differ. */
export function modelTests({ store, fresh }: SuiteContext, runs: number): void {
  it('behaves like a map of rows', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await play(store, fresh(), steps)
      }),
      { numRuns: runs },
    )
  })
}

async function play(store: Store, partition: string, steps: readonly Step[]): Promise<void> {
  const rows = new Map<string, ModelRow>()
  const etags = new Set<string>()
  const old = new Map<string, string>()

  function conditionOf({ key: at, expects }: ModelWrite): Condition {
    if (expects === 'any' || expects === 'absent') return { kind: expects }
    const etag = expects === 'current' ? rows.get(at)?.etag : old.get(at)
    return { kind: 'match', etag: etag ?? 'W/"never"' }
  }

  function holds({ key: at, expects }: ModelWrite): boolean {
    if (expects === 'any') return true
    if (expects === 'absent') return !rows.has(at)
    return expects === 'current' && rows.has(at)
  }

  function remember(made: ModelWrite, etag: string | undefined): void {
    const before = rows.get(made.key)
    if (before !== undefined) old.set(made.key, before.etag)
    if (made.kind === 'delete') {
      expect(etag).toBeUndefined()
      rows.delete(made.key)
      return
    }
    expect(etags.has(`${made.key} ${etag}`), 'an etag came again').toBe(false)
    etags.add(`${made.key} ${etag}`)
    rows.set(made.key, { etag: String(etag), values: made.values })
  }

  async function write(writes: readonly ModelWrite[], send: () => Promise<readonly (string | undefined)[]>) {
    const expected = writes.every(holds)
    try {
      const sent = await send()
      expect(expected, 'a condition that does not hold was ignored').toBe(true)
      for (const [index, made] of writes.entries()) remember(made, sent[index])
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
      expect(expected, 'a conflict without a reason').toBe(false)
    }
  }

  const portWrite = (made: ModelWrite): Write => {
    const condition = conditionOf(made)
    if (made.kind === 'put') return { kind: 'put', key: made.key, values: made.values, condition }
    if (condition.kind === 'absent') throw new Error('A delete never expects absence')
    return { kind: 'delete', key: made.key, condition }
  }

  async function single(made: ModelWrite): Promise<(string | undefined)[]> {
    const sent = portWrite(made)
    if (sent.kind === 'put') {
      return [await store.put('Rows', { partition, key: sent.key, values: sent.values }, sent.condition)]
    }
    await store.delete('Rows', partition, sent.key, sent.condition)
    return [undefined]
  }

  async function pages(from: string, to: string, limit: number): Promise<void> {
    const expected = [...rows]
      .filter(([at]) => at >= from && at < to)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([at, found]) => ({ partition, key: at, ...found }))
    const found = []
    let cursor: string | undefined
    do {
      const page = await store.query('Rows', partition, {
        from,
        to,
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      })
      expect(page.rows.length).toBeLessThanOrEqual(limit)
      found.push(...page.rows)
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(found).toEqual(expected)
  }

  for (const made of steps) {
    switch (made.kind) {
      case 'write':
        await write([made.write], () => single(made.write))
        break
      case 'batch':
        await write(made.writes, () => store.batch('Rows', partition, made.writes.map(portWrite)))
        break
      case 'read': {
        const row = rows.get(made.key)
        const expected = row === undefined ? undefined : { partition, key: made.key, ...row }
        expect(await store.get('Rows', partition, made.key)).toEqual(expected)
        break
      }
      case 'pages':
        await pages(made.from, made.to, made.limit)
    }
  }
  await pages('', '\uFFFF', 1000)
}
