import {
  type Change,
  type Counts,
  type JobDefinition,
  QUIET,
  type RunContext,
  RunHeld,
} from '../../functions/jobs/port.ts'
import { activeRunsTable, dueTable, jobsTable, type RunRow } from '../../functions/jobs/rows.ts'
import { rowOf } from '../../functions/jobs/rules/job-key.ts'
import { activeShards, shards } from '../../functions/jobs/rules/shard.ts'
import { createJobsService } from '../../functions/jobs/service.ts'
import type { OutgoingMessage } from '../../functions/platform/bus/port.ts'
import type { Store } from '../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { StegError } from '../../shared/errors/error.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { fakeClock } from '../agent/fake-clock.ts'

export const TENANT = 'tenant001'

/** Jobs with a store in memory, a bus that only keeps what is sent, and work that the test decides. */
export function jobsSite() {
  const store = openSqliteStore({ file: ':memory:' })
  const clock = fakeClock()
  const sent: OutgoingMessage[] = []
  /** Where what was sent went. */
  const queues: string[] = []
  const worked: { token: string; context: RunContext }[] = []
  const undone: { context: RunContext; changes: readonly Change[] }[] = []
  const bus = { fail: false }
  let behaviour: (token: string, context: RunContext) => Promise<void> = async () => undefined

  let ofSubject: (context: RunContext) => Promise<Counts | typeof QUIET> = async () => QUIET

  const idle = new Set<string>()
  const work = (token: string): Extract<JobDefinition, { kind: 'work' }> => ({
    token,
    category: 'SageSkripte',
    position: 10,
    kind: 'work',
    hasWork: async () => !idle.has(token),
    async run(context) {
      worked.push({ token, context })
      await behaviour(token, context)
      return { read: 1 }
    },
  })

  /** What a hub process is: several may share store and bus. */
  const hub = (over: Store = store) =>
    createJobsService({
      store: over,
      bus: {
        async send(queue, message) {
          if (bus.fail) throw new StegError('bus-unavailable', { reason: 'test' })
          queues.push(queue)
          sent.push(message)
        },
      },
      definitions: [
        work('One'),
        work('Two'),
        { token: 'Both', category: 'SageSkripte', position: 5, kind: 'sequence', children: ['One', 'Two'] },
        {
          ...work('SysSageExportBuchungen'),
          schedule: { cron: '* * * * *', timeZone: 'Europe/Berlin' },
        },
        {
          ...work('Undoable'),
          async undo(context, changes) {
            undone.push({ context, changes })
            return { restored: changes.length }
          },
        },
        {
          token: 'Mail',
          category: 'SageSkripte',
          position: 90,
          kind: 'subjects',
          async run(context) {
            worked.push({ token: 'Mail', context })
            return ofSubject(context)
          },
          async undo(context, changes) {
            undone.push({ context, changes })
            return { restored: changes.length }
          },
        },
      ],
      clock,
      random: systemRandom,
      log: silentLogger,
    })

  /** Works on every message, in order, as the trigger would; those that come meanwhile too. */
  async function workAll(by = hub()): Promise<void> {
    for (let message = sent.shift(); message !== undefined; message = sent.shift()) {
      await by.work(JSON.parse(Buffer.from(message.body).toString()))
    }
  }

  /** All entries of the index as `<tenant> <job> <time>`. */
  async function dueEntries(): Promise<string[]> {
    const entries: string[] = []
    for (const shard of shards) {
      for await (const { value } of dueTable.bind(store).all(shard)) {
        const job = value.subject === undefined ? value.job : `${value.job}/${value.subject}`
        entries.push(`${value.tenantId} ${job} ${new Date(value.due).toISOString()}`)
      }
    }
    return entries.sort()
  }

  const jobRow = async (job: string, tenantId = TENANT) =>
    (await jobsTable.bind(store).get(tenantId, job))?.value

  /** The row of a subject of the job `Mail`. */
  async function subjectRow(subject: string, tenantId = TENANT) {
    const { partition, key } = rowOf({ tenantId, job: 'Mail', subject })
    return (await jobsTable.bind(store).get(partition, key))?.value
  }

  /** Registers a subject of the job `Mail`. */
  const addSubject = (
    subject: string,
    tenantId = TENANT,
    schedule: { readonly everySeconds: number } | null = { everySeconds: 300 },
  ) => hub().edit(tenantId, 'Mail', { schedule }, undefined, subject)

  /** The same for `box-0`, `box-1` and so on. */
  async function addSubjects(count: number): Promise<string[]> {
    const subjects = Array.from({ length: count }, (_, n) => `box-${n}`)
    for (const subject of subjects) await addSubject(subject)
    return subjects
  }

  const runsOfSubject = async (subject: string) =>
    (await hub().history(TENANT, 'Mail', { limit: 99, subject })).runs

  const workedSubjects = () => worked.map(({ context }) => context.subject ?? '').sort()

  /** Minute after minute, as timer and trigger would. */
  async function passMinutes(count: number, by = hub()): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      clock.set(clock.now() + 60_000)
      await by.tick()
      await workAll(by)
    }
  }

  /** Ids of what is queued or running. */
  async function activeIds(): Promise<string[]> {
    const ids: string[] = []
    for (const shard of activeShards) {
      for await (const { key } of activeRunsTable.bind(store).all(shard)) ids.push(key)
    }
    return ids
  }

  return {
    hub,
    store,
    workAll,
    dueEntries,
    jobRow,
    subjectRow,
    addSubject,
    addSubjects,
    runsOfSubject,
    workedSubjects,
    passMinutes,
    activeIds,
    clock,
    sent,
    queues,
    worked,
    undone,
    bus,
    /** Jobs that say that there is nothing to do. */
    idle,
    behave(next: typeof behaviour) {
      behaviour = next
    },
    /** What a run of a subject does; at first nothing, quietly. */
    behaveSubject(next: typeof ofSubject) {
      ofSubject = next
    },
    message: (run: RunRow) => ({ tenantId: TENANT, job: run.job, runId: run.id }),
    close: () => store.close(),
  }
}

export const held = () => new RunHeld({ count: 20, limit: 3, total: 20, digest: 'these people' })

/** What a healthy hub does from here on, until everything that was broken off is repaired. */
export async function continueHealthy(site: ReturnType<typeof jobsSite>, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    site.clock.set(site.clock.now() + 60_000)
    await site.hub().tick()
    await site.workAll()
    await site.hub().recover()
    await site.workAll()
  }
}
