import type { Clock } from '../../shared/clock.ts'
import { isStegError, reasonOf } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Dispatch } from './dispatch.ts'
import type { DueEntry, DueStore } from './due-store.ts'
import type { JobStore, StoredJob } from './job-store.ts'
import { recurrenceOf } from './recurrence.ts'
import type { RunRow, Schedule } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { shards } from './rules/shard.ts'
import type { RunStore } from './run-store.ts'
import type { Starting } from './starting.ts'

/** Jobs that are handled together, so that their entries share batches; also the size of a page of the index. */
export const CHUNK = 100
/** Shards that are worked on at the same time. */
const LANES = 4
/** Due subjects of a shard that are brought together, so that those of one tenant share messages. */
const SUBJECTS_TOGETHER = 5_000
/** A timer may fire a moment early; what is due then must not wait for the next tick. */
const EARLY_MS = 1_000

export interface Tick {
  readonly started: number
  /** Due, but there was nothing to do. */
  readonly idle: number
  /** Due, but a run of the job is still active: that run's end starts the next. */
  readonly waiting: number
  readonly failed: number
}

export interface Scheduler {
  /** Starts what is due. Cost grows with what is due, not with what exists. Any number may run at once. */
  tick(): Promise<Tick>
  /** Starts a job or subject at once that became due while a run held it. @param nextRun as in its row. */
  follow(key: JobKey, nextRun: number | undefined): Promise<void>
}

interface Start {
  readonly entry: DueEntry
  readonly row: StoredJob
  readonly run: RunRow
  readonly nextRun: number | undefined
}

type Look =
  | { readonly kind: 'waiting' | 'failed' }
  | { readonly kind: 'stale'; readonly entry: DueEntry; readonly row: StoredJob | undefined }
  | ({ readonly kind: 'start' } & Start)
  | ({ readonly kind: 'idle' } & Omit<Start, 'run'>)

