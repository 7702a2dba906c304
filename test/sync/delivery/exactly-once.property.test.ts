import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dice } from '../../chaos/random.ts'
import { instantClock } from '../../clock.ts'
import { type Fault, faults, type Item, memorySite, type Step } from './memory.ts'

const lanes = ['x', 'y', 'z'] as const

const scenario = fc.record({
  seed: fc.nat(),
  items: fc.array(
    fc.record({
      lane: fc.constantFrom(...lanes),
      content: fc.constantFrom('a', 'a', 'b', 'c'),
      bad: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
      /** Somebody else has made the same in the target before. */
      twin: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  faults: fc.array(fc.constantFrom(...faults), { maxLength: 16 }),
  /** One worker each: after how many steps it ends, before or after that step's effect, and whether another works beside it. */
  workers: fc.array(fc.record({ steps: fc.nat({ max: 50 }), after: fc.boolean(), beside: fc.boolean() }), {
    maxLength: 6,
  }),
})

class Killed extends Error {}

/** A process that ends at a step, before or after its effect, and does nothing from then on. */
function mortal(steps: number, after: boolean, pauses: () => number): Step {
  let left = steps
  return async (effect) => {
    for (let turn = pauses(); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve))
    left -= 1
    if (left < 0 && !(left === -1 && after)) throw new Killed()
    const result = effect()
    if (left < 0) throw new Killed()
    return result
  }
}

describe.each(['content', 'mark', 'key'] as const)('a target that recognises by %s', (recognises) => {
  it('has every item exactly once and each lane in order, whatever is killed, cut or late', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ seed, items: drawn, faults: planned, workers }) => {
        const clock = instantClock()
        const site = memorySite(clock, recognises)
        const roll = dice(seed)
        for (const { lane, content, twin } of drawn) if (twin) site.addForeign(lane, content)
        const foreign = site.entries.length
        const queue: Fault[] = [...planned]
        site.meet(() => queue.shift() ?? 'none')
        const all = drawn.map((one, index): Item => ({ ...one, id: `i${index}` }))
        const waiting = [...all]
        const share = Math.ceil(all.length / (workers.length + 1))
        const arrive = () => site.add(waiting.splice(0, share))
        const live = (steps: number, after: boolean, slowness: number) =>
          site.run({ step: mortal(steps, after, () => roll.between(0, slowness)) }).catch(() => undefined)

        for (const { steps, after, beside } of workers) {
          arrive()
          const others = beside ? [live(roll.between(0, 120), !after, 5)] : []
          await Promise.all([live(steps, after, 1), ...others])
          clock.advance(roll.between(0, 70_000))
        }
        while (waiting.length > 0) arrive()
        for (let run = 0; run < 20; run++) {
          await site.run().catch(() => undefined)
          clock.advance(20_000)
        }
        // What was still on its way has had its time.
        clock.advance(600_000)
        site.arrive()

        const good = all.filter(({ bad }) => !bad)
        expect(
          site.entries
            .slice(foreign)
            .map(({ of }) => of)
            .sort(),
        ).toEqual(good.map(({ id }) => id).sort())
        for (const lane of lanes) {
          const sent = site.entries.flatMap((entry) => (entry.lane === lane && entry.of ? [entry.of] : []))
          expect(sent).toEqual(good.filter((item) => item.lane === lane).map(({ id }) => id))
        }
        const expected = all.map(({ id, bad }) => [id, bad ? 'refused' : 'delivered'])
        expect(site.states()).toEqual(Object.fromEntries(expected))
      }),
      { numRuns: Number(process.env.STEG_MODEL_RUNS ?? 250) },
    )
  })
})
