import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Condition, Store } from '../../platform/store/port.ts'
import { keyOf, padNumber } from '../../platform/store/table.ts'
import { attemptsTable } from './rows.ts'
import {
  type Attempts,
  attemptDayOf,
  type Counter,
  waitMs,
  withAttempt,
  withoutAttempt,
} from './rules/throttle.ts'

/** What is counted: a counter, and for whom. */
export interface Counted {
  readonly counter: Counter
  readonly of: string
}

/** An attempt that is under way. */
export interface Attempt {
  /** It was right: it counts no longer, everything else does. One transaction for each counter when nobody came between. */
  takeBack(): Promise<void>
}

export interface SignInAttempts {
  /**
   * Counts an attempt before it is made, so that many at once get no more tries than one after the other. Of several
   * counters all let it pass, or none counts it.
   * @throws StegError `sign-in-delayed`
   */
  begin(counted: readonly Counted[]): Promise<Attempt>
  /** Whether an attempt may be made; it is not counted. @throws StegError `sign-in-delayed` */
  check(counted: Counted): Promise<void>
  /** Nothing is held against them any more: only where what was tried before is worth nothing now. */
  forget(counted: Counted): Promise<void>
}

/** A counter as it was found, and where it is written next. */
interface Found {
  readonly counted: Counted
  readonly partition: string
  readonly key: string
  readonly condition: Condition
  readonly before: Attempts | undefined
}

interface Written extends Found {
  readonly etag: string
}

const RACES = 20

export function createSignInAttempts(parts: {
  readonly store: Store
  readonly clock: Clock
}): SignInAttempts {
  const { clock } = parts
  const table = attemptsTable.bind(parts.store)

  async function find(counted: Counted): Promise<Found> {
    const { shard, key } = placeOf(counted)
    const today = attemptDayOf(clock.now())
    const partition = attemptsPartition(today, shard)
    const row = await table.get(partition, key)
    // Around midnight, those whose clock is behind still count on the day before: a try or two more, once a day.
    const before = row ?? (await table.get(attemptsPartition(today - 1, shard), key))
    const condition = row ? ({ kind: 'match', etag: row.etag } as const) : ({ kind: 'absent' } as const)
    return { counted, partition, key, condition, before: before?.value }
  }

  function check({ counted, before }: Found): void {
    const wait = waitMs(counted.counter, before, clock.now())
    if (wait > 0) throw delayed(wait)
  }

  /** Undefined when somebody else was faster. */
  async function write(found: Found): Promise<Written | undefined> {
    const { counted, partition, key, before, condition } = found
    try {
      const value = withAttempt(counted.counter, before, clock.now())
      return { ...found, etag: await table.put(partition, key, value, condition) }
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
      return undefined
    }
  }

  /** @throws StegError `sign-in-delayed` */
  async function count(first: Found): Promise<Written> {
    let found = first
    for (let race = 0; race < RACES; race++) {
      const written = await write(found)
      if (written !== undefined) return written
      found = await find(found.counted)
      check(found)
    }
    // So many at once is no person.
    throw delayed(1000)
  }

  /** As if it had not been, when nobody came after it. */
  async function undo({ partition, key, before, etag }: Written): Promise<boolean> {
    const condition = { kind: 'match', etag } as const
    try {
      if (before === undefined) await table.delete(partition, key, condition)
      else await table.put(partition, key, before, condition)
      return true
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
      return false
    }
  }

  async function takeBack(written: Written): Promise<void> {
    if (await undo(written)) return
    for (let race = 0; race < RACES; race++) {
      const { partition, key, condition, before } = await find(written.counted)
      if (before === undefined) return
      try {
        await table.put(partition, key, withoutAttempt(before), condition)
        return
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
    // It stays until it fades.
  }

  async function takeAllBack(written: readonly Written[]): Promise<void> {
    for (const one of written) await takeBack(one)
  }

  return {
    async begin(counted) {
      const found: Found[] = []
      for (const one of counted) found.push(await find(one))
      for (const one of found) check(one)
      const written: Written[] = []
      for (const one of found) {
        try {
          written.push(await count(one))
        } catch (error) {
          await takeAllBack(written)
          throw error
        }
      }
      return { takeBack: () => takeAllBack(written) }
    },

    check: async (counted) => check(await find(counted)),

    async forget(counted) {
      const { shard, key } = placeOf(counted)
      const now = clock.now()
      // Written, not deleted: it also stands before a row of yesterday, and goes with its day.
      const none = { failures: 0, lastAt: now }
      await table.put(attemptsPartition(attemptDayOf(now), shard), key, none, { kind: 'any' })
    },
  }
}

function delayed(ms: number): StegError {
  return new StegError('sign-in-delayed', { seconds: Math.ceil(ms / 1000) })
}

/** Hashed: neither addresses nor what was typed as one belongs into this table. */
function placeOf({ counter, of }: Counted): { readonly shard: string; readonly key: string } {
  const hash = createHash('sha256').update(of).digest('hex')
  return { shard: hash.slice(0, 1), key: keyOf(hash, counter) }
}

/** The first digit of the hash: a partition takes 2,000 rows a second, and an attack shall not get to that. */
export const attemptShards = [...'0123456789abcdef']

export function attemptsPartition(day: number, shard: string): string {
  return keyOf(padNumber(day, 6), shard)
}

/** Who has one IPv6 address has the 2^64 beside it, too. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address
  const [head = '', tail = ''] = address.split('::')
  const left = head.split(':').filter((part) => part !== '')
  const right = tail.split(':').filter((part) => part !== '')
  const gap = address.includes('::') ? Array(Math.max(0, 8 - left.length - right.length)).fill('0') : []
  return [...left, ...gap, ...right]
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':')
}
