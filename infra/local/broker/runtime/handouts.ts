import type { Entry, SessionLock } from '../queue/entry.ts'
import type { Alarm } from './alarm.ts'
import type { Consumer, LaneCore } from './core.ts'
import { type Refusal, refusal } from './refusal.ts'
import { render } from './rendering.ts'

/** Gives messages to those who receive, in turn, as far as their credit goes. */
export interface Handouts {
  attach(consumer: Consumer): void
  detach(consumer: Consumer): void
  pump(consumer: Consumer): void
  pumpAll(): void
  /** These messages have just become visible. */
  pumpFor(entries: readonly Entry[]): void
  onTheWay(consumer: Consumer): number
  endSession(lock: SessionLock): void
  close(reason: Refusal): void
}

export function createHandouts(core: LaneCore, alarm: Alarm, sweep: () => void): Handouts {
  const { state, parts, totals } = core
  const consumers = new Map<Consumer, { onTheWay: number }>()
  const bySession = new Map<SessionLock, Consumer>()
  let turn = 0

  function giveAndRemove(consumer: Consumer, entry: Entry): void {
    const record = consumers.get(consumer)
    const bytes = render(core, entry)
    if (!bytes) return
    state.hold(entry)
    if (record) record.onTheWay++
    core.write([{ kind: 'delete', id: entry.id }], (refused) => {
      if (record) record.onTheWay--
      if (refused) {
        parts.log.error('a message could not be removed for its receiver', {
          queue: core.queue.name,
          ...refused,
        })
        state.unhold(entry, parts.clock.now())
        alarm.at(state.nextDue())
      } else {
        core.forget(entry)
        totals.settled++
        consumer.deliver({ key: '', bytes })
      }
      consumer.settled()
    })
  }

  /**
   * Receivers that compete for a queue must be told when another one had the message before, also after this process was
   * killed: the count is on disk before the message goes out.
   */
  function giveCounted(consumer: Consumer, entry: Entry, key: string): void {
    const record = consumers.get(consumer)
    if (record) record.onTheWay++
    const count = entry.deliveries
    core.write([{ kind: 'deliveries', id: entry.id, count }], (refused) => {
      if (record) record.onTheWay--
      // What cannot be counted or read stays locked, comes again, and ends as a dead letter.
      const bytes = refused ? undefined : render(core, entry)
      if (refused) parts.log.error('a delivery could not be counted', { queue: core.queue.name, ...refused })
      else entry.storedDeliveries = count
      if (bytes) consumer.deliver({ key, bytes })
      consumer.settled()
    })
  }

  function give(consumer: Consumer): boolean {
    const record = consumers.get(consumer)
    if (!record || consumer.credit() - record.onTheWay <= 0) return false
    const key = parts.nextKey()
    const entry = state.acquire(parts.clock.now(), key, consumer.session)
    if (!entry) return false
    totals.delivered++
    if (entry.lock && !entry.lock.session) alarm.at(entry.lock.until)
    if (consumer.removes) {
      giveAndRemove(consumer, entry)
      return true
    }
    if (!consumer.session) {
      giveCounted(consumer, entry, key)
      return true
    }
    parts.countDelivery(entry)
    const bytes = render(core, entry)
    // What cannot be read stays locked, comes again, and ends as a dead letter.
    if (bytes) consumer.deliver({ key, bytes })
    return true
  }

  function giveAll(consumer: Consumer): void {
    while (give(consumer));
  }

  function pumpInTurn(): void {
    const all = [...consumers.keys()]
    let idle = 0
    while (idle < all.length) {
      const consumer = all[turn % all.length]
      turn = (turn + 1) % all.length
      if (consumer && give(consumer)) idle = 0
      else idle++
    }
  }

  function pumpAll(): void {
    if (parts.clock.now() >= alarm.time) sweep()
    if (consumers.size === 0 || state.counts().available === 0) return
    if (bySession.size > 0) for (const consumer of bySession.values()) giveAll(consumer)
    else pumpInTurn()
  }

  return {
    attach(consumer) {
      consumers.set(consumer, { onTheWay: 0 })
      if (!consumer.session) return
      bySession.set(consumer.session, consumer)
      alarm.at(consumer.session.until)
    },
    detach(consumer) {
      consumers.delete(consumer)
      if (consumer.session) bySession.delete(consumer.session)
    },
    pump(consumer) {
      if (parts.clock.now() >= alarm.time) sweep()
      giveAll(consumer)
    },
    pumpAll,
    pumpFor(entries) {
      if (bySession.size === 0) return pumpAll()
      const woken = new Set<Consumer>()
      for (const entry of entries) {
        const lock = entry.state === 'available' ? state.holderOf(entry.sessionId ?? '') : undefined
        const consumer = lock && bySession.get(lock)
        if (consumer) woken.add(consumer)
      }
      for (const consumer of woken) giveAll(consumer)
    },
    onTheWay: (consumer) => consumers.get(consumer)?.onTheWay ?? 0,
    endSession(lock) {
      const consumer = bySession.get(lock)
      if (!consumer) return
      bySession.delete(lock)
      consumers.delete(consumer)
      consumer.end(
        refusal(
          'com.microsoft:session-lock-lost',
          `The lock of the session '${lock.sessionId}' has expired. Accept the session again.`,
        ),
      )
    },
    close(reason) {
      const all = [...consumers.keys()]
      consumers.clear()
      bySession.clear()
      for (const consumer of all) consumer.end(reason)
    },
  }
}
