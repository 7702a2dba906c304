import type { RunRow } from './rows.ts'
import { type JobKey, textOf } from './rules/job-key.ts'
import { hasEnded } from './rules/run-state.ts'

/** Runs that are kept; the one that was asked for longest ago makes room. */
const KEPT = 1_000

type Find = (key: JobKey, id: string) => Promise<{ readonly value: RunRow } | undefined>

/** Finds runs. One that has ended never changes, so it is read once: lists that are asked for again and again stay cheap. */
export function rememberEnded(find: Find): (...run: Parameters<Find>) => Promise<RunRow | undefined> {
  const ended = new Map<string, RunRow>()
  return async (job, id) => {
    const key = `${textOf(job)}/${id}`
    const run = ended.get(key) ?? (await find(job, id))?.value
    if (run === undefined || !hasEnded(run.state)) return run
    ended.delete(key)
    ended.set(key, run)
    const [oldest] = ended.keys()
    if (ended.size > KEPT && oldest !== undefined) ended.delete(oldest)
    return run
  }
}
