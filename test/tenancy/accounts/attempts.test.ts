import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTablesStore } from '../../../functions/platform/store/azure-tables.ts'
import { countStore } from '../../../functions/platform/store/counting.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import {
  attemptShards,
  attemptsPartition,
  type Counted,
  createSignInAttempts,
} from '../../../functions/tenancy/accounts/attempts.ts'
import { createAttemptsPruning } from '../../../functions/tenancy/accounts/attempts-pruning.ts'
import { attemptsTable } from '../../../functions/tenancy/accounts/rows.ts'
import { attemptDayOf } from '../../../functions/tenancy/accounts/rules/throttle.ts'
import { instantClock } from '../../clock.ts'
import { startAzurite } from '../../conformance/store/azurite.ts'
import { dyingStore } from '../../jobs/failing-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** In the minute of the hour in which it is looked. */
const START = Date.parse('2026-11-25T08:17:00Z')

let clock: ReturnType<typeof instantClock>
beforeEach(() => {
  clock = instantClock(START)
})

const account = (name: string): Counted => ({ counter: 'account', of: `account ${name}@muster.example` })

async function rowsOf(store: Store): Promise<number> {
  let rows = 0
  for (let day = attemptDayOf(clock.now()) - 10; day <= attemptDayOf(clock.now()); day++) {
    for (const shard of attemptShards) {
      for await (const _ of attemptsTable.bind(store).all(attemptsPartition(day, shard))) rows += 1
    }
  }
  return rows
}

/** Rows of a day that is over, as an attack leaves them behind. */
async function attacked(store: Store, at: number, count: number): Promise<void> {
  const day = attemptDayOf(at)
  for (let n = 0; n < count; n += 100) {
    const shard = attemptShards[(n / 100) % attemptShards.length] ?? '0'
    await attemptsTable.bind(store).chunked(
      attemptsPartition(day, shard),
      Array.from({ length: Math.min(100, count - n) }, (_, index) => ({
        kind: 'put',
        key: `${shard}-${n + index}`,
        value: { failures: 1, lastAt: at },
        condition: { kind: 'any' },
      })),
    )
  }
}

const opened: readonly [string, () => Promise<{ store: Store; close: () => unknown }>][] = [
  [
    'SQLite',
    async () => {
      const store = openSqliteStore({ file: ':memory:' })
      return { store, close: store.close }
    },
  ],
  [
    'Azure Tables',
    async () => {
      const { connectionString, stop } = await startAzurite()
      return { store: await openTablesStore({ connectionString, tables: ['SignInAttempts'] }), close: stop }
    },
  ],
]

describe.each(opened)('counters of sign-in attempts on %s (A9)', (_, open) => {
  let store: Store
  let close: () => unknown
  beforeAll(async () => {
    const at = await open()
    store = at.store
    close = at.close
  })
  afterAll(() => close())

  it('are deleted when they count no longer, and those that count stay', async () => {
    const attempts = createSignInAttempts({ store, clock })
    const prune = createAttemptsPruning({ store, clock })
    await prune()
    for (let n = 0; n < 5; n++) await attempts.begin([account('a'), account('b')])
    await attempts.forget(account('b'))
    expect(await rowsOf(store)).toBe(2)
    clock.advance(DAY)
    await attempts.begin([account('c')])
    expect(await prune()).toBe(0)
    expect(await rowsOf(store)).toBe(3)
    clock.advance(DAY)
    expect(await prune()).toBe(2)
    expect(await rowsOf(store)).toBe(1)
    clock.advance(DAY)
    expect(await prune()).toBe(1)
    expect(await rowsOf(store)).toBe(0)
    expect(await prune()).toBe(0)
  })
})

