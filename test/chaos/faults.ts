import { relayUnderFaults } from './relay/faults.ts'
import { verdictOf } from './relay/verdict.ts'

/**
 * The long form: npm run test:faults [-- MINUTES] (default 10). `STEG_CHAOS_SEED` repeats a run's choices. Exit code 1
 * when a call was lost, doubled or damaged, a message stays on a queue, or memory grows.
 */
const minutes = Number(process.argv[2] ?? 10)
const seed = Number(process.env.STEG_CHAOS_SEED ?? Date.now() % 1_000_000)
const started = Date.now()
const say = (line: string) =>
  process.stdout.write(`${Math.round((Date.now() - started) / 1000)} s  ${line}\n`)

say(`seed ${seed}, ${minutes} minutes`)
const result = await relayUnderFaults({ seed, seconds: minutes * 60, report: say })
const { resident: _, ...shown } = result
say(JSON.stringify(shown, null, 2))
const wrong = verdictOf(result)
say(wrong.length === 0 ? 'every call answered once or reported failed' : `FAILED with seed ${seed}: ${wrong}`)
process.exitCode = wrong.length === 0 ? 0 : 1
