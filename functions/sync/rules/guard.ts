/** How much of what is there one run may take away without approval. */
export interface Proportion {
  /** 0 to 1, of all that is protected. */
  readonly share: number
  /** So many are always allowed, unless they are all there are. */
  readonly always: number
}

/** Never all of them: a source that comes back empty is the most common way to lose everything. */
export function limitOf(total: number, { share, always }: Proportion): number {
  return Math.max(0, Math.min(Math.max(always, Math.floor(total * share)), total - 1))
}

export interface Exceeded {
  readonly count: number
  readonly limit: number
  readonly total: number
  /** What it is about. An approval is for exactly these. */
  readonly ids: readonly string[]
}

/**
 * @param ids what a run would take away
 * @param total how many of the kind there are
 * @returns undefined when the run may go on
 */
export function findExceeded(
  ids: readonly string[],
  total: number,
  proportion: Proportion,
): Exceeded | undefined {
  const limit = limitOf(total, proportion)
  return ids.length > limit ? { count: ids.length, limit, total, ids } : undefined
}
