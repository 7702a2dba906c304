import { bookingsUnderChaos } from './bookings.ts'

/**
 * The long form: npm run test:chaos. `STEG_CHAOS_SEED` repeats one, `STEG_CHAOS_KILLS` sets the number of kills
 * (default 200). Exit code 1 when anything is missing, twice or out of order.
 */
const seed = Number(process.env.STEG_CHAOS_SEED ?? Date.now() % 1_000_000)
const kills = Number(process.env.STEG_CHAOS_KILLS ?? 200)
const started = Date.now()
const say = (line: string) =>
  process.stdout.write(`${Math.round((Date.now() - started) / 1000)} s  ${line}\n`)

say(`seed ${seed}, ${kills} kills`)
const result = await bookingsUnderChaos({ seed, kills, report: say })
say(JSON.stringify(result, null, 2))
const wrong =
  result.missing.length +
  result.twice.length +
  result.outOfOrder.length +
  Math.abs(result.own - result.imported)
say(wrong === 0 ? 'each accepted booking is in Sage exactly once, in order' : `FAILED with seed ${seed}`)
process.exitCode = wrong === 0 ? 0 : 1
