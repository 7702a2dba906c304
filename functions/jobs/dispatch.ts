import type { Clock } from '../../shared/clock.ts'
import { reasonOf } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Store } from '../platform/store/port.ts'
import type { Active, ActiveRunStore } from './active-run-store.ts'
import { eachAtOnce } from './at-once.ts'
import type { DueEntry, DueStore } from './due-store.ts'
import { type JobStore, type StoredJob, tryWrite, unchangedSince } from './job-store.ts'
import { recurrenceOf } from './recurrence.ts'
import type { JobRow } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { SUBJECTS_PER_MESSAGE } from './rules/lanes.ts'
import { stateOf, subjectEvents } from './rules/subject-state.ts'
import type { RunStore } from './run-store.ts'
import type { Starting, SubjectsMessage } from './starting.ts'
import { createSubjectStore, type SubjectStore } from './subject-store.ts'

/** Groups of subjects whose rows are read or written at the same time. */
const GROUPS_AT_ONCE = 8
/** An entry without a row may belong to a row that is about to be written; after so long it does not. */
const ORPHANED_MS = 15 * 60_000

export interface Dispatched {
  readonly started: number
  readonly waiting: number
  readonly failed: number
}

export type SubjectKey = JobKey & { readonly subject: string }

/** Brings subjects that are due to workers, many in one message. */
export interface Dispatch {
  /**
   * What these entries, all of one shard, come to. Costs for each tenant and job one page of rows, one batch and one
   * message for 50 subjects, and for 100 subjects of any tenants two batches in the index. @throws StegError `bus-unavailable`
   */
  due(entries: readonly DueEntry[]): Promise<Dispatched>
  /**
   * Makes a subject due now. While a message of it waits that is already so, and costs one read; while it is at work, it
   * will be due once more, however often somebody tells; otherwise it costs a read, two writes and a message.
   * @returns false for a subject that is not there.
   */
  notify(key: SubjectKey): Promise<boolean>
  /** Makes a subject due now of whose change was told while it was at work. Repeatable. */
  again(key: SubjectKey): Promise<void>
  /** What becomes of a message of which nothing was heard for long. @returns whether it was sent again. */
  look(partition: string, entry: Active): Promise<boolean>
}

interface Planned {
  readonly entry: DueEntry & SubjectKey
  readonly nextRun: number | undefined
  /** A run that ended without freeing the subject. */
  readonly ended: string | undefined
}

interface Group {
  readonly tenantId: string
  readonly job: string
  readonly rows: SubjectStore
  readonly stale: readonly (DueEntry & SubjectKey)[]
  readonly messages: readonly { readonly id: string; readonly planned: readonly Planned[] }[]
}

