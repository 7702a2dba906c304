const firstMs = 100
const mostMs = 5_000

export interface Backoff {
  /** Milliseconds to wait before the next attempt: doubling from 100 ms to 5 s, so that a restarted broker is found soon. */
  next(): number
  reset(): void
}

export function createBackoff(): Backoff {
  let failures = 0
  return {
    next: () => Math.min(mostMs, firstMs * 2 ** Math.min(failures++, 10)),
    reset() {
      failures = 0
    },
  }
}
