/**
 * Works on items, so many at a time. The first failure ends it: nothing new is begun, what was begun is finished, and
 * the failure is thrown.
 */
export async function inLanes<T>(
  count: number,
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const ended = AbortSignal.any([signal, failed.signal])
  const waiting = items.values()

  async function lane(): Promise<void> {
    for (const item of waiting) {
      if (ended.aborted) return
      try {
        await work(item, ended)
      } catch (error) {
        // The others end for this reason, too; the first one is what counts.
        if (!ended.aborted) failed.abort(error)
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(count, items.length) }, lane))
  ended.throwIfAborted()
}
