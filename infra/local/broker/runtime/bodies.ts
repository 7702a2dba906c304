/** The bytes of messages: a bounded part in memory, the rest read from disk when it is needed. */
export interface Bodies {
  /** `pinned` bytes stay in memory whatever the limit: they are nowhere else. */
  put(id: number, body: Buffer, pinned: boolean): void
  get(id: number): Buffer | undefined
  drop(id: number): void
}

export function createBodies(limit: number, load: (id: number) => Buffer | undefined): Bodies {
  const kept = new Map<number, Buffer>()
  let total = 0

  function drop(id: number): void {
    const body = kept.get(id)
    if (!body) return
    kept.delete(id)
    total -= body.length
  }

  return {
    put(id, body, pinned) {
      drop(id)
      // What comes first is delivered first, so the newest is left out, not the oldest.
      if (!pinned && total + body.length > limit) return
      kept.set(id, body)
      total += body.length
    },
    get: (id) => kept.get(id) ?? load(id),
    drop,
  }
}
