import type { Subject } from './port.ts'
import type { Lifetime } from './rules/lifetime.ts'

/** Access tokens in memory, a few kB each. */
const REMEMBERED = 2000

export interface HeldToken extends Lifetime {
  readonly token: string
}

/** Access tokens of this process, so that using them costs nothing, and what is being fetched at the moment. */
export function createTokenMemory() {
  const held = new Map<string, Map<string, HeldToken>>()
  const underway = new Map<string, Map<string, Promise<string>>>()
  /** Rises whenever something is forgotten: what was fetched before is not remembered after. */
  let epoch = 0
  const keyOf = ({ tenantId, kind, id }: Subject) => JSON.stringify([tenantId, kind, id])

  return {
    epoch: () => epoch,
    get: (subject: Subject, audience: string) => held.get(keyOf(subject))?.get(audience),

    /** `since` is the epoch in which the fetching began. */
    set(subject: Subject, audience: string, token: HeldToken, since: number): void {
      if (since !== epoch) return
      const key = keyOf(subject)
      const tokens = held.get(key) ?? new Map<string, HeldToken>()
      // Last in the order: what was not set for longest goes first.
      held.delete(key)
      const oldest = held.keys().next()
      if (held.size >= REMEMBERED && !oldest.done) held.delete(oldest.value)
      held.set(key, tokens.set(audience, token))
    },

    /** Those who want the same at the same time share it. */
    share(subject: Subject, audience: string, fetch: () => Promise<string>): Promise<string> {
      const key = keyOf(subject)
      const shared = underway.get(key)?.get(audience)
      if (shared !== undefined) return shared
      const fetches = underway.get(key) ?? new Map<string, Promise<string>>()
      const mine = fetch().finally(() => {
        if (fetches.get(audience) === mine) fetches.delete(audience)
        if (fetches.size === 0 && underway.get(key) === fetches) underway.delete(key)
      })
      underway.set(key, fetches.set(audience, mine))
      return mine
    },

    forget(subject: Subject): void {
      epoch += 1
      held.delete(keyOf(subject))
      underway.delete(keyOf(subject))
    },
  }
}
export type TokenMemory = ReturnType<typeof createTokenMemory>
