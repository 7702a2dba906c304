export interface LaneOptions {
  /** Items at the same time. */
  readonly width: number
  /** Looked at before each item: nothing is begun after it, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Works on all items, at most `width` at a time, and returns the results in their order. After the first failure no
 * further item is begun; it is thrown when those under way have ended.
 * @param work gets a signal that is aborted after the first failure, with that failure as its reason
 */
export async function inLanes<T, R>(
  items: readonly T[],
  { width, signal }: LaneOptions,
  work: (item: T, ended: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const failed = new AbortController()
  const ended = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  let failure: { readonly error: unknown } | undefined
  let next = 0

  async function lane(): Promise<void> {
    while (!ended.aborted && next < items.length) {
      const index = next++
      try {
        results[index] = await work(items[index] as T, ended)
      } catch (error) {
        // The others may end for this reason, too; the first one is what counts.
        failure ??= { error }
        failed.abort(error)
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  signal?.throwIfAborted()
  if (failure !== undefined) throw failure.error
  return results
}
