import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { announceChanges } from '../../functions/live/changes.ts'
import { ACCESS } from '../../functions/live/rooms.ts'
import { watchesOf } from '../../functions/live/watches.ts'
import type { Condition, Store, Value } from '../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { StegError } from '../../shared/errors/error.ts'
import { topicsOfHub } from './topics.ts'

const any = { kind: 'any' } as const
const absent = { kind: 'absent' } as const
const match = (etag: string): Condition & { kind: 'match' } => ({ kind: 'match', etag })

let inner: ReturnType<typeof openSqliteStore>
let store: Store
let told: string[]

/** One hub process over the same rows as the others. */
function hub(over: Store = inner): Store {
  const changes = announceChanges(
    over,
    (tenantId, channels) => {
      told.push(`${tenantId}: ${channels.toSorted().join(' ')}`)
    },
    2_000,
  )
  changes.watch(watchesOf(topicsOfHub()))
  return changes.store
}
beforeEach(() => {
  inner = openSqliteStore({ file: ':memory:' })
  told = []
  store = hub()
})
afterEach(() => inner.close())

const put = (
  table: string,
  key: string,
  values: Record<string, Value>,
  condition: Condition = any,
  by = store,
) => by.put(table, { partition: 't1', key, values }, condition)
/** What is told by this alone. */
async function tells(work: () => Promise<unknown>): Promise<string[]> {
  told = []
  await work()
  return told
}

describe('a write', () => {
  it.each([
    ['Agents', 'a', 'agents setup'],
    ['Jobs', 'One', 'jobs setup'],
    ['Runs', 'One~r1', 'jobs run:r1 setup'],
    ['Bookings', 'i!1', 'bookings setup'],
    ['Variables', 'x', 'setup'],
    ['People', '!stats', 'setup'],
    ['ApiTokens', 'x', ACCESS],
    ['Users', 'x', ACCESS],
  ])('of %s %s tells %s', async (table, key, channels) => {
    expect(await tells(() => put(table, key, {}))).toEqual([`t1: ${channels}`])
    expect(await tells(() => store.delete(table, 't1', key, any))).toEqual([`t1: ${channels}`])
  })

  it('of a log tells who follows the run', async () => {
    const row = { partition: 't1~r1', key: '1-00000000', values: {} }
    expect(await tells(() => store.put('RunLogs', row, any))).toEqual(['t1: run:r1'])
  })

  it.each([
    ['Licences', 'x'],
    ['Audit', 'x'],
    ['People', 's1'],
    ['Sessions', 'x'],
    ['PushInterests', 'x'],
  ])('of %s %s tells nothing', async (table, key) => {
    expect(await tells(() => put(table, key, {}))).toEqual([])
  })

  it('that ends a session tells it', async () => {
    expect(await tells(() => store.delete('Sessions', 't1', 'x', any))).toEqual([`t1: ${ACCESS}`])
  })

  it('of a batch tells each thing once', async () => {
    const writes = ['a', 'b', 'c'].map((key) => ({ kind: 'put' as const, key, values: {}, condition: any }))
    expect(await tells(() => store.batch('Bookings', 't1', writes))).toEqual(['t1: bookings setup'])
  })

  it('that is refused tells nothing, and one whose answer is lost does', async () => {
    await put('Jobs', 'One', {})
    expect(await tells(() => put('Jobs', 'One', {}, absent).catch(() => undefined))).toEqual([])
    const lost: Store = {
      ...inner,
      async put(...call) {
        await inner.put(...call)
        throw new StegError('store-unavailable', { reason: 'test' })
      },
    }
    const failing = put('Jobs', 'One', {}, any, hub(lost))
    expect(await tells(() => failing.catch(() => undefined))).toEqual(['t1: jobs setup'])
    await expect(failing).rejects.toMatchObject({ code: 'store-unavailable' })
  })
})

