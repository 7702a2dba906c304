import { join } from 'node:path'
import { type JobDefinition, QUIET } from '../../functions/jobs/port.ts'
import { recurrenceOf } from '../../functions/jobs/recurrence.ts'
import { dueTable, jobsTable } from '../../functions/jobs/rows.ts'
import { SESSIONS } from '../../functions/jobs/rules/fair-share.ts'
import { rowOf } from '../../functions/jobs/rules/job-key.ts'
import { shardOf } from '../../functions/jobs/rules/shard.ts'
import { createJobsService } from '../../functions/jobs/service.ts'
import type { OutgoingMessage } from '../../functions/platform/bus/port.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import type { Store } from '../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { keyOf, padNumber } from '../../functions/platform/store/table.ts'
import type { Clock } from '../../shared/clock.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { makeFolder, removeFolder } from '../../test/folder.ts'

/** Subjects that find nothing to do, over some minutes. */
export interface SubjectFigures {
  readonly tenants: number
  readonly subjects: number
  readonly minutes: number
  readonly dueTimes: number
  /** Of a tick, the longest. */
  readonly tickSeconds: number
  /** Of the work on a minute's messages by one hub, the longest. */
  readonly workSeconds: number
  /** Without the pages that a tick reads when nothing is due. */
  readonly transactionsPerDueTime: number
  readonly messagesPerDueTime: number
}

export const JOB = 'Mail'
const EVERY = { everySeconds: 300 }
const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5)
const IDLE_TICK = 16

/** The rows that registering each subject would leave. */
export async function addSubjects(
  store: Store,
  tenantIds: readonly string[],
  perTenant: number,
  now: number,
): Promise<void> {
  const any = { kind: 'any' as const }
  for (const tenantId of tenantIds) {
    const keys = Array.from({ length: perTenant }, (_, n) => ({ tenantId, job: JOB, subject: `box-${n}` }))
    const rows = keys.map((key) => ({ key, due: recurrenceOf(EVERY, key).next(now) ?? 0 }))
    await jobsTable.bind(store).chunked(
      rowOf({ tenantId, job: JOB, subject: 'x' }).partition,
      rows.map(({ key, due }) => ({
        kind: 'put',
        key: rowOf(key).key,
        value: { schedule: EVERY, nextRun: due },
        condition: any,
      })),
    )
    await dueTable.bind(store).chunked(
      shardOf(tenantId, JOB),
      rows.map(({ key, due }) => ({
        kind: 'put',
        key: keyOf(padNumber(due, 14), key.tenantId, key.job, key.subject),
        value: { ...key, due },
        condition: any,
      })),
    )
  }
}

export async function benchSubjects(
  tenants: number,
  perTenant: number,
  minutes: number,
): Promise<SubjectFigures> {
  const folder = await makeFolder()
  const store = openSqliteStore({ file: join(folder, 'store.db') })
  const counted = countStore(store)
  let now = START
  const clock: Clock = {
    now: () => now,
    // No time passes while a minute is worked on.
    sleep: (_, signal) =>
      new Promise((_, reject) => {
        if (signal?.aborted) reject(signal.reason)
        else signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  }
  const quietJob: JobDefinition = {
    token: JOB,
    category: 'SageSkripte',
    position: 1,
    kind: 'subjects',
    run: async () => QUIET,
  }
  const sent: OutgoingMessage[] = []
  const hub = createJobsService({
    store: counted.store,
    clock,
    definitions: [quietJob],
    bus: {
      send: async (_, message) => {
        sent.push(message)
      },
    },
    random: systemRandom,
    log: silentLogger,
  })
  /** As a host does: as many sessions as it has places, one message of each after the other. */
  async function workOnAll(messages: readonly OutgoingMessage[]): Promise<void> {
    const sessions = Map.groupBy(messages, ({ sessionId }) => sessionId).values()
    const place = async () => {
      for (const session of sessions) {
        for (const { body } of session) await hub.work(JSON.parse(Buffer.from(body).toString()))
      }
    }
    await Promise.all(Array.from({ length: SESSIONS }, place))
  }

  try {
    const tenantIds = Array.from({ length: tenants }, (_, n) => `t${padNumber(n, 11)}`)
    await addSubjects(store, tenantIds, perTenant, now)
    counted.reset()
    let dueTimes = 0
    let messages = 0
    let tickSeconds = 0
    let workSeconds = 0
    for (let minute = 0; minute < minutes; minute++) {
      now += MINUTE
      const ticking = performance.now()
      dueTimes += (await hub.tick()).started
      tickSeconds = Math.max(tickSeconds, performance.now() - ticking)
      messages += sent.length
      const working = performance.now()
      while (sent.length > 0) await workOnAll(sent.splice(0))
      workSeconds = Math.max(workSeconds, performance.now() - working)
    }
    const transactions = counted.counts().transactions - minutes * IDLE_TICK
    const figures = {
      tenants,
      subjects: tenants * perTenant,
      minutes,
      dueTimes,
      tickSeconds: Math.round(tickSeconds) / 1000,
      workSeconds: Math.round(workSeconds) / 1000,
      transactionsPerDueTime: Math.round((1000 * transactions) / dueTimes) / 1000,
      messagesPerDueTime: Math.round((1000 * messages) / dueTimes) / 1000,
    }
    console.log(
      `${figures.subjects.toLocaleString('en')} idle subjects of ${tenants} tenants every 5 min: ` +
        `${Math.round(dueTimes / minutes).toLocaleString('en')} due a minute, tick ${figures.tickSeconds} s, ` +
        `work ${figures.workSeconds} s; ${figures.transactionsPerDueTime} transactions and ` +
        `${figures.messagesPerDueTime} messages per due time`,
    )
    return figures
  } finally {
    store.close()
    await removeFolder(folder)
  }
}
