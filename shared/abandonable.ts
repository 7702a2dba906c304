/** Work on something that may be given up: nobody waits longer than that for its end. */
export interface Abandonable {
  /** The outcome of the work. @throws what `giveUp` was told, as soon as it was */
  run<T>(work: () => Promise<T>): Promise<T>
  giveUp(error: Error): void
}

export function createAbandonable(): Abandonable {
  // Not one promise for all: each race would leave something behind on it for as long as it is open.
  const waiting = new Set<(error: Error) => void>()
  let reason: Error | undefined

  return {
    async run(work) {
      if (reason !== undefined) throw reason
      const given = Promise.withResolvers<never>()
      waiting.add(given.reject)
      try {
        return await Promise.race([work(), given.promise])
      } finally {
        waiting.delete(given.reject)
      }
    },
    giveUp(error) {
      reason ??= error
      for (const reject of waiting) reject(reason)
    },
  }
}
