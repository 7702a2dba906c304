import { checkStep, type Entry, type EntryState, type SessionLock } from './entry.ts'
import { createGroups } from './groups.ts'
import { createHeap } from './heap.ts'

export interface QueueRules {
  readonly requiresSession: boolean
  /** Milliseconds for which a message, or a session, is locked. */
  readonly lockMs: number
  /** A message whose lock ends after this many deliveries is to be dead-lettered. */
  readonly maxDeliveryCount: number
}

/** What the passing of time, or the end of a session, asks for. The entries named are already held as `writing`. */
export type Due =
  | { readonly kind: 'expired' | 'exhausted' | 'activate'; readonly entry: Entry }
  | { readonly kind: 'session-lost'; readonly lock: SessionLock }

export interface Counts {
  readonly available: number
  readonly scheduled: number
  readonly locked: number
  readonly deferred: number
}

/**
 * One queue as a state machine: no disk, no network, no clock. Every change that must be durable goes through
 * `hold` (nobody else can have the message), the write, and then `remove`, `putBack` or, when it failed, `unhold`.
 */
export interface QueueState {
  add(entry: Entry): void
  /** Locks the oldest visible message, for a session queue the oldest of the session held. */
  acquire(now: number, key: string, session?: SessionLock): Entry | undefined
  /** Locks one deferred message by its id. */
  acquireDeferred(id: number, now: number, key: string, session?: SessionLock): Entry | undefined
  findLocked(key: string, now: number): Entry | undefined
  find(id: number): Entry | undefined
  /** Returns the new end of the lock, or undefined when it is lost. */
  renew(key: string, now: number): number | undefined
  hold(entry: Entry): void
  remove(entry: Entry): void
  putBack(entry: Entry, home: 'available' | 'deferred'): void
  unhold(entry: Entry, now: number): void
  /** True when the message has been handed out as often as is allowed. */
  exhausted(entry: Entry): boolean
  acceptSession(sessionId: string, now: number): SessionLock | undefined
  acceptNextSession(now: number): SessionLock | undefined
  renewSession(lock: SessionLock, now: number): number | undefined
  /** Gives the session and its messages back; `counted` tells whether this was a failed delivery. */
  endSession(lock: SessionLock, counted: boolean): Due[]
  holderOf(sessionId: string): SessionLock | undefined
  sessionIds(): string[]
  /** What is due at `now`. */
  sweep(now: number): Due[]
  /** When the next `sweep` has something to do; `Infinity` for never. */
  nextDue(): number
  /** Messages from id `from` on, in order, whatever their state. */
  peek(from: number, count: number, sessionId?: string): Entry[]
  counts(): Counts
}

