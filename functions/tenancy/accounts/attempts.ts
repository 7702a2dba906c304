import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import { keyOf, padNumber } from '../../platform/store/table.ts'
import { attemptsTable } from './rows.ts'
import { attemptDayOf, type Counter, nextAttemptAt, withAttempt } from './rules/throttle.ts'

/** What is counted: a counter, and for whom. */
export interface Counted {
  readonly counter: Counter
  readonly of: string
}

export interface SignInAttempts {
  /**
   * Counts an attempt before it is made, so that many at once get no more tries than one after the other.
   * @throws StegError `sign-in-delayed`
   */
  begin(counted: readonly Counted[]): Promise<void>
  /** The attempt was right: nothing is held against them any more. */
  forget(counted: Counted): Promise<void>
}

const RACES = 20

export function createSignInAttempts(parts: {
  readonly store: Store
  readonly clock: Clock
}): SignInAttempts {
  const { clock } = parts
  const table = attemptsTable.bind(parts.store)

  async function begin(counted: Counted): Promise<void> {
    const { shard, key } = placeOf(counted)
    for (let race = 0; race < RACES; race++) {
      const now = clock.now()
      const today = attemptDayOf(now)
      const row = await table.get(attemptsPartition(today, shard), key)
      const before = row ?? (await table.get(attemptsPartition(today - 1, shard), key))
      const wait = nextAttemptAt(counted.counter, before?.value) - now
      if (wait > 0) throw delayed(wait)
      try {
        // Around midnight, those whose clock is behind still count on the day before: a try or two more, once a day.
        const condition = row ? ({ kind: 'match', etag: row.etag } as const) : ({ kind: 'absent' } as const)
        await table.put(attemptsPartition(today, shard), key, withAttempt(before?.value, now), condition)
        return
      } catch (error) {
        if (!isStegError(error, 'store-conflict')) throw error
      }
    }
    // So many at once is no person.
    throw delayed(1000)
  }

  return {
    async begin(counted) {
      for (const one of counted) await begin(one)
    },
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
