import { StegError } from '../../shared/errors/error.ts'
import type { ActiveRunStore } from './active-run-store.ts'
import { eachAtOnce } from './at-once.ts'
import type { Dispatch, SubjectKey } from './dispatch.ts'
import { type Runnable, toRecord } from './execution.ts'
import { endWith } from './in-hand.ts'
import type { JobStore, StoredJob } from './job-store.ts'
import { type LightParts, runLightly } from './light-run.ts'
import type { JobDefinition } from './port.ts'
import type { JobRow, RunRow } from './rows.ts'
import { SUBJECTS_AT_ONCE } from './rules/lanes.ts'
import { LEASE_MS } from './rules/plausible.ts'
import { MAX_ATTEMPTS } from './rules/run-state.ts'
import { actionOnMessage } from './rules/subject-state.ts'
import type { Starting, SubjectsMessage } from './starting.ts'
import { createSubjectStore, type SubjectStore } from './subject-store.ts'
import { withSettingsOf } from './worker.ts'

export interface SubjectWorkerParts extends LightParts {
  readonly jobs: JobStore
  readonly active: ActiveRunStore
  readonly dispatch: Dispatch
  readonly definitions: ReadonlyMap<string, JobDefinition>
  readonly starting: Pick<Starting, 'newRun' | 'sendSubjects' | 'newId'>
  /** Starts a subject at once that became due while it was at work. */
  readonly follow: (key: SubjectKey, nextRun: number | undefined) => Promise<void>
}

/**
 * Works on the subjects that a message names, a few at the same time, each under a lease of its own. Any delivery may be
 * late, double or the second after a crash: only what the subject's row says counts.
 */
