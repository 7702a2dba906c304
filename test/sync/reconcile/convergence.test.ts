import fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories, settings } from './arbitrary.ts'
import { play } from './history.ts'

/** `npm run test:convergence` plays many more. */
const RUNS = Number(process.env.STEG_HISTORIES ?? 1500)

test(`both sides converge after ${RUNS} random histories, and nothing is lost, doubled or deleted`, async () => {
  await fc.assert(
    fc.asyncProperty(settings, histories, async (setting, history) => {
      expect(await play(setting, history)).toEqual([])
    }),
    { numRuns: RUNS },
  )
}, 3_600_000)
