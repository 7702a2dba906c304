/** Message ids seen within the window. Times in milliseconds. */
export interface Duplicates {
  /** Remembers an id and returns true, or returns false when it has been seen within the window. */
  claim(messageId: string, now: number): boolean
  /** Takes a claim back whose message could not be stored. */
  unclaim(messageId: string): void
}

export function createDuplicates(windowMs: number): Duplicates {
  // A Map keeps the order of insertion, so the oldest ids are always at the front.
  const seen = new Map<string, number>()
  return {
    claim(messageId, now) {
      for (const [id, at] of seen) {
        if (at + windowMs > now) break
        seen.delete(id)
      }
      if (seen.has(messageId)) return false
      seen.set(messageId, now)
      return true
    },
    unclaim: (messageId) => {
      seen.delete(messageId)
    },
  }
}
