import { withProperties } from '../message/message.ts'
import type { Entry, SessionLock } from '../queue/entry.ts'
import type { Change } from '../store/changes.ts'
import type { Handout, LaneCore } from './core.ts'
import { exhausted } from './reasons.ts'
import { type Refusal, refusal, unreadable } from './refusal.ts'
import { render } from './rendering.ts'

/** Application properties to set, AMQP-encoded. */
export type Properties = ReadonlyMap<string, Buffer>

/** What a receiver decides about a message. */
export type Outcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'release' }
  | { readonly kind: 'abandon' | 'defer' | 'dead-letter'; readonly properties: Properties }

type Done = (refused?: Refusal) => void

export interface Settlement {
  /** Calls back when the outcome is durable. */
  settle(key: string, outcome: Outcome, done: Done): void
  isLocked(key: string): boolean
  /** Milliseconds since the epoch of the new end of the lock. */
  renew(key: string): number | Refusal
  receiveDeferred(
    ids: readonly number[],
    how: { readonly session: SessionLock | undefined; readonly removes: boolean },
    done: (refused: Refusal | undefined, handouts: readonly Handout[]) => void,
  ): void
  cancelScheduled(ids: readonly number[], done: Done): void
  /** Encoded messages from the given id on, whatever their state. */
  peek(from: number, count: number, sessionId: string | undefined): Buffer[]
}

export function createSettlement(core: LaneCore): Settlement {
  const { state, parts } = core
  const now = () => parts.clock.now()

  function lockLost(): Refusal {
    return core.settings.requiresSession && core.part === 'main'
      ? refusal(
          'com.microsoft:session-lock-lost',
          'The lock of the session has expired. Accept the session again.',
        )
      : refusal(
          'com.microsoft:message-lock-lost',
          'The lock of the message has expired, or the message is settled already.',
        )
  }

  const notFound = (id: number) =>
    refusal('com.microsoft:message-not-found', `There is no such message with sequence number ${id}.`)

  /** Writes the changes of a held message; `then` applies the outcome when they are durable. */
  function conclude(entry: Entry, changes: readonly Change[], done: Done, then: () => void): void {
    core.write(changes, (refused) => {
      if (refused) {
        state.unhold(entry, now())
        core.wake()
      } else {
        core.totals.settled++
        then()
      }
      done(refused)
    })
  }

  function putBack(entry: Entry, home: 'available' | 'deferred', properties: Properties, done: Done): void {
    const old = properties.size > 0 ? core.body(entry) : undefined
    const body = old && withProperties(old, properties)
    const stored = home === 'deferred' ? 'deferred' : 'visible'
    const changes: Change[] = [{ kind: 'deliveries', id: entry.id, count: entry.deliveries }]
    if (body || home !== entry.home) changes.push({ kind: 'rewrite', id: entry.id, state: stored, body })
    conclude(entry, changes, done, () => {
      entry.storedDeliveries = entry.deliveries
      if (body) parts.bodies.put(entry.id, body, !core.settings.durable)
      state.putBack(entry, home)
      core.wake()
    })
  }

  function bury(entry: Entry, properties: Properties, done: Done): void {
    core.bury(entry, properties, (refused) => {
      if (refused) {
        state.unhold(entry, now())
        core.wake()
      } else core.totals.settled++
      done(refused)
    })
  }

  function settle(key: string, outcome: Outcome, done: Done) {
    const entry = state.findLocked(key, now())
    if (!entry) return done(lockLost())
    state.hold(entry)
    switch (outcome.kind) {
      case 'complete':
        return conclude(entry, [{ kind: 'delete', id: entry.id }], done, () => core.forget(entry))
      case 'release':
        entry.deliveries--
        return putBack(entry, entry.home, new Map(), done)
      case 'defer':
        return putBack(entry, 'deferred', outcome.properties, done)
      case 'dead-letter':
        return bury(entry, outcome.properties, done)
      case 'abandon':
        if (!state.exhausted(entry)) return putBack(entry, entry.home, outcome.properties, done)
        return bury(
          entry,
          new Map([...outcome.properties, ...exhausted(core.settings.maxDeliveryCount)]),
          done,
        )
    }
  }

  function removeAll(entries: readonly Entry[], done: Done): void {
    for (const entry of entries) state.hold(entry)
    const changes = entries.map((entry) => ({ kind: 'delete' as const, id: entry.id }))
    core.write(changes, (refused) => {
      for (const entry of entries) {
        if (refused) state.unhold(entry, now())
        else core.forget(entry)
      }
      if (refused) core.wake()
      done(refused)
    })
  }

  return {
    settle,
    isLocked: (key) => state.findLocked(key, now()) !== undefined,
    renew: (key) => state.renew(key, now()) ?? lockLost(),
    receiveDeferred(ids, how, done) {
      const handouts: Handout[] = []
      const locked: Entry[] = []
      const undo = (why: Refusal) => {
        for (const entry of locked) {
          state.hold(entry)
          entry.deliveries--
          state.putBack(entry, 'deferred')
        }
        core.wake()
        done(why, [])
      }
      for (const id of ids) {
        const key = parts.nextKey()
        const entry = state.acquireDeferred(id, now(), key, how.session)
        if (!entry) return undo(notFound(id))
        locked.push(entry)
        const bytes = render(core, entry)
        if (!bytes) return undo(unreadable)
        handouts.push({ key, bytes })
      }
      core.totals.delivered += locked.length
      if (how.removes) return removeAll(locked, (refused) => done(refused, refused ? [] : handouts))
      for (const entry of locked) parts.countDelivery(entry)
      core.wake()
      done(undefined, handouts)
    },
    cancelScheduled(ids, done) {
      const entries: Entry[] = []
      for (const id of ids) {
        const entry = state.find(id)
        if (entry?.state !== 'scheduled') return done(notFound(id))
        entries.push(entry)
      }
      removeAll(entries, done)
    },
    peek(from, count, sessionId) {
      const found: Buffer[] = []
      for (const entry of state.peek(from, count, sessionId)) {
        const bytes = render(core, entry)
        if (bytes) found.push(bytes)
      }
      return found
    },
  }
}