describe('what nobody can see', () => {
  const row = { name: 'agent', publicKey: 'x', createdAt: 1, lastSeen: 1_000 }
  const at = async () => (await store.get('Agents', 't1', 'a'))?.etag ?? ''

  it('is a sign of life of an agent that is connected', async () => {
    await put('Agents', 'a', row)
    for (let beat = 1; beat <= 20; beat++) {
      const seen = { ...row, lastSeen: 1_000 + beat * 30_000 }
      expect(await tells(async () => put('Agents', 'a', seen, match(await at())))).toEqual([])
    }
  })

  it.each([
    ['one that comes back after a silence', {}, { lastSeen: 77_000 }],
    ['its first', { lastSeen: undefined }, { lastSeen: 2_000 }],
    ['one after it had left', { leftAt: 1_000 }, { lastSeen: 2_000 }],
    ['its farewell', {}, { lastSeen: 2_000, leftAt: 2_000 }],
    ['a new version', {}, { lastSeen: 2_000, version: '2' }],
    ['a revocation', {}, { revokedAt: 5 }],
  ])('but not %s', async (_, before, after) => {
    const clean = (values: object) =>
      Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
    await put('Agents', 'a', clean({ ...row, ...before }))
    const next = clean({ ...row, ...before, ...after })
    if ('leftAt' in before) delete next.leftAt
    expect(await tells(async () => put('Agents', 'a', next, match(await at())))).toEqual(['t1: agents setup'])
  })

  it('is told when it is not certain, as when another hub has written in between', async () => {
    await put('Agents', 'a', row)
    const etag = await at()
    const other = hub()
    const left = { ...row, leftAt: 2_000, lastSeen: 2_000 }
    expect(await tells(() => put('Agents', 'a', left, match(etag), other))).toEqual(['t1: agents setup'])
    const back = { ...row, lastSeen: 3_000 }
    expect(await tells(async () => put('Agents', 'a', back, match(await at())))).toEqual(['t1: agents setup'])
    expect(await tells(() => put('Agents', 'a', { ...row, lastSeen: 4_000 }, any))).toEqual([
      't1: agents setup',
    ])
  })

  it('is a sign of life that is written without a condition', async () => {
    expect(await tells(() => put('Agents', 'a.seen', { lastSeen: 1_000 }))).toEqual(['t1: agents setup'])
    expect(await tells(() => put('Agents', 'a.seen', { lastSeen: 31_000 }))).toEqual([])
    expect(await tells(() => put('Agents', 'a.seen', { lastSeen: 32_000, leftAt: 32_000 }))).toEqual([
      't1: agents setup',
    ])
    expect(await tells(() => put('Agents', 'a.seen', { lastSeen: 40_000 }))).toEqual(['t1: agents setup'])
    expect(await tells(() => put('Agents', 'a.seen', { lastSeen: 140_000 }))).toEqual(['t1: agents setup'])
  })

  it('is a lease of a run, and when somebody was last there', async () => {
    const run = { id: 'r1', state: 'running', lease__json: '{"until":1}' }
    let etag = await put('Runs', 'One~r1', run)
    expect(
      await tells(async () => {
        etag = await put('Runs', 'One~r1', { ...run, lease__json: '{"until":2}' }, match(etag))
      }),
    ).toEqual([])
    const ended = { id: 'r1', state: 'succeeded' }
    expect(await tells(() => put('Runs', 'One~r1', ended, match(etag)))).toEqual(['t1: jobs run:r1 setup'])
    const token = await put('ApiTokens', 'x', { hash: 'h' })
    expect(await tells(() => put('ApiTokens', 'x', { hash: 'h', lastUsedAt: 1 }, match(token)))).toEqual([])
  })

  it('is remembered however much else is read', async () => {
    const etag = await put('Agents', 'a', row)
    for (const [table, prefix] of [
      ['Runs', 'One~r'],
      ['People', 's'],
    ] as const) {
      for (let other = 0; other < 2_100; other++)
        await inner.put(table, { partition: 't1', key: `${prefix}${other}`, values: {} }, any)
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        cursor = (await store.query(table, 't1', cursor === undefined ? {} : { cursor })).cursor
      }
    }
    const seen = { ...row, lastSeen: 2_000 }
    expect(await tells(() => put('Agents', 'a', seen, match(etag)))).toEqual([])
  })

  it('is told when it was too long ago to be remembered', async () => {
    const etag = await put('Agents', 'a', row)
    for (let other = 0; other < 2_000; other++) await put('Agents', `other${other}`, row)
    const seen = { ...row, lastSeen: 2_000 }
    expect(await tells(() => put('Agents', 'a', seen, match(etag)))).toEqual(['t1: agents setup'])
  })
})
