import { argon2id, type HashOptions, hash, needsRehash, verify } from 'argon2'
import { StegError } from '../../../shared/errors/error.ts'
import type { Passwords } from './port.ts'

export interface Argon2Cost {
  readonly memoryKib: number
  readonly passes: number
}

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. */
const COST: Argon2Cost = { memoryKib: 19_456, passes: 2 }
/** At once; each takes its memory while it works. */
const AT_ONCE = 2
const WAITING = 50

/** Argon2id, a few at a time, so that memory stays bounded however many sign in. */
export function createArgon2Passwords(cost: Argon2Cost = COST): Passwords {
  const options: HashOptions = {
    type: argon2id,
    memoryCost: cost.memoryKib,
    timeCost: cost.passes,
    parallelism: 1,
  }
  const waiting: (() => void)[] = []
  let working = 0
  let stranger: Promise<string> | undefined

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (working >= AT_ONCE) {
      if (waiting.length >= WAITING) throw new StegError('too-busy', {})
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else working += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The place goes to the next one without becoming free in between.
      if (next === undefined) working -= 1
      else next()
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password, options)),
    async verify(stored, password) {
      stranger ??= hash('nobody has this password', options)
      const against = stored ?? (await stranger)
      return inTurn(async () => (await verify(against, password)) && stored !== undefined)
    },
    isOutdated: (stored) => needsRehash(stored, options),
  }
}
