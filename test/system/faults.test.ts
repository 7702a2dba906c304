import { expect, it } from 'vitest'
import { relayUnderFaults } from '../chaos/relay/faults.ts'

const SEED = Number(process.env.STEG_CHAOS_SEED ?? Date.now() % 1_000_000)

it(`each call through the relay is answered once or reported failed, whatever happens (F3, seed ${SEED})`, {
  timeout: 500_000,
}, async () => {
  const result = await relayUnderFaults({ seed: SEED, seconds: 35, report: () => undefined })
  const nothing = { unanswered: [], twice: [], invented: [], damaged: [], stray: [], died: [], left: {} }
  expect(result).toMatchObject(nothing)
  expect(result.outcomes.answered).toBeGreaterThan(100)
})
