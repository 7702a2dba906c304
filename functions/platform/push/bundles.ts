import type { PushMessage } from './port.ts'

/** What is told of one tenant at once. */
export interface Bundle {
  readonly messages: readonly PushMessage[]
  /** Messages were dropped: whoever hears it looks. */
  readonly gap: boolean
}

/** Messages of a tenant that wait; with more, they are dropped and everybody looks instead. */
const MOST_WAITING = 1_000

/** Collects what is to be told, joining what says the same. */
export interface Outbox {
  add(tenantId: string, bundle: Bundle): void
  isEmpty(): boolean
  /** Empties it. */
  take(): ReadonlyMap<string, Bundle>
}

interface Waiting {
  readonly changed: Set<string>
  messages: PushMessage[]
  gap: boolean
}

export function createOutbox(): Outbox {
  let waiting = new Map<string, Waiting>()

  return {
    add(tenantId, { messages, gap }) {
      const mine = waiting.get(tenantId) ?? { changed: new Set(), messages: [], gap: false }
      waiting.set(tenantId, mine)
      if (gap) mine.gap = true
      for (const message of messages) {
        if (message.data === undefined) {
          if (mine.changed.has(message.channel)) continue
          mine.changed.add(message.channel)
        }
        mine.messages.push(message)
      }
      if (mine.messages.length <= MOST_WAITING) return
      mine.messages = []
      mine.changed.clear()
      mine.gap = true
    },
    isEmpty: () => waiting.size === 0,
    take() {
      const taken = waiting
      waiting = new Map()
      return taken
    },
  }
}
