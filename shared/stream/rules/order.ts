/** How a body is received: each chunk once, in its place, up to the last one; anything else is an error. */
export type ReceivingState = 'open' | 'complete' | 'broken'

export type ReceivingEvent =
  /** The chunk whose turn it is. */
  | 'next'
  /** Its turn comes later: those before it are still on their way. */
  | 'ahead'
  /** Delivered once more, the same. */
  | 'again'
  /** The chunk with the end, and nothing is missing. */
  | 'end'
  /** Another content in the same place. */
  | 'conflict'
  /** More than was granted, or after the end. */
  | 'beyond'
  /** Nothing more will come. */
  | 'cut'

export const receivingTransitions: Readonly<
  Record<ReceivingState, Readonly<Record<ReceivingEvent, ReceivingState>>>
> = {
  open: {
    next: 'open',
    ahead: 'open',
    again: 'open',
    end: 'complete',
    conflict: 'broken',
    beyond: 'broken',
    cut: 'broken',
  },
  complete: {
    next: 'complete',
    ahead: 'complete',
    again: 'complete',
    end: 'complete',
    conflict: 'complete',
    beyond: 'complete',
    cut: 'complete',
  },
  broken: {
    next: 'broken',
    ahead: 'broken',
    again: 'broken',
    end: 'broken',
    conflict: 'broken',
    beyond: 'broken',
    cut: 'broken',
  },
}

/** A repetition comes soon after the first copy; the digest of the whole body stands behind the older ones. */
const FINGERPRINTS_KEPT = 64

export interface Place {
  readonly seq: number
  readonly last: boolean
  /** Equal for equal content. */
  readonly fingerprint: number
}

export interface Order<T> {
  state(): ReceivingState
  /** Chunks taken in their turn so far. */
  taken(): number
  grant(total: number): void
  /** Takes a chunk; returns what happened and the chunks whose turn has come with it. */
  accept(place: Place, item: T): { readonly event: ReceivingEvent; readonly released: readonly T[] }
  cut(): void
}

/**
 * Brokers deliver twice, and senders that have several messages under way may see one overtake another: within what is
 * granted the order is restored, so at most that many chunks are ever kept.
 */
export function createOrder<T>(granted: number): Order<T> {
  let state: ReceivingState = 'open'
  let limit = granted
  let next = 0
  let lastSeq: number | undefined
  const waiting = new Map<number, T>()
  /** Of the chunks waiting, and of those taken not long ago. */
  const fingerprints = new Map<number, number>()

  function eventOf({ seq, last, fingerprint }: Place): ReceivingEvent {
    const known = fingerprints.get(seq)
    if (known !== undefined) return known === fingerprint ? 'again' : 'conflict'
    if (seq < next) return 'again'
    if (seq >= limit || (lastSeq !== undefined && seq > lastSeq)) return 'beyond'
    if (last && [...waiting.keys()].some((other) => other > seq)) return 'beyond'
    return seq === next ? 'next' : 'ahead'
  }

  function release(): T[] {
    const released: T[] = []
    for (let item = waiting.get(next); item !== undefined; item = waiting.get(next)) {
      waiting.delete(next)
      released.push(item)
      fingerprints.delete(next - FINGERPRINTS_KEPT)
      next += 1
    }
    return released
  }

  return {
    state: () => state,
    taken: () => next,
    grant(total) {
      limit = Math.max(limit, total)
    },
    accept(place, item) {
      const event = eventOf(place)
      state = receivingTransitions[state][event]
      if (state !== 'open' || (event !== 'next' && event !== 'ahead')) return { event, released: [] }
      waiting.set(place.seq, item)
      fingerprints.set(place.seq, place.fingerprint)
      if (place.last) lastSeq = place.seq
      const released = release()
      if (lastSeq !== undefined && next > lastSeq) state = receivingTransitions[state].end
      return { event: state === 'complete' ? 'end' : event, released }
    },
    cut() {
      state = receivingTransitions[state].cut
    },
  }
}
