/** Calls to one Sage server at the same time: enough to hide the way there and back, few enough for its web server. */
export const SAGE_CALLS_IN_FLIGHT = 8

/**
 * Works on all items, at most `width` at a time, and returns the results in their order. After the first failure no
 * further item is begun; it is thrown when those under way have ended.
 */
export async function inFlight<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const failures: unknown[] = []
  let next = 0
  async function lane(): Promise<void> {
    while (failures.length === 0 && next < items.length) {
      const index = next++
      try {
        results[index] = await work(items[index] as T)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
  return results
}
