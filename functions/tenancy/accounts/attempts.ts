import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Store } from '../../platform/store/port.ts'
import { attemptsTable } from './rows.ts'
import { type Counter, nextAttemptAt, withAttempt } from './rules/throttle.ts'

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

  async function begin({ counter, of }: Counted): Promise<void> {
    for (let race = 0; race < RACES; race++) {
      const row = await table.get(partitionOf(of), counter)
      const now = clock.now()
      const wait = nextAttemptAt(counter, row?.value) - now
      if (wait > 0) throw delayed(wait)
      try {
        const condition = row ? ({ kind: 'match', etag: row.etag } as const) : ({ kind: 'absent' } as const)
        await table.put(partitionOf(of), counter, withAttempt(row?.value, now), condition)
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
    forget: ({ counter, of }) => table.delete(partitionOf(of), counter, { kind: 'any' }),
  }
}

function delayed(ms: number): StegError {
  return new StegError('sign-in-delayed', { seconds: Math.ceil(ms / 1000) })
}

/** Hashed: neither addresses nor what was typed as one belongs into this table. */
function partitionOf(of: string): string {
  return createHash('sha256').update(of).digest('hex')
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
