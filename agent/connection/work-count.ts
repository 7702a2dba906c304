/** Knows whether anything that it was told of is still under way. */
export interface WorkCount {
  count<T>(work: Promise<T>): Promise<T>
  idle(): Promise<void>
}

export function createWorkCount(): WorkCount {
  let running = 0
  let quiet = Promise.withResolvers<void>()
  quiet.resolve()

  return {
    async count(work) {
      if (running++ === 0) quiet = Promise.withResolvers()
      try {
        return await work
      } finally {
        if (--running === 0) quiet.resolve()
      }
    },
    idle: () => quiet.promise,
  }
}
