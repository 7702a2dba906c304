const FIRST_MS = 1000
const MOST_MS = 30_000

/**
 * Milliseconds to wait before attempt number `failures` + 1: doubling from 1 s to 30 s, of which between half and all,
 * so that many agents do not come back at the same moment. `random` in [0, 1).
 */
export function backoff(failures: number, random: number): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 16))
  return whole * (0.5 + random / 2)
}
