import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHeap } from '../../infra/local/broker/queue/heap.ts'

const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), rank: fc.nat({ max: 50 }) }),
  fc.record({ kind: fc.constant('pop' as const) }),
  fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
)

test('a heap gives the smallest first, also when items leave from its middle', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const heap = createHeap<{ rank: number }>((a, b) => a.rank < b.rank)
      const all: { rank: number }[] = []
      for (const one of steps) {
        if (one.kind === 'push') {
          const item = { rank: one.rank }
          heap.push(item)
          all.push(item)
        } else if (one.kind === 'remove') {
          const [item] = all.length > 0 ? all.splice(one.pick % all.length, 1) : []
          if (item) expect(heap.remove(item)).toBe(true)
          if (item) expect(heap.remove(item)).toBe(false)
        } else {
          const item = heap.pop()
          expect(item === undefined).toBe(all.length === 0)
          if (item) all.splice(all.indexOf(item), 1)
          if (item) expect(all.every((other) => other.rank >= item.rank)).toBe(true)
        }
        expect(heap.size).toBe(all.length)
        expect(heap.peek()?.rank).toBe(all.length === 0 ? undefined : Math.min(...all.map((a) => a.rank)))
      }
    }),
  )
})
