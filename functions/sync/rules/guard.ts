/** How much of what is there one run may take away without approval. */
export interface Proportion {
  /** 0 to 1, of all that is protected. */
  readonly share: number
  /** So many are always allowed, unless they are all there are. */
  readonly always: number
  /** As many as are always allowed may also be all there are: somebody's only appointment may go. */
  readonly fewMayBeAll?: boolean
  /** From so many on, never more than this share (0 to 1), whatever the rest allows. */
  readonly ceiling?: { readonly from: number; readonly share: number }
}

/** Never all of many: a source that comes back empty is the most common way to lose everything. */
export function limitOf(total: number, { share, always, fewMayBeAll, ceiling }: Proportion): number {
  const allowed = Math.max(always, Math.floor(total * share))
  const notAll = fewMayBeAll === true && total <= always ? allowed : Math.max(0, Math.min(allowed, total - 1))
  return ceiling !== undefined && total >= ceiling.from
    ? Math.min(notAll, Math.floor(total * ceiling.share))
    : notAll
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