export function createDispatch(parts: {
  readonly store: Store
  readonly jobs: JobStore
  readonly index: DueStore
  readonly active: ActiveRunStore
  readonly runs: Pick<RunStore, 'isFree'>
  readonly starting: Pick<Starting, 'newId' | 'sendSubjects'>
  readonly isKnown: (job: string) => boolean
  readonly clock: Clock
  readonly log: Logger
}): Dispatch {
  const { jobs, index, active, starting, clock, log } = parts

  async function plan(entries: readonly (DueEntry & SubjectKey)[], now: number, count: Counter) {
    const { tenantId = '', job = '' } = entries[0] ?? {}
    const rows = createSubjectStore(parts.store, tenantId, job)
    const stored = await rows.read(entries.map(({ subject }) => subject))
    const stale: (DueEntry & SubjectKey)[] = []
    const planned: Planned[] = []
    for (const entry of entries) {
      try {
        if (rows.unreadable.has(entry.subject)) throw new Error('its row is not understood')
        const found = await lookAt(entry, stored.get(entry.subject), now)
        if (found === 'stale') stale.push(entry)
        else if (found === 'wait') count.waiting += 1
        else planned.push({ entry, ...found })
      } catch (error) {
        count.failed += 1
        logFailure(entry, error)
      }
    }
    return { tenantId, job, rows, stale, messages: messagesOf(planned) } satisfies Group
  }

  async function lookAt(entry: DueEntry & SubjectKey, row: StoredJob | undefined, now: number) {
    if (row === undefined) return entry.due + ORPHANED_MS <= now ? 'stale' : 'wait'
    const { schedule, nextRun, activeRun } = row.value
    if (schedule === undefined || schedule === null || nextRun !== entry.due) return 'stale'
    const action = subjectEvents.due[stateOf(row.value, now)]
    const ended =
      activeRun !== undefined && (await parts.runs.isFree(entry, row, now)) ? activeRun : undefined
    if (action === 'wait' && ended === undefined) return 'wait'
    return { ended, nextRun: recurrenceOf(schedule, entry).next(Math.max(now, entry.due)) }
  }

  function messagesOf(planned: readonly Planned[]) {
    const count = Math.ceil(planned.length / SUBJECTS_PER_MESSAGE)
    return Array.from({ length: count }, (_, n) => ({
      id: `m${starting.newId()}`,
      planned: planned.slice(n * SUBJECTS_PER_MESSAGE, (n + 1) * SUBJECTS_PER_MESSAGE),
    }))
  }

  /** One write for all subjects of a message. @returns those that are ours: others may have been faster. */
  async function claim({ rows }: Group, id: string, planned: readonly Planned[], now: number) {
    const claims = planned.map(({ entry, nextRun, ended }) =>
      rows.change(entry.subject, (row) => {
        if (row === undefined || row.nextRun !== entry.due || row.activeRun !== ended) return undefined
        if (ended === undefined && stateOf(row, now) !== 'idle') return undefined
        const { nextRun: _, ...rest } = sentWith(row, id, 'schedule', now)
        return nextRun === undefined ? rest : { ...rest, nextRun }
      }),
    )
    const written = await Promise.all(claims)
    return planned.filter((_, at) => written[at] !== undefined)
  }

  /** Entries that the rows do not name are left over, or of a change under way, which the fence makes start anew. */
  async function dropStale({ rows, stale }: Group): Promise<void> {
    const fences = stale.map(async (entry) => {
      let counts = false
      await rows.change(entry.subject, (row) => {
        counts = row !== undefined && row.nextRun === entry.due
        return counts ? undefined : row
      })
      return counts ? [] : [entry]
    })
    const dropped = (await Promise.all(fences)).flat()
    if (dropped.length > 0) await index.remove(dropped)
  }

  async function send(message: SubjectsMessage, n: number, attempt: number | string): Promise<void> {
    try {
      await starting.sendSubjects(message, n, attempt)
    } catch (error) {
      // It is found again as any message that was lost.
      const { tenantId, job } = message
      log.warn('due subjects could not be sent', { tenantId, job, reason: reasonOf(error) })
    }
  }

  async function wake(key: SubjectKey, wants: (row: JobRow) => boolean): Promise<boolean> {
    const { tenantId, job, subject } = key
    for (;;) {
      const row = await jobs.get(key)
      const action = subjectEvents.notify[stateOf(row?.value, clock.now())]
      if (row === undefined || action === 'ignore') return false
      if (action === 'join' || !wants(row.value)) return true
      if (action === 'remember') {
        if (row.value.again === true) return true
        if (await tryWrite(() => jobs.put(key, { ...row.value, again: true }, unchangedSince(row))))
          return true
        continue
      }
      const now = clock.now()
      const id = `m${starting.newId()}`
      // First the entry by which it is found again whatever happens next, then the claim that makes it count.
      await active.put([{ id, value: { tenantId, job, subjects: [subject], enqueuedAt: now } }])
      const sent = sentWith(row.value, id, 'notification', now)
      if (await tryWrite(() => jobs.put(key, sent, unchangedSince(row)))) {
        await send({ tenantId, job, message: id, subjects: [subject] }, 0, 0)
        return true
      }
      await active.remove(key, id)
    }
  }

  function logFailure({ tenantId, job, subject }: JobKey, error: unknown): void {
    log.error('due subject could not be started', { tenantId, job, subject, reason: reasonOf(error) })
  }

  return {
    async due(entries) {
      const now = clock.now()
      const count = { started: 0, waiting: 0, failed: 0 }
      const own = entries.filter((entry): entry is DueEntry & SubjectKey => entry.subject !== undefined)
      const groups: Group[] = []
      const byJob = Map.groupBy(own, ({ tenantId, job }) => `${tenantId}~${job}`)
      await eachAtOnce(byJob.values(), GROUPS_AT_ONCE, async (group) => {
        const { tenantId = '', job = '' } = group[0] ?? {}
        if (parts.isKnown(job)) groups.push(await plan(group, now, count))
        else {
          count.failed += group.length
          log.warn('scheduled job is unknown to this version', { tenantId, job })
        }
      })
      // In this order, so that a hub that dies at any point loses and doubles nothing: next entries and the traces of the
      // messages; one write for each message that claims its subjects and moves their schedules on; message; old entries.
      const all = groups.flatMap((group) => group.messages.map((message, n) => ({ group, message, n })))
      await Promise.all([
        index.put(
          all.flatMap(({ message }) =>
            message.planned.flatMap(({ entry, nextRun }) =>
              nextRun === undefined ? [] : [{ ...entry, due: nextRun }],
            ),
          ),
        ),
        active.put(
          all.map(({ group: { tenantId, job }, message: { id, planned } }) => ({
            id,
            value: { tenantId, job, subjects: planned.map(({ entry }) => entry.subject), enqueuedAt: now },
          })),
        ),
      ])
      const done: DueEntry[] = []
      let lost: unknown
      await eachAtOnce(all, GROUPS_AT_ONCE, async ({ group, message: { id, planned }, n }) => {
        const { tenantId, job } = group
        const claimed = await claim(group, id, planned, now)
        if (claimed.length === 0) return active.remove(group, id)
        const subjects = claimed.map(({ entry }) => entry.subject)
        count.started += subjects.length
        done.push(...claimed.map(({ entry }) => entry))
        await starting.sendSubjects({ tenantId, job, message: id, subjects }, n, 0).catch((error) => {
          lost ??= error
        })
      })
      await index.remove(done)
      await eachAtOnce(groups, GROUPS_AT_ONCE, dropStale)
      // They are claimed and will be sent again; starting more would only make more of them wait.
      if (lost !== undefined) throw lost
      return count
    },

    notify: (key) => wake(key, () => true),

    async again(key) {
      await wake(key, (row) => row.again === true)
    },

    async look(partition, { id, value }) {
      const { tenantId, job, subjects = [] } = value
      const now = clock.now()
      const stored = await createSubjectStore(parts.store, tenantId, job).read(subjects)
      const waiting: string[] = []
      let working = false
      for (const [subject, { value: row }] of stored) {
        const action = subjectEvents.overdue[stateOf(row, now)]
        const ours = row.pending?.message === id
        if (action === 'resend' && ours) waiting.push(subject)
        else if (action === 'wait' && ours) working = true
        else if (row.again === true && row.pending === undefined && row.activeRun === undefined) {
          await wake({ tenantId, job, subject }, (fresh) => fresh.again === true)
        }
      }
      if (waiting.length > 0) {
        await send({ tenantId, job, message: id, subjects: waiting }, 0, now)
        const resent = (value.resent ?? 0) + 1
        await active.putBack(partition, { id, value: { ...value, enqueuedAt: now, resent } })
      } else if (!working) await active.removeFrom(partition, id)
      return waiting.length > 0
    },
  }
}

interface Counter {
  waiting: number
  failed: number
}

/** A row once its message is under way: what was told of before is seen by the work that comes now. */
function sentWith(row: JobRow, message: string, trigger: 'schedule' | 'notification', now: number): JobRow {
  const { again: _, lease: __, activeRun: ___, ...rest } = row
  return { ...rest, pending: { message, at: now, trigger, attempts: 0 } }
}
