import { describe, expect, it } from 'vitest'
import { startSessionPump } from '../../../infra/local/host/servicebus/session-pump.ts'
import { createHarness } from './pump-harness.ts'

describe('a queue with sessions', () => {
  it('keeps the order within a session and runs sessions side by side', async () => {
    const { bus, calls, settle, ids } = createHarness(startSessionPump)
    for (const id of ['a1', 'a2', 'b1']) bus.send(id, id[0])
    await settle()
    expect(ids()).toEqual(['a1', 'b1'])
    calls[0]?.fail()
    await settle()
    expect(ids()).toEqual(['a1', 'b1', 'a1'])
    expect(calls[2]?.counts).toEqual([1])
    calls[2]?.end()
    await settle()
    expect(ids()).toEqual(['a1', 'b1', 'a1', 'a2'])
    expect(bus.completed).toEqual(['a1'])
  })

  it('holds no more than maxConcurrentSessions, and gives idle ones back', async () => {
    const { bus, calls, clock, ids } = createHarness(startSessionPump)
    for (const id of ['a', 'b', 'c']) bus.send(id, id)
    await clock.advance(1)
    expect(ids()).toEqual(['a', 'b'])
    calls[0]?.end()
    await clock.advance(9_999)
    expect(ids()).toEqual(['a', 'b'])
    await clock.advance(1)
    expect(bus.sessionsClosed).toEqual(['a'])
    expect(ids()).toEqual(['a', 'b', 'c'])
  })

  it('takes batches of one session', async () => {
    const { bus, settle, ids } = createHarness(startSessionPump, { batch: true })
    for (const id of ['a1', 'b1', 'a2']) bus.send(id, id[0])
    await settle()
    expect(ids()).toEqual(['a1+a2', 'b1'])
  })

  it('renews the lock of a session for as long as it is held, but not for a function that hangs', async () => {
    const { bus, calls, clock } = createHarness(startSessionPump)
    bus.send('a1', 'a')
    await clock.advance(299_000)
    calls[0]?.end()
    for (let round = 0; round < 3; round++) {
      bus.send(`a${round + 2}`, 'a')
      await clock.advance(200_000)
      calls[round + 1]?.end()
    }
    await clock.advance(0)
    expect(bus.completed).toEqual(['a1', 'a2', 'a3', 'a4'])
    expect(bus.renewed.length).toBeGreaterThan(40)
    bus.send('a5', 'a')
    await clock.advance(310_000)
    const before = bus.renewed.length
    await clock.advance(100_000)
    expect(bus.renewed.length).toBe(before)
  })

  it('does not spin when the broker answers at once that there is no session', async () => {
    const { bus, clock } = createHarness(startSessionPump)
    bus.impatient = true
    bus.send('wake', 'w')
    await clock.advance(60_000)
    expect(bus.accepts()).toBeLessThan(25)
  })

  it('is back at most 5 s after the broker is', async () => {
    const { bus, calls, clock, ids } = createHarness(startSessionPump)
    bus.send('a', 'a')
    await clock.advance(1)
    bus.refuse = true
    bus.cut()
    await clock.advance(120_000)
    expect(ids()).toEqual(['a'])
    bus.refuse = false
    await clock.advance(5_000)
    expect(ids()).toEqual(['a', 'a'])
    calls[0]?.end()
    await clock.advance(1)
    expect(bus.completed).toEqual([])
    calls[1]?.end()
    await clock.advance(10_001)
    expect(bus.completed).toEqual(['a'])
    expect(bus.live()).toBe(1)
  })

  it('takes nothing new once stopped, and settles what is running', async () => {
    const { bus, calls, settle, ids, pump, isStopped } = createHarness(startSessionPump)
    bus.send('a1', 'a')
    await settle()
    pump.stop()
    bus.send('a2', 'a')
    bus.send('b', 'b')
    await settle()
    expect(isStopped()).toBe(false)
    calls[0]?.end()
    await settle()
    expect(ids()).toEqual(['a1'])
    expect(bus.completed).toEqual(['a1'])
    expect(bus.sessionsClosed).toContain('a')
    expect(isStopped()).toBe(true)
    expect(bus.live()).toBe(0)
  })
})
