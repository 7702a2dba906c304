import type { StoredMessage, StoredQueue } from '../store/changes.ts'
import type { BrokerParts } from './core.ts'
import { createLane, type Lane, type LaneOptions } from './lane.ts'
import type { Refusal } from './refusal.ts'

/** A queue with its dead-letter queue. */
export interface Queue {
  readonly stored: StoredQueue
  readonly main: Lane
  readonly dead: Lane
  adopt(message: StoredMessage): void
  start(): void
  /** Calls back once when the queue is deleted. Returns how to stop listening. */
  onClosed(listener: (reason: Refusal) => void): () => void
  close(reason: Refusal): void
}

export function createQueue(
  parts: BrokerParts,
  stored: StoredQueue,
  known: Pick<LaneOptions, 'seen' | 'sessionStates'>,
): Queue {
  const listeners = new Set<(reason: Refusal) => void>()
  const shared = { parts, queue: stored, settings: stored.settings }
  const dead = createLane({ ...shared, part: 'dead', dead: undefined, seen: [], sessionStates: [] })
  const main = createLane({ ...shared, part: 'main', dead, ...known })
  return {
    stored,
    main,
    dead,
    adopt: (message) => (message.part === 'main' ? main : dead).adopt(message),
    start() {
      main.start()
      dead.start()
    },
    onClosed(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close(reason) {
      main.close(reason)
      dead.close(reason)
      for (const listener of listeners) listener(reason)
    },
  }
}
