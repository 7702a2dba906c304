import type { Subject } from './port.ts'
import type { Lifetime } from './rules/lifetime.ts'

/** Access tokens in memory, a few kB each. */
const REMEMBERED = 2000

export interface HeldToken extends Lifetime {
  readonly token: string
}

/** Access tokens of this process, so that using them costs nothing. */
export function createTokenMemory() {
  const held = new Map<string, Map<string, HeldToken>>()
  const keyOf = ({ tenantId, kind, id }: Subject) => JSON.stringify([tenantId, kind, id])

  return {
    get: (subject: Subject, audience: string) => held.get(keyOf(subject))?.get(audience),
    set(subject: Subject, audience: string, token: HeldToken): void {
      const key = keyOf(subject)
      const tokens = held.get(key) ?? new Map<string, HeldToken>()
      // Last in the order: what was not set for longest goes first.
      held.delete(key)
      const oldest = held.keys().next()
      if (held.size >= REMEMBERED && !oldest.done) held.delete(oldest.value)
      held.set(key, tokens.set(audience, token))
    },
    forget: (subject: Subject) => void held.delete(keyOf(subject)),
  }
}
export type TokenMemory = ReturnType<typeof createTokenMemory>
