import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Entry, newEntry, type SessionLock } from '../../infra/local/broker/queue/entry.ts'
import { createQueueState, type Due } from '../../infra/local/broker/queue/state.ts'
import { type Operation, operation } from './queue-operations.ts'

/** The plainest queue there can be: one list, searched from the front. */
interface Model {
  id: number
  session: string
  state: 'scheduled' | 'available' | 'deferred' | 'locked' | 'gone'
  home: 'available' | 'deferred'
  deliveries: number
  expiresAt: number
  dueAt: number
  until: number
  holder: SessionLock | undefined
}

const LOCK_MS = 100
const MAX_DELIVERIES = 3

function run(operations: readonly Operation[], sessions: boolean): void {
  const state = createQueueState({
    requiresSession: sessions,
    lockMs: LOCK_MS,
    maxDeliveryCount: MAX_DELIVERIES,
  })
  const model: Model[] = []
  const keys = new Map<string, Model>()
  const held: SessionLock[] = []
  let now = 1000
  let nextId = 1
  let nextKey = 1
  let drifted = false

  const of = (entry: Entry) => {
    const found = model.find((one) => one.id === entry.id)
    if (!found) throw new Error(`unknown message ${entry.id}`)
    return found
  }
  const alive = (one: Model) => (one.holder ? !one.holder.ended && one.holder.until > now : one.until > now)
  const pick = <T>(from: readonly T[], index: number): T | undefined => from[index % from.length]

  function unlock(one: Model, counted: boolean): void {
    if (!counted) one.deliveries--
    one.holder = undefined
    one.state = counted && one.deliveries >= MAX_DELIVERIES ? 'gone' : one.home
  }

  function settle(due: readonly Due[]): void {
    for (const action of due) {
      if (action.kind === 'session-lost') {
        expect(action.lock.until).toBeLessThanOrEqual(now)
        continue
      }
      const one = of(action.entry)
      if (action.kind === 'activate') {
        expect(one.dueAt).toBeLessThanOrEqual(now)
        one.state = 'available'
        state.putBack(action.entry, 'available')
        continue
      }
      if (action.kind === 'expired') expect(one.expiresAt).toBeLessThanOrEqual(now)
      else expect(one.deliveries).toBeGreaterThanOrEqual(MAX_DELIVERIES)
      one.state = 'gone'
      state.remove(action.entry)
    }
  }

  function passTime(): void {
    drifted = false
    for (const lock of held) if (!lock.ended && lock.until <= now) endModelSession(lock, true)
    for (const one of model) {
      if (one.state === 'locked' && !sessions && one.until <= now) unlock(one, true)
      if ((one.state === 'available' || one.state === 'deferred') && one.expiresAt <= now) one.state = 'gone'
    }
    settle(state.sweep(now))
    for (const one of model) if (one.state === 'available' && one.expiresAt <= now) one.state = 'gone'
    settle(state.sweep(now))
  }

  function endModelSession(lock: SessionLock, counted: boolean): void {
    for (const one of model) if (one.state === 'locked' && one.holder === lock) unlock(one, counted)
  }

  function receive(index: number): void {
    const open = held.filter((lock) => !lock.ended)
    const session = sessions ? pick(open, index) : undefined
    if (sessions && !session) return
    const key = `k${nextKey++}`
    const entry = state.acquire(now, key, session)
    const expected = model
      .filter((one) => one.state === 'available' && (!sessions || one.session === session?.sessionId))
      .sort((a, b) => a.id - b.id)[0]
    const possible = expected && expected.expiresAt > now && (!session || session.until > now)
    expect(entry?.id).toBe(possible ? expected.id : undefined)
    if (!entry || !expected) return
    take(expected, key, session)
  }

  function take(one: Model, key: string, session: SessionLock | undefined): void {
    one.state = 'locked'
    one.deliveries++
    one.until = now + LOCK_MS
    one.holder = session
    keys.set(key, one)
  }

  function settleOne(kind: 'complete' | 'abandon' | 'defer' | 'fail' | 'renew', index: number): void {
    const key = pick([...keys.keys()], index)
    const one = key === undefined ? undefined : keys.get(key)
    if (key === undefined || !one) return
    const current =
      one.state === 'locked' && [...keys].filter(([, other]) => other === one).at(-1)?.[0] === key
    const valid = current && alive(one)
    if (kind === 'renew') {
      const until = state.renew(key, now)
      expect(until).toBe(valid && !sessions ? now + LOCK_MS : undefined)
      if (until !== undefined) one.until = until
      return
    }
    const entry = state.findLocked(key, now)
    expect(entry !== undefined).toBe(valid)
    if (!entry) return
    state.hold(entry)
    expect(state.findLocked(key, now)).toBeUndefined()
    if (kind === 'fail') {
      state.unhold(entry, now)
      expect(state.findLocked(key, now)).toBe(entry)
      return
    }
    if (kind === 'complete' || (kind === 'abandon' && state.exhausted(entry))) {
      state.remove(entry)
      one.state = 'gone'
    } else {
      const home = kind === 'defer' ? 'deferred' : entry.home
      state.putBack(entry, home)
      one.home = home
      one.state = home
      // What comes back may have expired meanwhile.
      drifted = true
    }
    one.holder = undefined
  }

  function step(op: Operation) {
    switch (op.kind) {
      case 'send': {
        const id = nextId++
        const session = `s${op.session}`
        const dueAt = op.delay === null ? 0 : now + op.delay
        const expiresAt = op.ttl === null ? Number.POSITIVE_INFINITY : Math.max(now, dueAt) + op.ttl
        const entry = newEntry(
          {
            id,
            messageId: `m${id}`,
            sessionId: session,
            enqueuedAt: now,
            expiresAt,
            scheduledAt: op.delay === null ? undefined : dueAt,
            size: 1,
            deliveries: 0,
          },
          op.delay === null ? 'available' : 'scheduled',
        )
        state.add(entry)
        model.push({
          id,
          session,
          state: op.delay === null ? 'available' : 'scheduled',
          home: 'available',
          deliveries: 0,
          expiresAt,
          dueAt,
          until: 0,
          holder: undefined,
        })
        return
      }
      case 'receive':
        return receive(op.pick)
      case 'receive-deferred': {
        const one = pick(
          model.filter((other) => other.state === 'deferred'),
          op.pick,
        )
        if (!one) return
        const session = sessions
          ? held.find((lock) => !lock.ended && lock.sessionId === one.session)
          : undefined
        const key = `k${nextKey++}`
        const entry = state.acquireDeferred(one.id, now, key, session)
        const possible = one.expiresAt > now && (!sessions || (session && session.until > now))
        expect(entry?.id).toBe(possible ? one.id : undefined)
        if (entry) take(one, key, session)
        return
      }
      case 'wait':
        now += op.ms
        return passTime()
      case 'drift':
        now += op.ms
        drifted = true
        return
      case 'accept': {
        if (!sessions) return
        const id = `s${op.pick % 3}`
        const taken = held.some((lock) => !lock.ended && lock.sessionId === id)
        const lock = state.acceptSession(id, now)
        expect(lock === undefined).toBe(taken)
        if (lock) held.push(lock)
        return
      }
      case 'accept-next': {
        if (!sessions) return
        const lock = state.acceptNextSession(now)
        const busy = new Set(held.filter((one) => !one.ended).map((one) => one.sessionId))
        const free = model.filter((one) => one.state === 'available' && !busy.has(one.session))
        expect(lock !== undefined).toBe(free.length > 0)
        if (!lock) return
        expect(free.map((one) => one.session)).toContain(lock.sessionId)
        held.push(lock)
        return
      }
      case 'close-session':
      case 'break-session': {
        const lock = pick(
          held.filter((one) => !one.ended),
          op.pick,
        )
        if (!lock) return
        const counted = op.kind === 'break-session'
        drifted = true
        endModelSession(lock, counted)
        settle(state.endSession(lock, counted))
        return
      }
      case 'renew-session': {
        const lock = pick(held, op.pick)
        if (!lock) return
        const valid = !lock.ended && lock.until > now
        expect(state.renewSession(lock, now)).toBe(valid ? now + LOCK_MS : undefined)
        return
      }
      default:
        return settleOne(op.kind, op.pick)
    }
  }

  for (const op of operations) {
    step(op)
    const count = (wanted: Model['state']) => model.filter((one) => one.state === wanted).length
    expect(state.counts()).toEqual({
      available: count('available'),
      scheduled: count('scheduled'),
      locked: count('locked'),
      deferred: count('deferred'),
    })
    // Nothing is lost: what is not gone can be seen.
    const visible = state.peek(0, Number.POSITIVE_INFINITY).map((entry) => entry.id)
    expect(visible).toEqual(model.filter((one) => one.state !== 'gone').map((one) => one.id))
    // Nothing due is slept through.
    if (!drifted) expect(state.nextDue()).toBeGreaterThan(now)
  }
}

describe('the queue agrees with a plain list', () => {
  test.each([
    ['without sessions', false],
    ['with sessions', true],
  ])('%s', (_name, sessions) => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120, size: 'max' }), (operations) =>
        run(operations, sessions),
      ),
      { numRuns: 400 },
    )
  })
})