export function createSubjectWorker(parts: SubjectWorkerParts): (message: SubjectsMessage) => Promise<void> {
  const { clock, hubEnds } = parts

  return async (message) => {
    const { tenantId, job } = message
    const definition = parts.definitions.get(job)
    if (definition === undefined || definition.kind !== 'subjects') {
      parts.log.warn('message for subjects of a job that has none', { tenantId, job })
      return
    }
    const rows = createSubjectStore(parts.store, tenantId, job)
    const ofJob = (await parts.jobs.get({ tenantId, job }))?.value ?? {}
    const work = { message, definition, rows, ofJob }
    const ends = collectEnds()
    let left: ReadonlyMap<string, StoredJob> = new Map()
    try {
      left = await workOnAll(work, message.subjects, ends)
      if (left.size > 0) left = await takeOver(work, left, ends)
    } finally {
      await ends.settled()
    }
    if (hubEnds.aborted) {
      await parts.starting.sendSubjects(message, 0, parts.starting.newId())
      return
    }
    // A living worker has some of them still in hand, and removes the trace itself.
    if (left.size === 0) await parts.active.remove(message, message.message)
  }

  /** @returns those that another worker has in hand, with their leases. */
  async function workOnAll(work: Work, subjects: readonly string[], ends: Ends) {
    const stored = await work.rows.read(subjects)
    const owned = new Map<string, StoredJob>()
    const free: StoredSubject[] = []
    for (const [subject, row] of stored) {
      const action = actionOnMessage(row.value, work.message.message, clock.now())
      if (action === 'leave-to-owner') owned.set(subject, row)
      else if (action === 'give-up') ends.add(giveUp(work, subject, row.value))
      else if (action === 'take') free.push({ subject, attempts: row.value.pending?.attempts ?? 0 })
    }
    const one = async ({ subject }: StoredSubject) => {
      if (!hubEnds.aborted) await workOnOne(work, subject, ends)
    }
    const fresh = free.filter(({ attempts }) => attempts === 0)
    await eachAtOnce(fresh, SUBJECTS_AT_ONCE, one)
    // Whoever was at hand when a worker died comes last and alone: one that kills its worker takes no others along.
    const tried = free.filter(({ attempts }) => attempts > 0).sort((a, b) => a.attempts - b.attempts)
    await eachAtOnce(tried, 1, one)
    return owned
  }

  /** Leases that run out belonged to a dead worker. @returns those that are renewed: a living worker's. */
  async function takeOver(work: Work, owned: ReadonlyMap<string, StoredJob>, ends: Ends) {
    const until = Math.max(...Array.from(owned.values(), ({ value }) => value.lease?.until ?? 0))
    await clock.sleep(Math.max(0, until - clock.now()) + 1)
    return workOnAll(work, [...owned.keys()], ends)
  }

  async function workOnOne(work: Work, subject: string, ends: Ends): Promise<void> {
    const { message, rows, definition } = work
    const key = { tenantId: message.tenantId, job: message.job, subject }
    const { id } = parts.starting.newRun(key, 'schedule')
    const own = await rows.change(subject, (row) => {
      const now = clock.now()
      if (actionOnMessage(row, message.message, now) !== 'take' || row?.pending === undefined)
        return undefined
      const pending = { ...row.pending, attempts: row.pending.attempts + 1 }
      return { ...row, pending, lease: { owner: id, until: now + LEASE_MS } }
    })
    if (own === undefined) return
    const end = await runLightly(parts, {
      key,
      id,
      own: withSettingsOf(work.ofJob, own),
      definition,
      rows,
    })
    // Not waited for: the next subject's lease shares the batch with this one's end.
    if (end === 'quiet' || end === 'given-back') ends.add(letGo(rows, key, id, end))
  }

  async function letGo(
    rows: SubjectStore,
    key: SubjectKey,
    id: string,
    end: 'quiet' | 'given-back',
  ): Promise<void> {
    const row = await rows.change(key.subject, (current) => {
      if (current?.lease?.owner !== id) return undefined
      const { lease: _, pending, ...rest } = current
      if (end === 'quiet') {
        const { saved: __, ...done } = rest
        return { ...done, quiet: { count: (rest.quiet?.count ?? 0) + 1, at: clock.now() } }
      }
      return pending === undefined
        ? rest
        : { ...rest, pending: { ...pending, attempts: pending.attempts - 1 } }
    })
    if (row === undefined || end === 'given-back') return
    if (row.again === true) await parts.dispatch.again(key)
    else if (row.nextRun !== undefined && row.nextRun <= clock.now()) await parts.follow(key, row.nextRun)
  }

  /** A subject that killed its worker again and again: a run that failed says so, and its schedule goes on. */
  async function giveUp({ message, rows }: Work, subject: string, row: JobRow): Promise<void> {
    const key = { tenantId: message.tenantId, job: message.job, subject }
    const error = toRecord(new StegError('run-abandoned', { attempts: MAX_ATTEMPTS }))
    const begun: RunRow = parts.starting.newRun(key, row.pending?.trigger ?? 'schedule')
    const run = endWith({ ...begun, attempts: MAX_ATTEMPTS }, { state: 'failed', error }, clock.now())
    await parts.runs.insert(message.tenantId, run)
    const written = await rows.change(subject, (current) => {
      if (actionOnMessage(current, message.message, clock.now()) !== 'give-up') return undefined
      const { pending: _, lease: __, ...rest } = current ?? {}
      return { ...rest, lastRun: run.id }
    })
    if (written?.again === true) await parts.dispatch.again(key)
  }
}

interface Work {
  readonly message: SubjectsMessage
  readonly definition: Runnable
  readonly rows: SubjectStore
  readonly ofJob: JobRow
}

interface StoredSubject {
  readonly subject: string
  readonly attempts: number
}

interface Ends {
  add(end: Promise<void>): void
  /** Nothing goes on behind the end of the invocation. @throws the first failure */
  settled(): Promise<void>
}

function collectEnds(): Ends {
  const failures: { readonly error: unknown }[] = []
  const ends: Promise<void>[] = []
  return {
    add(end) {
      ends.push(
        end.catch((error) => {
          failures.push({ error })
        }),
      )
    },
    async settled() {
      await Promise.all(ends)
      const [first] = failures
      if (first !== undefined) throw first.error
    },
  }
}
