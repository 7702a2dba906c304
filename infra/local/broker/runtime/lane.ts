import { withProperties } from '../message/message.ts'
import { type Entry, newEntry } from '../queue/entry.ts'
import { type Counts, createQueueState, type Due } from '../queue/state.ts'
import type { QueueSettings } from '../settings.ts'
import type { Part, StoredMessage } from '../store/changes.ts'
import { createAlarm } from './alarm.ts'
import { type Arrivals, createArrivals } from './arrivals.ts'
import { type BrokerParts, type Consumer, type LaneCore, storedMessage, type Totals } from './core.ts'
import { createHandouts } from './handouts.ts'
import { exhausted, expired } from './reasons.ts'
import { type Refusal, storageRefusal, unreadable } from './refusal.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSettlement, type Settlement } from './settlement.ts'

/** A queue, or the dead-letter queue of one, at work. */
export interface Lane extends Arrivals, Settlement, Sessions {
  attach(consumer: Consumer): void
  detach(consumer: Consumer): void
  /** The consumer's credit has grown. */
  pump(consumer: Consumer): void
  /** Messages on their way to this consumer: being removed from disk before they are handed out. */
  onTheWay(consumer: Consumer): number
  /** Takes over a message that is stored already. */
  adopt(message: StoredMessage, body?: Buffer): void
  /** To be called once, after everything stored has been adopted. */
  start(): void
  counts(): Counts
  readonly totals: Readonly<Totals>
  /** Ends all consumers; nothing is accepted any more. */
  close(reason: Refusal): void
}

export interface LaneOptions {
  readonly parts: BrokerParts
  readonly queue: { readonly id: number; readonly name: string }
  readonly part: Part
  readonly settings: QueueSettings
  /** Where dead letters go; the dead-letter queue itself has none. */
  readonly dead: Lane | undefined
  readonly seen: readonly { readonly messageId: string; readonly at: number }[]
  readonly sessionStates: readonly { readonly sessionId: string; readonly state: Uint8Array }[]
}

/** How long a change that time has asked for waits after the disk refused it. */
const RETRY_MS = 1000

