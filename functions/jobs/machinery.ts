import type { Clock } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import type { Random } from '../../shared/random.ts'
import type { Bus } from '../platform/bus/port.ts'
import type { Store } from '../platform/store/port.ts'
import { createActiveRunStore } from './active-run-store.ts'
import { createAdmission } from './admission.ts'
import { createClockRepair } from './clock-repair.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'
import { createDueStore } from './due-store.ts'
import { createHands } from './in-hand.ts'
import { createJobStore } from './job-store.ts'
import type { JobDefinition } from './port.ts'
import { pruneRuns } from './pruning.ts'
import { createRecovery } from './recovery.ts'
import type { JobRow, RunRow } from './rows.ts'
import type { JobKey } from './rules/job-key.ts'
import { createRunStore } from './run-store.ts'
import { CHUNK, createScheduler } from './scheduler.ts'
import { createSchedules } from './schedules.ts'
import { createStarting, type JobMessage } from './starting.ts'
import { createSubjectWorker } from './subject-worker.ts'
import { createWorker } from './worker.ts'

/** How long a hub that ends waits for its runs to be given back. */
const CLOSE_MS = 3_000

/** What makes jobs run: index, claims, messages, workers, recovery. Every part is safe to be killed and to be doubled. */
export function createMachinery(parts: {
  readonly store: Store
  readonly bus: Pick<Bus, 'send'>
  readonly definitions: ReadonlyMap<string, JobDefinition>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}) {
  const { store, clock, log, definitions } = parts
  const ending = new AbortController()
  const hubEnds = ending.signal
  const underWay = new Set<Promise<void>>()

  const isKnown = (job: string) => definitions.has(job)
  const hasWork = async (tenantId: string, job: string) => {
    const definition = definitions.get(job)
    return definition?.kind !== 'work' || definition.hasWork === undefined || definition.hasWork(tenantId)
  }

  const jobs = createJobStore(store)
  const active = createActiveRunStore(store)
  const index = createDueStore(store, CHUNK, clock.now)
  // What was told while a run went on is only known when it has ended, by when all is made.
  const onAgain = async (key: JobKey) => {
    if (key.subject !== undefined) await dispatch.again({ ...key, subject: key.subject })
  }
  const runs = createRunStore({ store, jobs, active, onAgain })
  const starting = createStarting({ runs, bus: parts.bus, clock, random: parts.random })
  const dispatch: Dispatch = createDispatch({ ...parts, jobs, index, active, runs, starting, isKnown })
  const schedules = createSchedules({ jobs, index, clock })
  const scheduler = createScheduler({ ...parts, jobs, index, dispatch, runs, starting, isKnown, hasWork })
  const newId = starting.newId

  /** A job that became due during the run follows at once; after a stop by hand it waits for its next time. */
  async function follow(key: JobKey, run: RunRow, freed: JobRow | undefined): Promise<void> {
    if (freed?.nextRun === undefined || freed.nextRun > clock.now() || freed.activeRun !== undefined) return
    if (run.state === 'stopped') await schedules.skip(key)
    else await scheduler.follow(key, freed.nextRun)
  }

  const hands = createHands({
    ...parts,
    runs,
    starting,
    hubEnds,
    async afterRun(key, run, freed) {
      await follow(key, run, freed)
      await pruneRuns(store, key, clock.now())
    },
  })
  const workOnRun = createWorker({
    ...parts,
    jobs,
    runs,
    hands,
    newId,
    hubEnds,
    startChild: async (tenantId, job, dryRun) => {
      if (!definitions.has(job)) throw new StegError('not-found', { what: 'job' })
      const run = starting.newRun({ job }, 'parent', dryRun ? { dryRun } : {})
      return (await runs.claim(tenantId, run)).value
    },
  })
  const workOnSubjects = createSubjectWorker({
    ...parts,
    jobs,
    runs,
    hands,
    newId,
    hubEnds,
    active,
    dispatch,
    starting,
    follow: scheduler.follow,
  })
  const repairAfterWrongClock = createClockRepair({ index, schedules, clock, log })
  const recoverRuns = createRecovery({ jobs, active, runs, dispatch, starting, clock })
  // Each queue has places of its own.
  const admissions = { jobs: createAdmission(log), subjects: createAdmission(log) }

  async function admitted(message: JobMessage): Promise<void> {
    const { tenantId } = message
    if ('runId' in message) {
      const { runId, ...key } = message
      const send = () => starting.enqueue(key, runId, newId())
      const places = key.subject === undefined ? admissions.jobs : admissions.subjects
      return places.enter(tenantId, { about: runId, send }, () => workOnRun(message))
    }
    const send = () => starting.sendSubjects(message, 0, newId())
    const deferred = { about: message.message, send }
    return admissions.subjects.enter(tenantId, deferred, () => workOnSubjects(message))
  }

  return {
    jobs,
    runs,
    starting,
    schedules,
    dispatch,
    follow,
    tick: scheduler.tick,
    async recover(): Promise<number> {
      await repairAfterWrongClock()
      return recoverRuns()
    },

    async work(message: JobMessage): Promise<void> {
      // Who ends leaves what comes now to others: the message comes again.
      hubEnds.throwIfAborted()
      const working = admitted(message)
      const settled = working.catch(() => undefined)
      underWay.add(settled)
      await settled
      underWay.delete(settled)
      return working
    },

    /** Stops a run of a subject that was taken out; one that has ended meanwhile needs nothing. */
    async stopIfActive(key: JobKey, id: string): Promise<void> {
      try {
        await runs.requestStop(key, id)
      } catch (error) {
        if (!isStegError(error, 'run-not-active') && !isStegError(error, 'not-found')) throw error
      }
    },

    async close(): Promise<void> {
      ending.abort(new Error('the hub ends'))
      const patience = new AbortController()
      const waited = clock.sleep(CLOSE_MS, patience.signal).catch(() => undefined)
      await Promise.race([Promise.all(underWay), waited])
      patience.abort()
    },
  }
}
