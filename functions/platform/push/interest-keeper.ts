import type { Clock } from '../../../shared/clock.ts'
import { reasonOf } from '../../../shared/errors/error.ts'
import type { Logger } from '../../../shared/log.ts'

interface Interest {
  wanted: boolean
  /** Aborted when the keeper shall look up; a new one follows. */
  wake: AbortController
  /** Resolved when everybody knows. */
  ready: PromiseWithResolvers<void>
  over: Promise<void>
}

export interface InterestKeeper {
  /** Resolves when everybody knows. */
  want(tenantId: string): Promise<void>
  unwant(tenantId: string): void
  /** Drops everything. */
  close(): Promise<void>
}

/**
 * Keeps one row for each tenant that this instance listens to, from the first listener until a while after the last, so
 * that a browser that connects again changes nothing. All that is done for a tenant is done in order.
 */
export function createInterestKeeper(parts: {
  readonly clock: Clock
  readonly log: Logger
  readonly rows: { keep(tenantId: string): Promise<void>; drop(tenantId: string): Promise<void> }
  /** Without it nobody can be told anything. */
  readonly session: { open(): Promise<void>; close(): Promise<void> }
  /** A row is there and nobody remembers the time before it. */
  readonly onKnown: (tenantId: string) => void
  readonly times: {
    readonly memory: number
    readonly renewal: number
    readonly linger: number
    readonly again: number
  }
}): InterestKeeper {
  const { clock, log, rows, session, times } = parts
  const interests = new Map<string, Interest>()
  const closing = new AbortController()

  async function pause(interest: Interest, ms: number): Promise<void> {
    await clock.sleep(ms, interest.wake.signal).catch(() => undefined)
    if (interest.wake.signal.aborted) interest.wake = new AbortController()
  }

  /** @returns false when something else has happened before the session was held. */
  async function reachable(interest: Interest): Promise<boolean> {
    const { signal } = interest.wake
    const woken = Promise.withResolvers<false>()
    const onWake = () => woken.resolve(false)
    signal.addEventListener('abort', onWake, { once: true })
    if (signal.aborted) onWake()
    const held = await Promise.race([session.open().then(() => true), woken.promise])
    signal.removeEventListener('abort', onWake)
    if (!held) interest.wake = new AbortController()
    return held
  }

  async function write(tenantId: string): Promise<boolean> {
    try {
      await rows.keep(tenantId)
      return true
    } catch (error) {
      log.warn('interest not written yet', { reason: reasonOf(error) })
      return false
    }
  }

  /** Until nobody has wanted it for a while. */
  async function hold(tenantId: string, interest: Interest): Promise<void> {
    for (let known = false; !closing.signal.aborted; ) {
      if (!interest.wanted) {
        // What woke it may be this very change.
        if (interest.wake.signal.aborted && !closing.signal.aborted) interest.wake = new AbortController()
        await pause(interest, times.linger)
        if (!interest.wanted) return
      }
      if (!(await reachable(interest))) continue
      if (!(await write(tenantId))) {
        await pause(interest, times.again)
        continue
      }
      if (!known) {
        // Who looked just before the row was there remembers for so long that nobody listens.
        await clock.sleep(times.memory, closing.signal).catch(() => undefined)
        known = true
        parts.onKnown(tenantId)
        interest.ready.resolve()
      }
      if (interest.wanted) await pause(interest, times.renewal)
    }
  }

  async function run(tenantId: string, interest: Interest): Promise<void> {
    do {
      await hold(tenantId, interest)
      interest.ready = Promise.withResolvers()
      await rows
        .drop(tenantId)
        .catch((error) => log.info('interest not deleted, it runs out', { reason: reasonOf(error) }))
    } while (interest.wanted && !closing.signal.aborted)
    interests.delete(tenantId)
    if (interests.size === 0) await session.close()
  }

  return {
    want(tenantId) {
      const known = interests.get(tenantId)
      if (known !== undefined) {
        known.wanted = true
        return known.ready.promise
      }
      const interest: Interest = {
        wanted: true,
        wake: new AbortController(),
        ready: Promise.withResolvers(),
        over: Promise.resolve(),
      }
      interests.set(tenantId, interest)
      interest.over = run(tenantId, interest)
      return interest.ready.promise
    },
    unwant(tenantId) {
      const interest = interests.get(tenantId)
      if (interest === undefined) return
      interest.wanted = false
      interest.wake.abort()
    },
    async close() {
      closing.abort(new Error('the hub is stopping'))
      const all = [...interests.values()]
      for (const { wake } of all) wake.abort()
      await Promise.all(all.map(({ over }) => over))
    },
  }
}
