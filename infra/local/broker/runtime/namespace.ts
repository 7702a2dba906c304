import type { QueueSettings } from '../settings.ts'
import type { Change, StoredQueue } from '../store/changes.ts'
import type { Database } from '../store/database.ts'
import type { BrokerParts } from './core.ts'
import type { Lane } from './lane.ts'
import { createQueue, type Queue } from './queue.ts'
import { noSuchQueue, type Refusal, refusal, storageRefusal } from './refusal.ts'

/** All queues of the broker, by name. Names are compared without regard to case, as Service Bus does. */
export interface Namespace {
  find(name: string): Queue | undefined
  list(): Queue[]
  /** Calls back when the queue is durably there; refuses a name that is taken. */
  create(name: string, settings: QueueSettings, done: (refused?: Refusal) => void): void
  delete(queue: Queue, done: (refused?: Refusal) => void): void
  close(): void
}

const DEAD_LETTER = '/$deadletterqueue'

export interface EntityPath {
  /** As a token names it. */
  readonly path: string
  readonly queue: string
  readonly dead: boolean
}

/** Takes `queue` or `queue/$DeadLetterQueue`, bare or as a URI, apart. */
export function parseEntityPath(address: string): EntityPath {
  const path = address.replace(/^\w+:\/\/[^/]*\//, '').replace(/^\/+|\/+$/g, '')
  const dead = path.toLowerCase().endsWith(DEAD_LETTER)
  return { path, queue: dead ? path.slice(0, -DEAD_LETTER.length) : path, dead }
}

export const laneOf = (queue: Queue, path: EntityPath): Lane => (path.dead ? queue.dead : queue.main)

export function openNamespace(parts: BrokerParts, database: Database): Namespace {
  const byName = new Map<string, Queue>()
  const creating = new Set<string>()
  let nextQueueId = 1

  function open(stored: StoredQueue): Queue {
    const queue = createQueue(parts, stored, {
      seen: database.seen(stored.id),
      sessionStates: database.sessionStates(stored.id),
    })
    byName.set(stored.name.toLowerCase(), queue)
    nextQueueId = Math.max(nextQueueId, stored.id + 1)
    return queue
  }

  const byId = new Map(database.queues().map((stored) => [stored.id, open(stored)]))
  for (const message of database.messages()) byId.get(message.queue)?.adopt(message)
  for (const queue of byId.values()) queue.start()

  const write = (change: Change, done: (refused?: Refusal) => void) =>
    parts.journal.write([change], (failure) => done(failure && storageRefusal(failure)))

  return {
    find: (name) => byName.get(name.toLowerCase()),
    list: () => [...byName.values()].sort((a, b) => (a.stored.name < b.stored.name ? -1 : 1)),
    create(name, settings, done) {
      const key = name.toLowerCase()
      if (byName.has(key) || creating.has(key))
        return done(refusal('com.microsoft:entity-already-exists', `The queue '${name}' exists already.`))
      creating.add(key)
      const now = Math.round(parts.clock.now())
      const stored = { id: nextQueueId++, name, settings, createdAt: now, updatedAt: now }
      write({ kind: 'queue', queue: stored }, (refused) => {
        creating.delete(key)
        if (!refused) open(stored)
        done(refused)
      })
    },
    delete(queue, done) {
      const { name, id } = queue.stored
      byName.delete(name.toLowerCase())
      queue.close(noSuchQueue(name))
      write({ kind: 'drop-queue', queue: id }, done)
    },
    close() {
      const reason = refusal('amqp:internal-error', 'The broker stops.')
      for (const queue of byName.values()) queue.close(reason)
    },
  }
}
