import type { Clock } from '../../../../shared/clock.ts'

export interface LockOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** End of the lock, in milliseconds since the epoch. */
  readonly until: number
  /** Asked before every renewal; false ends it and lets the lock run out. */
  mayRenew(): boolean
  renew(): Promise<Date>
  onLost(error: unknown): void
}

/** Renews a lock ahead of its end, until the signal is aborted, `mayRenew` says no or a renewal fails. */
export async function keepLocked(options: LockOptions): Promise<void> {
  const { clock, signal } = options
  let until = options.until
  while (!signal.aborted) {
    try {
      await clock.sleep(renewAfter(until - clock.now()), signal)
      if (!options.mayRenew()) return
      until = (await options.renew()).getTime()
    } catch (error) {
      if (!signal.aborted) options.onLost(error)
      return
    }
  }
}

/** Leaves ten seconds for the renewal, or half of a lock that is short. */
function renewAfter(left: number): number {
  return Math.max(left > 20_000 ? left - 10_000 : left / 2, 100)
}
