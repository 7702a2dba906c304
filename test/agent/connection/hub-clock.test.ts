import { describe, expect, it } from 'vitest'
import { createHubClock, createJumpDetector } from '../../../agent/connection/hub-clock.ts'
import { fakeClock } from '../fake-clock.ts'

describe("the hub's time", () => {
  it('is that of the machine until the hub has told its own, and then runs on', async () => {
    const clock = fakeClock()
    const hub = createHubClock(clock)
    expect(hub.now()).toBe(clock.now())
    hub.learn(clock.now() + 3_600_000, clock.now())
    await clock.advance(1000)
    expect(hub.now()).toBe(clock.now() + 3_600_000)
  })
})

describe('jumps of the clock', () => {
  it.each([
    [0, false],
    [4000, false],
    [-4000, false],
    [6000, true],
    [-3_600_000, true],
  ])('of %i ms are noticed: %s', async (jump, noticed) => {
    const clock = fakeClock()
    let monotonic = 0
    const jumped = createJumpDetector(clock, () => monotonic)
    monotonic += 30_000
    await clock.advance(30_000)
    expect(jumped()).toBe(false)
    monotonic += 30_000
    await clock.advance(30_000)
    clock.set(clock.now() + jump)
    expect(jumped()).toBe(noticed)
    expect(jumped()).toBe(false)
  })
})