export function createScheduler(parts: {
  readonly jobs: JobStore
  readonly index: DueStore
  readonly dispatch: Pick<Dispatch, 'due'>
  readonly runs: RunStore
  readonly starting: Starting
  readonly isKnown: (job: string) => boolean
  readonly hasWork: (tenantId: string, job: string) => Promise<boolean>
  readonly clock: Clock
  readonly log: Logger
}): Scheduler {
  const { jobs, index, runs, starting, clock, log } = parts

  /** What an entry of the index comes to, compared with the job's row, which decides. */
  async function look(entry: DueEntry, nextOf: NextOf): Promise<Look> {
    const { tenantId, job } = entry
    const row = await jobs.get(entry)
    const schedule = row?.value.schedule ?? undefined
    if (row === undefined || schedule === undefined || row.value.nextRun !== entry.due) {
      return { kind: 'stale', entry, row }
    }
    if (!parts.isKnown(job)) {
      log.warn('scheduled job is unknown to this version', { tenantId, job })
      return { kind: 'failed' }
    }
    if (!(await runs.isFree(entry, row, clock.now()))) return { kind: 'waiting' }
    const nextRun = nextOf(schedule, entry)
    if (!(await parts.hasWork(tenantId, job))) return { kind: 'idle', entry, row, nextRun }
    return { kind: 'start', entry, row, run: starting.newRun(entry, 'schedule'), nextRun }
  }

  /** Entries of one shard. */
  async function startAll(entries: readonly DueEntry[]): Promise<Tick> {
    const now = clock.now()
    const latest = entries.reduce((most, { due }) => Math.max(most, due), now)
    const nextOf = remembering((schedule, key) => recurrenceOf(schedule, key).next(latest))
    const looks = await Promise.all(entries.map((entry) => guarded(entry, () => look(entry, nextOf))))
    const count = (kind: Look['kind']) => looks.filter((found) => found.kind === kind).length
    const starts = looks.filter((found) => found.kind === 'start')
    const outcome = await startEach(starts)
    await moveOn(looks.filter((found) => found.kind === 'idle'))
    // Last, because it touches the rows: a job may have an entry that counts beside one that is left over.
    for (const found of looks) if (found.kind === 'stale') await dropStale(found.entry, found.row)
    return {
      ...outcome,
      idle: count('idle'),
      waiting: count('waiting'),
      failed: outcome.failed + count('failed'),
    }
  }

  /** In the same order as a start: the next entry, the row that decides, the old entry. Who loses a race leaves it alone. */
  async function moveOn(idle: readonly Omit<Start, 'run'>[]): Promise<void> {
    if (idle.length === 0) return
    await index.put(
      idle.flatMap(({ entry, nextRun }) => (nextRun === undefined ? [] : [{ ...entry, due: nextRun }])),
    )
    const moved = await Promise.all(
      idle.map(async ({ entry, row, nextRun }) => {
        const { nextRun: _, ...rest } = row.value
        const next = nextRun === undefined ? rest : { ...rest, nextRun }
        try {
          await jobs.put(entry, next, { kind: 'match', etag: row.etag })
          return true
        } catch (error) {
          if (!isStegError(error, 'store-conflict')) throw error
          return false
        }
      }),
    )
    await index.remove(idle.filter((_, at) => moved[at]).map(({ entry }) => entry))
  }

  /** An entry that the job's row does not name is left over, or of a change under way, which the fence makes start anew. */
  async function dropStale(entry: DueEntry, row: StoredJob | undefined): Promise<void> {
    if (await runs.fence(entry, row)) await index.remove([entry])
  }

  /**
   * In this order, so that a hub that dies at any point loses and doubles nothing: the next entry, the trace of the
   * run, then one write that claims the job and moves its schedule on; message; old entry.
   */
  async function startEach(starts: readonly Start[]): Promise<Pick<Tick, 'started' | 'failed'>> {
    if (starts.length === 0) return { started: 0, failed: 0 }
    await Promise.all([
      index.put(
        starts.flatMap(({ entry, nextRun }) => (nextRun === undefined ? [] : [{ ...entry, due: nextRun }])),
      ),
      runs.announce(starts.map(({ entry, run }) => ({ tenantId: entry.tenantId, run }))),
    ])
    const outcomes = await Promise.all(starts.map(claim))
    const claimed = starts.filter((_, at) => outcomes[at] === 'claimed')
    const sent = await Promise.allSettled(claimed.map(({ entry, run }) => starting.enqueue(entry, run.id, 0)))
    await index.remove(claimed.map(({ entry }) => entry))
    const lost = sent.find((outcome) => outcome.status === 'rejected')
    // The runs are claimed and will be enqueued again; starting more would only make more of them wait.
    if (lost !== undefined) throw lost.reason
    return {
      started: claimed.length,
      failed: outcomes.filter((outcome) => outcome === 'failed').length,
    }
  }

  async function claim({ entry, row, run, nextRun }: Start): Promise<'claimed' | 'lost' | 'failed'> {
    const { nextRun: _, ...rest } = row.value
    const settled = { etag: row.etag, value: rest }
    try {
      await runs.commit(entry.tenantId, run, settled, nextRun === undefined ? {} : { nextRun })
      return 'claimed'
    } catch (error) {
      if (isStegError(error, 'job-already-active')) return 'lost'
      logFailure(entry, error)
      return 'failed'
    }
  }

  /** One job that cannot be read or understood does not hold up the others. */
  async function guarded(entry: DueEntry, work: () => Promise<Look>): Promise<Look> {
    try {
      return await work()
    } catch (error) {
      if (isStegError(error, 'store-unavailable')) throw error
      logFailure(entry, error)
      return { kind: 'failed' }
    }
  }

  function logFailure({ tenantId, job }: JobKey, error: unknown): void {
    log.error('scheduled job could not be started', { tenantId, job, reason: reasonOf(error) })
  }

  async function sweep(shard: string, until: number, onTick: (tick: Partial<Tick>) => void): Promise<void> {
    let subjects: DueEntry[] = []
    for await (const page of index.pages(shard, until)) {
      const ofJobs = page.filter(({ subject }) => subject === undefined)
      if (ofJobs.length > 0) onTick(await startAll(ofJobs))
      if (ofJobs.length < page.length) subjects.push(...page.filter(({ subject }) => subject !== undefined))
      if (subjects.length < SUBJECTS_TOGETHER) continue
      onTick(await parts.dispatch.due(subjects))
      subjects = []
    }
    if (subjects.length > 0) onTick(await parts.dispatch.due(subjects))
  }

  return {
    async tick() {
      const until = clock.now() + EARLY_MS
      const total = { started: 0, idle: 0, waiting: 0, failed: 0 }
      const left = shards.values()
      const lane = async () => {
        for (const shard of left) {
          await sweep(shard, until, ({ started = 0, idle = 0, waiting = 0, failed = 0 }) => {
            total.started += started
            total.idle += idle
            total.waiting += waiting
            total.failed += failed
          })
        }
      }
      await Promise.all(Array.from({ length: LANES }, lane))
      return total
    },

    async follow(key, nextRun) {
      if (nextRun === undefined || nextRun > clock.now()) return
      const entry = await index.find({ ...key, due: nextRun })
      if (entry === undefined) return
      if (key.subject === undefined) await startAll([entry])
      else await parts.dispatch.due([entry])
    },
  }
}

type NextOf = (schedule: Schedule, key: JobKey) => number | undefined

/** Missed times are made up once: the next time is after now, however many lie between. Many tenants share few schedules. */
function remembering(compute: NextOf): NextOf {
  const known = new Map<string, number | undefined>()
  return (schedule, job) => {
    if (!('cron' in schedule)) return compute(schedule, job)
    const key = `${schedule.cron}~${schedule.timeZone}`
    if (!known.has(key)) known.set(key, compute(schedule, job))
    return known.get(key)
  }
}
