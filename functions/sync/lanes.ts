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

/**
 * The same for work that looks at a signal: the first failure, or `signal`, also ends what is under way as soon as it
 * can. @throws the first failure, or the signal's reason
 */
export async function inLanes<T>(
  width: number,
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const ended = AbortSignal.any([signal, failed.signal])
  await inFlight(items, width, async (item) => {
    if (ended.aborted) return
    try {
      await work(item, ended)
    } catch (error) {
      // The others end for this reason, too; the first one is what counts.
      if (!ended.aborted) failed.abort(error)
    }
  })
  ended.throwIfAborted()
}
