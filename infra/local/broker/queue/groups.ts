import type { Entry, SessionLock } from './entry.ts'
import { createHeap, type Heap } from './heap.ts'

/** The visible messages of one session; a queue without sessions is a single group. */
interface Group {
  readonly waiting: Heap<Entry>
  holder: SessionLock | undefined
}

/** Visible messages by session, and who holds which session. */
export interface Groups {
  readonly waiting: number
  push(entry: Entry): void
  remove(entry: Entry): void
  first(sessionId: string | undefined): Entry | undefined
  holder(sessionId: string): SessionLock | undefined
  hold(lock: SessionLock): void
  unhold(lock: SessionLock): void
  /** The free session that has been waiting longest with messages in it. */
  nextFree(): string | undefined
  sessionIds(): string[]
}

const older = (a: Entry, b: Entry) => a.id < b.id

export function createGroups(bySession: boolean): Groups {
  const groups = new Map<string, Group>()
  const free = new Set<string>()
  let waiting = 0

  const keyOf = (sessionId: string | undefined) => (bySession ? (sessionId ?? '') : '')

  function open(key: string): Group {
    const known = groups.get(key)
    if (known) return known
    const group: Group = { waiting: createHeap(older), holder: undefined }
    groups.set(key, group)
    return group
  }

  function changed(key: string, group: Group): void {
    if (group.holder === undefined && group.waiting.size > 0) free.add(key)
    else free.delete(key)
    if (group.holder === undefined && group.waiting.size === 0) groups.delete(key)
  }

  return {
    get waiting() {
      return waiting
    },
    push(entry) {
      const key = keyOf(entry.sessionId)
      const group = open(key)
      group.waiting.push(entry)
      waiting++
      changed(key, group)
    },
    remove(entry) {
      const key = keyOf(entry.sessionId)
      const group = groups.get(key)
      if (!group?.waiting.remove(entry)) return
      waiting--
      changed(key, group)
    },
    first: (sessionId) => groups.get(keyOf(sessionId))?.waiting.peek(),
    holder: (sessionId) => groups.get(sessionId)?.holder,
    hold(lock) {
      const group = open(lock.sessionId)
      group.holder = lock
      changed(lock.sessionId, group)
    },
    unhold(lock) {
      const group = groups.get(lock.sessionId)
      if (group?.holder !== lock) return
      group.holder = undefined
      changed(lock.sessionId, group)
    },
    nextFree: () => free.values().next().value,
    sessionIds: () => [...groups].filter(([, group]) => group.waiting.size > 0).map(([key]) => key),
  }
}
