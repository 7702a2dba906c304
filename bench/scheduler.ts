import { join } from 'node:path'
import type { JobDefinition } from '../functions/jobs/port.ts'
import { dueTable, jobsTable } from '../functions/jobs/rows.ts'
import { shardOf, shards } from '../functions/jobs/rules/shard.ts'
import { createJobsService } from '../functions/jobs/service.ts'
import { countStore } from '../functions/platform/store/counting.ts'
import type { Store } from '../functions/platform/store/port.ts'
import { openSqliteStore } from '../functions/platform/store/sqlite.ts'
import { keyOf, padNumber } from '../functions/platform/store/table.ts'
import type { Clock } from '../shared/clock.ts'
import { silentLogger } from '../shared/log.ts'
import { systemRandom } from '../shared/random.ts'
import { makeFolder, removeFolder } from '../test/folder.ts'
import { benchLoad, type LoadFigures } from './scheduler/load.ts'
import { benchSubjects, type SubjectFigures } from './scheduler/subjects.ts'

/** One tick with so many schedules in the store. */
export interface TickFigures {
  readonly schedules: number
  readonly due: number
  readonly started: number
  readonly seconds: number
  readonly transactions: number
  readonly transactionsPerDueJob: number
  /** Of a tick that finds nothing due. */
  readonly idleTransactions: number
}

export interface SchedulerBench {
  readonly ticks: readonly TickFigures[]
  /** What a tick asks of the store does not depend on how many schedules exist. */
  readonly costDependsOnDueOnly: boolean
  readonly subjects: readonly SubjectFigures[]
  /** How long bookings wait while others keep the hub busy. */
  readonly load: readonly LoadFigures[]
}

const JOBS_PER_TENANT = 10
const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5)
const jobNames = Array.from({ length: JOBS_PER_TENANT }, (_, index) => `Job${index}`)

/** Schedules number `from` to `to`, all due at `due`: the rows that setting each of them by hand would leave. */
async function addSchedules(store: Store, from: number, to: number, due: number): Promise<void> {
  const jobs = jobsTable.bind(store)
  const entries = dueTable.bind(store)
  const minute = new Date(due).getUTCMinutes()
  const hour = new Date(due).getUTCHours()
  const schedule = { cron: `${minute} ${hour} * * *`, timeZone: 'UTC' }
  const any = { kind: 'any' as const }
  const step = 20_000
  for (let begin = from; begin < to; begin += step) {
    const all = Array.from({ length: Math.min(step, to - begin) }, (_, index) => {
      const number = begin + index
      const tenantId = `t${padNumber(Math.floor(number / JOBS_PER_TENANT), 11)}`
      return { tenantId, job: jobNames[number % JOBS_PER_TENANT] ?? '', due }
    })
    const writes: Promise<unknown>[] = []
    for (const [tenantId, own] of Map.groupBy(all, (one) => one.tenantId)) {
      const rows = own.map(({ job }) => ({
        kind: 'put' as const,
        key: job,
        value: { schedule, nextRun: due },
        condition: any,
      }))
      writes.push(jobs.batch(tenantId, rows))
    }
    for (const [shard, own] of Map.groupBy(all, ({ tenantId, job }) => shardOf(tenantId, job))) {
      const rows = own.map((value) => ({
        kind: 'put' as const,
        key: keyOf(padNumber(value.due, 14), value.tenantId, value.job),
        value,
        condition: any,
      }))
      writes.push(entries.chunked(shard, rows))
    }
    await Promise.all(writes)
  }
}

function hubOf(store: Store, clock: Clock) {
  const definitions = jobNames.map((token, position): JobDefinition => {
    return { token, category: 'SageSkripte', position, kind: 'work', run: async () => ({}) }
  })
  return createJobsService({
    store,
    clock,
    definitions,
    bus: { send: async () => undefined },
    random: systemRandom,
    log: silentLogger,
  })
}

/**
 * Ticks with `due` jobs due in one minute, beside ever more schedules that are not due.
 * Then subjects, and how long bookings wait under load. With the default of a million it takes about five minutes and 1 GB
 * of disk.
 */
export async function benchScheduler(
  sizes: readonly number[] = [10_000, 100_000, 1_000_000],
  due = 10_000,
): Promise<SchedulerBench> {
  const folder = await makeFolder()
  const store = openSqliteStore({ file: join(folder, 'store.db') })
  const counted = countStore(store)
  let now = START
  const clock: Clock = { now: () => now, sleep: async () => undefined }
  const hub = hubOf(counted.store, clock)
  const ticks: TickFigures[] = []
  try {
    let existing = 0
    for (const [round, schedules] of sizes.entries()) {
      // Each round has jobs of its own that are due in its minute; all others come much later.
      const dueAt = START + (round + 1) * 10 * MINUTE
      await addSchedules(store, existing, existing + due, dueAt)
      await addSchedules(store, existing + due, schedules, START + 20 * 60 * MINUTE)
      existing = schedules

      now = dueAt - MINUTE
      counted.reset()
      await hub.tick()
      const idleTransactions = counted.counts().transactions

      now = dueAt
      counted.reset()
      const began = performance.now()
      const { started } = await hub.tick()
      const seconds = Math.round(performance.now() - began) / 1000
      const { transactions } = counted.counts()
      const transactionsPerDueJob = Math.round((100 * transactions) / due) / 100
      ticks.push({ schedules, due, started, seconds, transactions, transactionsPerDueJob, idleTransactions })
      console.log(
        `${schedules.toLocaleString('en')} schedules, ${due.toLocaleString('en')} due: ${seconds} s, ${transactionsPerDueJob} transactions per due job; nothing due: ${idleTransactions} transactions`,
      )
    }
  } finally {
    store.close()
    await removeFolder(folder)
  }
  // The last page of a shard may be more or less full, so the counts may differ by a few for each shard.
  const counts = ticks.map(({ transactions }) => transactions)
  const spread = Math.max(...counts) - Math.min(...counts)
  const alike = spread <= 6 * shards.length && ticks.every(({ started }) => started === due)
  console.log(
    alike
      ? 'The cost does not depend on the number of schedules.'
      : 'The cost DEPENDS on the number of schedules.',
  )
  const subjects = [
    await benchSubjects(100, 1_000, 6),
    await benchSubjects(1_000, 50, 6),
    await benchSubjects(1, 50, 60),
  ]
  return { ticks, costDependsOnDueOnly: alike, subjects, load: await benchLoad() }
}
