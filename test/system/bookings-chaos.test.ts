import { expect, it } from 'vitest'
import { bookingsUnderChaos } from '../chaos/bookings.ts'

const SEED = Number(process.env.STEG_CHAOS_SEED ?? Date.now() % 1_000_000)

it(`bookings are in Sage exactly once whatever is killed (F1, seed ${SEED})`, {
  timeout: 300_000,
}, async () => {
  const result = await bookingsUnderChaos({ seed: SEED, kills: 6, report: () => undefined })
  expect(result).toMatchObject({ missing: [], twice: [], outOfOrder: [], imported: result.own })
  expect(result.inSage).toBe(result.accepted)
  expect(result.accepted).toBeGreaterThan(10)
})