export function createQueueState(rules: QueueRules): QueueState {
  const entries = new Map<number, Entry>()
  const groups = createGroups(rules.requiresSession)
  const scheduled = createHeap<Entry>((a, b) => (a.scheduledAt ?? 0) < (b.scheduledAt ?? 0))
  const mortal = createHeap<Entry>((a, b) => a.expiresAt < b.expiresAt)
  // All locks of a queue last equally long, so the order of insertion is the order of expiry.
  const locks = new Map<string, Entry>()
  const sessionLocks = new Set<SessionLock>()
  const counts = { available: 0, scheduled: 0, locked: 0, deferred: 0, writing: 0, gone: 0 }

  function leave(entry: Entry): void {
    counts[entry.state]--
    if (entry.state === 'available') groups.remove(entry)
    if (entry.state === 'scheduled') scheduled.remove(entry)
    if (entry.state === 'available' || entry.state === 'deferred') mortal.remove(entry)
  }

  function enter(entry: Entry, state: EntryState): void {
    entry.state = state
    counts[state]++
    if (state === 'available') groups.push(entry)
    if (state === 'scheduled') scheduled.push(entry)
    const dies = entry.expiresAt !== Number.POSITIVE_INFINITY
    if (dies && (state === 'available' || state === 'deferred')) mortal.push(entry)
  }

  function move(entry: Entry, to: EntryState): void {
    checkStep(entry.state, to)
    leave(entry)
    enter(entry, to)
  }

  function dropLock(entry: Entry): void {
    if (!entry.lock) return
    locks.delete(entry.lock.key)
    entry.lock.session?.entries.delete(entry)
    entry.lock = undefined
  }

  function lock(entry: Entry, now: number, key: string, session: SessionLock | undefined): Entry {
    move(entry, 'locked')
    entry.lock = { key, until: now + rules.lockMs, session }
    entry.deliveries++
    locks.set(key, entry)
    session?.entries.add(entry)
    return entry
  }

  const holds = (session: SessionLock | undefined, now: number) =>
    rules.requiresSession ? session !== undefined && !session.ended && session.until > now : true

  function hold(entry: Entry): void {
    entry.before = entry.state
    move(entry, 'writing')
  }

  function release(entry: Entry, counted: boolean): Due | undefined {
    dropLock(entry)
    if (!counted) entry.deliveries--
    if (entry.deliveries >= rules.maxDeliveryCount) {
      // Were this write to fail, the message has to be seen again, not to stay behind a lock that is gone.
      move(entry, entry.home)
      hold(entry)
      return { kind: 'exhausted', entry }
    }
    move(entry, entry.home)
    return undefined
  }

  function accept(sessionId: string, now: number): SessionLock {
    const held: SessionLock = { sessionId, until: now + rules.lockMs, entries: new Set(), ended: false }
    groups.hold(held)
    sessionLocks.add(held)
    return held
  }

  function endSession(held: SessionLock, counted: boolean): Due[] {
    if (held.ended) return []
    held.ended = true
    sessionLocks.delete(held)
    const due: Due[] = []
    for (const entry of [...held.entries]) {
      if (entry.state !== 'locked') continue
      const action = release(entry, counted)
      if (action) due.push(action)
    }
    groups.unhold(held)
    return due
  }

  function findLocked(key: string, now: number): Entry | undefined {
    const entry = locks.get(key)
    if (entry?.state !== 'locked' || !entry.lock) return undefined
    const alive = entry.lock.session ? holds(entry.lock.session, now) : entry.lock.until > now
    return alive ? entry : undefined
  }

  function sweepLocks(now: number, due: Due[]): void {
    for (const held of sessionLocks) {
      if (held.until > now) break
      due.push(...endSession(held, true), { kind: 'session-lost', lock: held })
    }
    if (rules.requiresSession) return
    for (const entry of locks.values()) {
      if (entry.lock && entry.lock.until > now) break
      if (entry.state !== 'locked') continue
      const action = release(entry, true)
      if (action) due.push(action)
    }
  }

  function firstLockEnd(): number {
    const session = sessionLocks.values().next().value
    if (session) return session.until
    if (rules.requiresSession) return Number.POSITIVE_INFINITY
    for (const entry of locks.values()) if (entry.state === 'locked' && entry.lock) return entry.lock.until
    return Number.POSITIVE_INFINITY
  }

  return {
    add(entry) {
      entries.set(entry.id, entry)
      enter(entry, entry.state)
    },
    acquire(now, key, session) {
      if (!holds(session, now)) return undefined
      const entry = groups.first(session?.sessionId)
      if (!entry || entry.expiresAt <= now) return undefined
      return lock(entry, now, key, session)
    },
    acquireDeferred(id, now, key, session) {
      const entry = entries.get(id)
      if (entry?.state !== 'deferred' || entry.expiresAt <= now || !holds(session, now)) return undefined
      if (session && session.sessionId !== (entry.sessionId ?? '')) return undefined
      return lock(entry, now, key, session)
    },
    findLocked,
    find: (id) => entries.get(id),
    renew(key, now) {
      const entry = findLocked(key, now)
      if (!entry?.lock || entry.lock.session) return undefined
      entry.lock.until = now + rules.lockMs
      locks.delete(key)
      locks.set(key, entry)
      return entry.lock.until
    },
    hold,
    remove(entry) {
      dropLock(entry)
      move(entry, 'gone')
      counts.gone = 0
      entries.delete(entry.id)
    },
    putBack(entry, home) {
      dropLock(entry)
      entry.home = home
      move(entry, home)
    },
    unhold(entry, now) {
      const before = entry.before ?? entry.home
      const held = entry.lock?.session
      const stillLocked = before === 'locked' && entry.lock && (held ? !held.ended : entry.lock.until > now)
      if (before === 'locked' && !stillLocked) {
        dropLock(entry)
        move(entry, entry.home)
      } else move(entry, before)
    },
    exhausted: (entry) => entry.deliveries >= rules.maxDeliveryCount,
    acceptSession: (sessionId, now) => (groups.holder(sessionId) ? undefined : accept(sessionId, now)),
    acceptNextSession(now) {
      const sessionId = groups.nextFree()
      return sessionId === undefined ? undefined : accept(sessionId, now)
    },
    renewSession(held, now) {
      if (!holds(held, now)) return undefined
      held.until = now + rules.lockMs
      sessionLocks.delete(held)
      sessionLocks.add(held)
      return held.until
    },
    endSession,
    holderOf: (sessionId) => groups.holder(sessionId),
    sessionIds: () => groups.sessionIds(),
    sweep(now) {
      const due: Due[] = []
      sweepLocks(now, due)
      for (let entry = mortal.peek(); entry && entry.expiresAt <= now; entry = mortal.peek()) {
        hold(entry)
        due.push({ kind: 'expired', entry })
      }
      for (let entry = scheduled.peek(); entry && (entry.scheduledAt ?? 0) <= now; entry = scheduled.peek()) {
        hold(entry)
        due.push({ kind: 'activate', entry })
      }
      return due
    },
    nextDue: () =>
      Math.min(
        firstLockEnd(),
        mortal.peek()?.expiresAt ?? Number.POSITIVE_INFINITY,
        scheduled.peek()?.scheduledAt ?? Number.POSITIVE_INFINITY,
      ),
    peek(from, count, sessionId) {
      const found: Entry[] = []
      for (const entry of entries.values()) {
        if (found.length >= count) break
        if (entry.id < from) continue
        if (sessionId !== undefined && (entry.sessionId ?? '') !== sessionId) continue
        found.push(entry)
      }
      return found
    },
    counts: () => ({
      available: counts.available,
      scheduled: counts.scheduled,
      locked: counts.locked + counts.writing,
      deferred: counts.deferred,
    }),
  }
}
