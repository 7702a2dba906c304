import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gatherSends } from '../../shared/wire/gather-sends.ts'

interface Message {
  readonly name: number
  readonly body: Uint8Array
  readonly sessionId?: string | undefined
}

const same = (message: Message) => message

const LIMIT = 256 * 1024

describe('what is sent within one turn', () => {
  it('goes out once and in its order, in batches that the broker takes', async () => {
    const message = fc.record({
      size: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 70_000, max: 250_000 })),
      sessionId: fc.constantFrom(undefined, 'a', 'b'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(message, { maxLength: 12 }), { maxLength: 5 }), async (turns) => {
        const batches: Message[][] = []
        const send = gatherSends(same, async (sent) => {
          batches.push([sent].flat())
        })
        let name = 0
        for (const turn of turns) {
          const before = batches.length
          const sending = turn.map(({ size, sessionId }) =>
            send({ name: name++, body: new Uint8Array(size), sessionId }),
          )
          expect(batches.length).toBe(before)
          await Promise.all(sending)
          const small = turn.every(({ size, sessionId }) => size <= 3000 && sessionId === 'a')
          if (small && turn.length > 0) expect(batches.length).toBe(before + 1)
        }
        expect(batches.flat().map((one) => one.name)).toEqual(Array.from({ length: name }, (_, at) => at))
        for (const batch of batches) {
          expect(new Set(batch.map(({ sessionId }) => sessionId)).size).toBe(1)
          const size = batch.reduce((sum, { body }) => sum + body.length, 0)
          expect(batch.length === 1 || size < LIMIT - batch.length * 1024).toBe(true)
        }
      }),
    )
  })

  it('tells each sender what became of its own batch', async () => {
    const send = gatherSends(same, async (sent) => {
      await setImmediate()
      if ([sent].flat()[0]?.sessionId === 'refused') throw new Error('refused')
    })
    const one = (sessionId: string) => send({ name: 0, body: new Uint8Array(1), sessionId })
    const outcomes = await Promise.allSettled([one('refused'), one('refused'), one('taken')])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  })
})
