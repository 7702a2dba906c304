import type { Clock } from './clock.ts'

/**
 * Calls `attempt` until it succeeds, fails for good, or the pauses are used up; then the last failure is thrown.
 * Own, because packages for this read the clock themselves and tests would have to wait.
 * @param pauses milliseconds before the second, third, … attempt
 */
export async function retry<T>(
  attempt: (number: number) => Promise<T>,
  options: {
    readonly pauses: readonly number[]
    readonly clock: Clock
    readonly isWorthRetrying: (error: unknown) => boolean
    readonly signal?: AbortSignal | undefined
  },
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number)
    } catch (error) {
      const pause = options.pauses[number - 1]
      if (pause === undefined || !options.isWorthRetrying(error)) throw error
      await options.clock.sleep(pause, options.signal)
    }
  }
}
