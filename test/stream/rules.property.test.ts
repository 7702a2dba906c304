import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beginSending,
  grant,
  type Sending,
  sendingTransitions,
  sentOne,
  stopSending,
} from '../../shared/stream/rules/credit.ts'
import { createOrder, receivingTransitions } from '../../shared/stream/rules/order.ts'

describe('sending within what is granted', () => {
  it('never sends more than was granted, nothing after the end, and goes on whenever it may', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ do: fc.constant('grant' as const), total: fc.nat(40) }),
        fc.record({ do: fc.constant('send' as const), last: fc.boolean() }),
        fc.record({ do: fc.constant('stop' as const) }),
      ),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(fc.nat(5), steps, (first, plan) => {
        let now: Sending = beginSending(first)
        let most = first
        let ended = false
        let stopped = false
        for (const step of plan) {
          if (step.do === 'grant') {
            most = Math.max(most, step.total)
            now = grant(now, step.total)
          } else if (step.do === 'stop') {
            stopped ||= !ended
            now = stopSending(now)
          } else if (now.state === 'sending') {
            now = sentOne(now, step.last)
            ended ||= step.last
          }
          expect(now.sent).toBeLessThanOrEqual(most)
          const may = ended ? 'ended' : stopped ? 'stopped' : now.sent < most ? 'sending' : 'waiting'
          expect(now.state).toBe(may)
        }
      }),
    )
  })

  it('stays ended or stopped', () => {
    for (const state of ['ended', 'stopped'] as const) {
      expect(new Set(Object.values(sendingTransitions[state]))).toEqual(new Set([state]))
    }
  })
})

describe('receiving in order', () => {
  /** Chunks as a broker may deliver them: some twice, some late, some lost, some with another content. */
  const deliveries = fc.record({
    count: fc.integer({ min: 1, max: 12 }),
    window: fc.integer({ min: 1, max: 6 }),
    arrivals: fc.array(fc.record({ seq: fc.nat(14), altered: fc.boolean() }), { maxLength: 60 }),
    cutAfter: fc.option(fc.nat(40), { nil: undefined }),
  })

  it('releases the chunks of the sender in their order, each once, or is broken', () => {
    fc.assert(
      fc.property(deliveries, ({ count, window, arrivals, cutAfter }) => {
        const order = createOrder<string>(window)
        const released: string[] = []
        let held = 0
        for (const [index, { seq, altered }] of arrivals.entries()) {
          if (index === cutAfter) order.cut()
          const item = altered ? `other ${seq}` : `chunk ${seq}`
          const place = { seq, last: seq === count - 1, fingerprint: altered ? -seq - 1 : seq }
          const before = order.state()
          const result = order.accept(place, item)
          if (before !== 'open') expect(result.released).toEqual([])
          if (result.event === 'ahead' && order.state() === 'open') held += 1
          if (result.released.length > 0) held -= result.released.length - 1
          expect(held).toBeLessThanOrEqual(window)
          released.push(...result.released)
          order.grant(order.taken() + window)
        }
        expect(released.map((text) => Number(text.split(' ')[1]))).toEqual([...released.keys()])
        expect(order.taken()).toBe(released.length)
        if (order.state() === 'complete') expect(released).toHaveLength(count)
        if (cutAfter !== undefined && cutAfter < arrivals.length) expect(order.state()).not.toBe('open')
      }),
      { numRuns: 2000 },
    )
  })

  it.each<[string, [seq: number, last: boolean, fingerprint: number][], string]>([
    [
      'another content in a place that is taken',
      [
        [0, false, 1],
        [0, false, 2],
      ],
      'broken',
    ],
    [
      'another content in a place that waits',
      [
        [1, false, 1],
        [1, false, 2],
      ],
      'broken',
    ],
    ['more than was granted', [[4, false, 1]], 'broken'],
    [
      'more after the last one',
      [
        [1, true, 1],
        [2, false, 2],
      ],
      'broken',
    ],
    [
      'a last one before others that are there',
      [
        [2, false, 2],
        [1, true, 1],
      ],
      'broken',
    ],
    [
      'the same once more',
      [
        [0, false, 1],
        [0, false, 1],
      ],
      'open',
    ],
    ['the last one while others are missing', [[1, true, 1]], 'open'],
    [
      'all, the last one first',
      [
        [1, true, 1],
        [0, false, 0],
      ],
      'complete',
    ],
  ])('%s', (_case, places, state) => {
    const order = createOrder<number>(4)
    for (const [seq, last, fingerprint] of places) order.accept({ seq, last, fingerprint }, seq)
    expect(order.state()).toBe(state)
  })

  it('has no way back from its ends', () => {
    for (const state of ['complete', 'broken'] as const) {
      expect(new Set(Object.values(receivingTransitions[state]))).toEqual(new Set([state]))
    }
  })
})
