/** Milliseconds before the end of a token at which a new one is fetched; less for tokens that live short. */
const MARGIN_MS = 5 * 60_000
const MARGIN_SHARE = 0.1
/** A token that ends sooner is not used any more: it may end on its way. */
const LAST_USE_MS = 10_000
/** A provider that asks for more patience is asked again all the same; and so is one whose time lies in a wrong clock's future. */
const LONGEST_PAUSE_MS = 15 * 60_000
const PAUSE_MS = 30_000

export interface Lifetime {
  readonly expiresAt: number
  /** From then on a new one is fetched. */
  readonly refreshAt: number
}

/** Counted from when it was asked for, not from the answer: never later than the provider means. Times in milliseconds. */
export function lifetimeOf(askedAt: number, expiresInSeconds: number): Lifetime {
  const lifetime = Math.max(0, expiresInSeconds) * 1000
  const expiresAt = askedAt + lifetime
  return { expiresAt, refreshAt: expiresAt - Math.min(MARGIN_MS, lifetime * MARGIN_SHARE) }
}

export function isFresh({ refreshAt }: Lifetime, now: number): boolean {
  return now < refreshAt
}

/** It may still be used when no other can be had. */
export function isValid({ expiresAt }: Lifetime, now: number): boolean {
  return now < expiresAt - LAST_USE_MS
}

/** When a provider that was not available may be asked again. */
export function pauseUntil(now: number, retryAfterMs: number | undefined): number {
  return now + Math.min(Math.max(retryAfterMs ?? PAUSE_MS, 0), LONGEST_PAUSE_MS)
}

export function isPausing(notBefore: number | undefined, now: number): notBefore is number {
  return notBefore !== undefined && now < notBefore && notBefore - now <= LONGEST_PAUSE_MS
}