export function createLane(options: LaneOptions): Lane {
  const { parts, queue, part, settings, dead } = options
  const { clock, journal, bodies } = parts
  const { durable } = settings
  const state = createQueueState({
    requiresSession: part === 'main' && settings.requiresSession,
    lockMs: settings.lockSeconds * 1000,
    maxDeliveryCount: part === 'dead' ? Number.POSITIVE_INFINITY : settings.maxDeliveryCount,
  })
  const totals: Totals = { received: 0, delivered: 0, settled: 0 }
  let closed: Refusal | undefined
  let retryAt = 0

  const alarm = createAlarm(clock, () => {
    sweep()
    core.wake()
  })

  function sweep(): void {
    if (closed) return
    core.act(state.sweep(clock.now()))
    alarm.at(Math.max(state.nextDue(), retryAt))
  }

  function undoing(entry: Entry): (refused?: Refusal) => void {
    return (refused) => {
      if (!refused) return
      parts.log.error('a message could not be moved; trying again', { queue: queue.name, ...refused })
      retryAt = clock.now() + RETRY_MS
      state.unhold(entry, clock.now())
      alarm.at(retryAt)
    }
  }

  /** A scheduled message takes its place at the end of the queue, as if it had just been sent. */
  function activate(entry: Entry, done: (refused?: Refusal) => void) {
    const body = core.body(entry)
    if (!body) return done(unreadable)
    const visible = newEntry({ ...entry, id: parts.nextId(), enqueuedAt: clock.now() }, 'available')
    const message = storedMessage(visible, { queue: queue.id, part, state: 'visible' })
    core.write([{ kind: 'move', from: entry.id, message }], (refused) => {
      if (refused) return done(refused)
      core.forget(entry)
      core.show(visible, body)
      core.wake()
    })
  }

  function expire(entry: Entry, done: (refused?: Refusal) => void) {
    if (settings.deadLetterOnExpiry && dead) return core.bury(entry, expired, done)
    core.write([{ kind: 'delete', id: entry.id }], (refused) => {
      if (refused) done(refused)
      else core.forget(entry)
    })
  }

  function act(due: Due) {
    switch (due.kind) {
      case 'session-lost':
        return handouts.endSession(due.lock)
      case 'activate':
        return activate(due.entry, undoing(due.entry))
      case 'exhausted':
        return core.bury(due.entry, exhausted(settings.maxDeliveryCount), undoing(due.entry))
      case 'expired':
        return expire(due.entry, undoing(due.entry))
    }
  }

  const core: LaneCore = {
    parts,
    queue,
    part,
    settings,
    state,
    totals,
    write: (changes, done) =>
      journal.write(durable ? changes : [], (failure) => done(failure && storageRefusal(failure))),
    show(entry, body) {
      bodies.put(entry.id, body, !durable)
      state.add(entry)
      alarm.at(entry.state === 'scheduled' ? (entry.scheduledAt ?? 0) : entry.expiresAt)
    },
    forget(entry) {
      state.remove(entry)
      bodies.drop(entry.id)
    },
    body(entry) {
      try {
        return bodies.get(entry.id)
      } catch (cause) {
        parts.log.error('a message cannot be read', { queue: queue.name, id: entry.id, cause: String(cause) })
        return undefined
      }
    },
    bury(entry, properties, done) {
      const body = core.body(entry)
      if (!body || !dead) return done(unreadable)
      const marked = withProperties(body, properties)
      const fresh = { id: parts.nextId(), expiresAt: Number.POSITIVE_INFINITY, size: marked.length }
      const buried = newEntry({ ...entry, ...fresh, deliveries: 0 }, 'available')
      const message = storedMessage(buried, { queue: queue.id, part: 'dead', state: 'visible' })
      core.write([{ kind: 'move', from: entry.id, message, body: marked }], (refused) => {
        if (refused) return done(refused)
        core.forget(entry)
        dead.adopt(message, marked)
        done()
      })
    },
    act(due) {
      for (const one of due) act(one)
    },
    wake() {
      if (closed) return
      // What has come back may have expired while it was away.
      alarm.at(state.nextDue())
      sessions.serve()
      handouts.pumpAll()
    },
  }
  const handouts = createHandouts(core, alarm, sweep)
  const settlement = createSettlement(core)
  const sessions = createSessions(core, alarm, options.sessionStates)
  const arrivals = createArrivals(core, options.seen, (entries) => {
    totals.received += entries.length
    if (closed) return
    sessions.serve()
    handouts.pumpFor(entries)
  })

  return {
    ...settlement,
    ...sessions,
    publish(messages, done) {
      if (closed) done(closed, [])
      else arrivals.publish(messages, done)
    },
    attach: handouts.attach,
    detach: handouts.detach,
    pump: handouts.pump,
    onTheWay: handouts.onTheWay,
    adopt(message, body) {
      const adopted = message.state === 'visible' ? 'available' : message.state
      const expiresAt = message.expiresAt ?? Number.POSITIVE_INFINITY
      const entry = newEntry({ ...message, expiresAt }, adopted)
      if (body) core.show(entry, body)
      else state.add(entry)
      if (body) core.wake()
    },
    start() {
      // Locks end with the process: a message that was out for the last time is not handed out again.
      for (const entry of state.peek(0, Number.POSITIVE_INFINITY)) {
        if (entry.state !== 'available' || !state.exhausted(entry)) continue
        state.hold(entry)
        act({ kind: 'exhausted', entry })
      }
      sweep()
    },
    counts: () => state.counts(),
    totals,
    close(reason) {
      closed = reason
      alarm.stop()
      sessions.stop(reason)
      handouts.close(reason)
    },
  }
}
