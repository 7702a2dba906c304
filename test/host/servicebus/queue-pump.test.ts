import { describe, expect, it } from 'vitest'
import { startQueuePump } from '../../../infra/local/host/servicebus/queue-pump.ts'
import { createHarness } from './pump-harness.ts'

describe('a queue without sessions', () => {
  it('completes what succeeded and abandons what failed', async () => {
    const { bus, calls, settle, ids } = createHarness(startQueuePump)
    bus.send('a')
    await settle()
    calls[0]?.fail()
    await settle()
    expect(bus.abandoned).toEqual(['a'])
    expect(ids()).toEqual(['a', 'a'])
    expect(calls[1]?.counts).toEqual([1])
    calls[1]?.end()
    await settle()
    expect(bus.completed).toEqual(['a'])
  })

  it('runs no more than maxConcurrentCalls at once', async () => {
    const { bus, calls, settle, ids } = createHarness(startQueuePump)
    for (const id of ['a', 'b', 'c']) bus.send(id)
    await settle()
    expect(ids()).toEqual(['a', 'b'])
    calls[1]?.end()
    await settle()
    expect(ids()).toEqual(['a', 'b', 'c'])
  })

  it('renews the lock while the function runs, up to maxAutoLockRenewalDuration', async () => {
    const { bus, calls, clock } = createHarness(startQueuePump)
    bus.send('a')
    bus.send('b')
    await clock.advance(70_000)
    expect(bus.renewed).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
    calls[0]?.end()
    await clock.advance(60_000)
    expect(bus.renewed.filter((id) => id === 'a')).toHaveLength(3)
    await clock.advance(600_000)
    expect(bus.renewed.filter((id) => id === 'b')).toHaveLength(14)
  })

  it('connects anew when the link is lost; what was under way comes again', async () => {
    const { bus, calls, clock, ids, log } = createHarness(startQueuePump)
    bus.send('a')
    await clock.advance(20_000)
    bus.cut()
    await clock.advance(99)
    expect(bus.opened()).toBe(1)
    await clock.advance(1)
    expect(bus.opened()).toBe(2)
    expect(ids()).toEqual(['a', 'a'])
    calls[0]?.end()
    await clock.advance(0)
    expect(bus.completed).toEqual([])
    expect(log.lines).toContainEqual(
      expect.objectContaining({ message: 'Messages could not be settled and will come again' }),
    )
    calls[1]?.end()
    await clock.advance(0)
    expect(bus.completed).toEqual(['a'])
    expect(bus.live()).toBe(1)
  })

  it('tries again ever more slowly, but at least every 5 s', async () => {
    const { bus, calls, clock, ids } = createHarness(startQueuePump)
    await clock.advance(20_000)
    bus.refuse = true
    bus.cut()
    const opened: number[] = []
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000)
      opened.push(bus.opened())
    }
    // 100, 200 … 3200 ms, then every 5 s.
    expect(opened[5]).toBe(6)
    expect(bus.opened()).toBe(17)
    bus.refuse = false
    bus.send('a')
    await clock.advance(5_000)
    expect(ids()).toEqual(['a'])
    calls[0]?.end()
  })

  it('takes nothing new once stopped, and settles what is running', async () => {
    const { bus, calls, settle, ids, pump, isStopped } = createHarness(startQueuePump)
    bus.send('a')
    await settle()
    pump.stop()
    bus.send('b')
    await settle()
    expect(ids()).toEqual(['a'])
    expect(isStopped()).toBe(false)
    calls[0]?.end()
    await settle()
    expect(bus.completed).toEqual(['a'])
    expect(isStopped()).toBe(true)
    expect(bus.live()).toBe(0)
  })

  it('stops while it waits for the next attempt', async () => {
    const { bus, settle, pump, clock, isStopped } = createHarness(startQueuePump)
    await settle()
    bus.refuse = true
    bus.cut()
    await clock.advance(10_000)
    pump.stop()
    await settle()
    expect(isStopped()).toBe(true)
    expect(clock.sleeping()).toHaveLength(0)
  })
})

describe('a queue in batches', () => {
  it('hands over together what is there, and settles all alike', async () => {
    const { bus, calls, settle, ids, pump, isStopped } = createHarness(startQueuePump, { batch: true })
    bus.send('a')
    await settle()
    bus.send('b')
    bus.send('c')
    calls[0]?.end()
    await settle()
    expect(ids()).toEqual(['a', 'b+c'])
    calls[1]?.fail()
    await settle()
    expect(bus.completed).toEqual(['a'])
    expect(bus.abandoned).toEqual(['b', 'c'])
    expect(calls[2]?.counts).toEqual([1, 1])
    pump.stop()
    calls[2]?.end()
    await settle()
    expect(bus.completed).toHaveLength(3)
    expect(isStopped()).toBe(true)
  })

  it('connects anew when the link is lost', async () => {
    const { bus, clock, ids } = createHarness(startQueuePump, { batch: true })
    await clock.advance(1)
    bus.cut()
    bus.send('a')
    await clock.advance(100)
    expect(ids()).toEqual(['a'])
  })
})