describe('counters of sign-in attempts (A9)', () => {
  let store: ReturnType<typeof openSqliteStore>
  beforeEach(() => {
    store = openSqliteStore({ file: ':memory:' })
  })
  afterEach(() => store.close())

  it('go on over midnight, whenever the day ends between two attempts', async () => {
    for (const before of [1, 2, 3, 4, 5]) {
      const attempts = createSignInAttempts({ store, clock })
      const who = account(`midnight ${before}`)
      clock.advance(DAY - (clock.now() % DAY) - before)
      for (let n = 0; n < 5; n++) {
        await attempts.begin([who])
        clock.advance(1)
      }
      await expect(attempts.begin([who])).rejects.toMatchObject({ code: 'sign-in-delayed' })
    }
  })

  it('fade over midnight, too, one in a quarter of an hour', async () => {
    const attempts = createSignInAttempts({ store, clock })
    for (let n = 0; n < 5; n++) await attempts.begin([account('a')])
    clock.advance(DAY - (clock.now() % DAY) - 1)
    for (let n = 0; n < 5; n++) await attempts.begin([account('b')])
    clock.advance(30 * MINUTE)
    for (let n = 0; n < 2; n++) await attempts.begin([account('b')])
    await expect(attempts.begin([account('b')])).rejects.toMatchObject({ code: 'sign-in-delayed' })
    for (let n = 0; n < 5; n++) await attempts.begin([account('a')])
  })

  it('lose one that was right, and no other, however they come between each other', async () => {
    const attempts = createSignInAttempts({ store, clock })
    for (let n = 0; n < 3; n++) await attempts.begin([account('a')])
    const right = await Promise.all([0, 1].map(() => attempts.begin([account('a')])))
    await expect(attempts.begin([account('a')])).rejects.toMatchObject({ code: 'sign-in-delayed' })
    await Promise.all(right.map((one) => one.takeBack()))
    for (let n = 0; n < 2; n++) await attempts.begin([account('a')])
    await expect(attempts.begin([account('a')])).rejects.toMatchObject({ code: 'sign-in-delayed' })
  })

  it('are those of before again, also of the day before, when an attempt was right', async () => {
    const attempts = createSignInAttempts({ store, clock })
    clock.advance(DAY - (clock.now() % DAY) - 500)
    for (let n = 0; n < 5; n++) await attempts.begin([account('a')])
    clock.advance(1000)
    // Nobody waits longer because somebody else came in.
    for (let n = 0; n < 10; n++) await (await attempts.begin([account('a')])).takeBack()
    await attempts.begin([account('a')])
    await expect(attempts.begin([account('a')])).rejects.toMatchObject({ code: 'sign-in-delayed' })
  })

  it('do not count what one of them refuses', async () => {
    const attempts = createSignInAttempts({ store, clock })
    const address: Counted = { counter: 'address', of: 'address 203.0.113.7' }
    for (let n = 0; n < 5; n++) await attempts.begin([account('a')])
    for (let n = 0; n < 60; n++) {
      await expect(attempts.begin([address, account('a')])).rejects.toMatchObject({ code: 'sign-in-delayed' })
    }
    await attempts.begin([address, account('b')])
  })

  it('cost a right attempt one transaction each, and a refused one no write', async () => {
    const counted = countStore(store)
    const attempts = createSignInAttempts({ store: counted.store, clock })
    const address: Counted = { counter: 'address', of: 'address 203.0.113.7' }
    const begun = await attempts.begin([address, account('a')])
    // Looked for today and yesterday, and written.
    expect(counted.counts().transactions).toBe(6)
    counted.reset()
    await begun.takeBack()
    expect(counted.counts().transactions).toBe(2)
    for (let n = 0; n < 5; n++) await attempts.begin([account('a')])
    counted.reset()
    await attempts.begin([account('a')]).catch(() => undefined)
    expect(counted.counts().transactions).toBe(1)
  })

  it('of yesterday are forgotten, too, when the attempt was right', async () => {
    const attempts = createSignInAttempts({ store, clock })
    for (let n = 0; n < 5; n++) await attempts.begin([account('a')])
    clock.advance(DAY - (clock.now() % DAY))
    await attempts.forget(account('a'))
    for (let n = 0; n < 5; n++) await attempts.begin([account('a')])
  })

  it('cost one read an hour when none is due, however many there are', async () => {
    const counted = countStore(store)
    const prune = createAttemptsPruning({ store: counted.store, clock })
    await prune()
    await attacked(store, clock.now(), 3000)
    for (let minute = 1; minute <= 24 * 60 - 1; minute++) {
      clock.advance(MINUTE)
      counted.reset()
      expect(await prune()).toBe(0)
      const isFirstOfDay = new Date(clock.now()).toISOString().slice(11, 16) === '00:17'
      const looks = new Date(clock.now()).getUTCMinutes() === 17
      // The first look of a day goes through the partitions of the day that is over, and notes that.
      expect(counted.counts().transactions).toBe(isFirstOfDay ? 18 : looks ? 1 : 0)
    }
    expect(await rowsOf(store)).toBe(3000)
  })

  it('are deleted a hundred at once, and minute by minute as long as there are more', async () => {
    const counted = countStore(store)
    const prune = createAttemptsPruning({ store: counted.store, clock })
    await prune()
    await attacked(store, clock.now(), 20_000)
    clock.advance(2 * DAY)
    counted.reset()
    const deleted = []
    for (let minute = 0; minute < 20; minute++) {
      deleted.push(await prune())
      clock.advance(MINUTE)
    }
    expect(Math.max(...deleted)).toBeLessThanOrEqual(5000)
    expect(deleted.reduce((sum, one) => sum + one)).toBe(20_000)
    expect(await rowsOf(store)).toBe(0)
    expect(counted.counts().batches).toBe(200)
    // With the looks at pages and at what is empty already.
    expect(counted.counts().transactions / 20_000).toBeLessThan(0.02)
  })

  it('are all deleted in the end, wherever the hub died', async () => {
    for (let operation = 1; operation < 30; operation++) {
      for (const death of ['before', 'after'] as const) {
        const base = openSqliteStore({ file: ':memory:' })
        clock = instantClock(START)
        await createAttemptsPruning({ store: base, clock })()
        await attacked(base, clock.now(), 450)
        clock.advance(DAY)
        await attacked(base, clock.now(), 150)
        clock.advance(DAY)
        const dying = dyingStore(base, operation, death)
        await createAttemptsPruning({ store: dying.store, clock })().catch(() => undefined)
        await createAttemptsPruning({ store: base, clock })()
        expect(await rowsOf(base)).toBe(150)
        base.close()
      }
    }
  })
})
