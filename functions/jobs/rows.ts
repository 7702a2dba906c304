import { z } from 'zod'
import type { ErrorRecord } from '../../shared/errors/error.ts'
import { defineTable } from '../platform/store/table.ts'

const ErrorRecordSchema = z.custom<ErrorRecord>((value) => typeof value === 'object' && value !== null)
const Counts = z.record(z.string(), z.number())

export const logLevels = ['error', 'warning', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

/** A cron expression of five fields, and the IANA time zone it is meant in. */
const CronScheduleSchema = z.object({ cron: z.string(), timeZone: z.string() })
export type CronSchedule = z.infer<typeof CronScheduleSchema>
/** Every so many seconds, at a phase that follows from tenant, job and subject. */
const IntervalSchema = z.object({ everySeconds: z.number() })
const ScheduleSchema = z.union([CronScheduleSchema, IntervalSchema])
export type Schedule = z.infer<typeof ScheduleSchema>

/** How a run came about. */
export const triggers = ['manual', 'schedule', 'parent', 'release', 'undo', 'notification'] as const

const LeaseSchema = z.object({ owner: z.string(), until: z.number() })

/**
 * Where: `rowOf` in rules/job-key.ts. The row of a job exists once the job was started or edited; that of a subject as long
 * as the subject. Times in ms since the epoch.
 */
export const jobsTable = defineTable({
  name: 'Jobs',
  schema: z.object({
    /** The run that holds the job: at most one at a time. */
    activeRun: z.string().optional(),
    lastRun: z.string().optional(),
    agentId: z.string().optional(),
    logLevel: z.enum(logLevels).optional(),
    position: z.number().optional(),
    warningMessage: z.string().optional(),
    /** Absent: never set, so a default may apply. Null: taken away by the admin. */
    schedule: ScheduleSchema.nullable().optional(),
    /** When the schedule is due next; in the past while a run that took longer still holds the job. */
    nextRun: z.number().optional(),
    /** The message that will bring the subject to a worker, from its sending to the end of the work. */
    pending: z
      .object({ message: z.string(), at: z.number(), trigger: z.enum(triggers), attempts: z.number() })
      .optional(),
    /** Held by the worker that has the subject at hand, while there is no row of a run. */
    lease: LeaseSchema.optional(),
    /**
     * The subject is due once more when its run has ended: somebody told of a change while it was at work, or the run came
     * before a message and has not begun.
     */
    again: z.boolean().optional(),
    /** Runs that found nothing to do, and when the last of them ended. */
    quiet: z.object({ count: z.number(), at: z.number() }).optional(),
    /** JSON text that the last run saved for the next, when it did not end well. */
    saved: z.string().optional(),
  }),
})
export type JobRow = z.infer<typeof jobsTable.schema>

/**
 * Partition: shard; key: `<time>!<tenant>!<job>`, and `!<subject>` where there is one. The job's row decides whether an
 * entry still counts.
 */
export const dueTable = defineTable({
  name: 'DueJobs',
  schema: z.object({
    tenantId: z.string(),
    job: z.string(),
    subject: z.string().optional(),
    due: z.number(),
    /** When the entry was written: tells those of a clock that was ahead. */
    set: z.number().optional(),
  }),
})

export const heldDecisions = ['released', 'rejected'] as const
export type HeldDecision = (typeof heldDecisions)[number]

/** Partition: tenant; key: `runKey` in rules/run-key.ts, newest first. */
export const runsTable = defineTable({
  name: 'Runs',
  schema: z.object({
    id: z.string(),
    job: z.string(),
    subject: z.string().optional(),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'stopped']),
    trigger: z.enum(triggers),
    /** Plans and logs, and writes nothing. */
    dryRun: z.boolean().optional(),
    /** The run whose changes this one takes back. */
    undoes: z.string().optional(),
    queuedAt: z.number(),
    startedAt: z.number().optional(),
    finishedAt: z.number().optional(),
    attempts: z.number(),
    /** Attempts that do not count towards giving up: parts that got on, and workers that ended in good order. */
    spared: z.number().optional(),
    lease: LeaseSchema.optional(),
    stopRequested: z.boolean().optional(),
    counts: Counts,
    error: ErrorRecordSchema.optional(),
    /** What the deactivation guard held, and what a released run is allowed: a digest of exactly those people. */
    held: z
      .object({
        count: z.number(),
        limit: z.number(),
        total: z.number(),
        digest: z.string(),
        /** What somebody decided about it; absent while nobody has. */
        decision: z.enum(heldDecisions).optional(),
      })
      .optional(),
    approved: z.string().optional(),
    /** Children of a sequence that are done; a run that is taken up again skips them. */
    done: z.array(z.string()).optional(),
    /** The child that is being worked on. */
    child: z.object({ job: z.string(), id: z.string() }).optional(),
    /** How far it is; total null while nobody knows. */
    progress: z.object({ done: z.number(), total: z.number().nullable() }).optional(),
    /** JSON text that a later attempt gets. */
    saved: z.string().optional(),
    /** What was saved when a part ended last: a part that saves nothing new counts as an attempt. */
    savedBefore: z.string().optional(),
  }),
})
export type RunRow = z.infer<typeof runsTable.schema>

/** Partition: `<tenant>~<run id>`; key: number of the chunk. A row holds many lines, so that a log costs few writes. */
export const runLogTable = defineTable({
  name: 'RunLogs',
  schema: z.object({
    lines: z.array(
      z.object({
        at: z.number(),
        level: z.enum(logLevels),
        code: z.string(),
        params: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    ),
  }),
})
export type LogLine = z.infer<typeof runLogTable.schema>['lines'][number]

export const ChangeSchema = z.object({ id: z.string(), before: z.string().nullable(), after: z.string() })

/**
 * Partition: `<tenant>~<run id>`; key: number of the chunk. What a run changed, so that it can be taken back: a row holds
 * several changes, or a piece of one that is too large for a row.
 */
export const runChangesTable = defineTable({
  name: 'RunChanges',
  schema: z.object({
    changes: z.array(ChangeSchema).optional(),
    /** A part of the change's JSON; it is whole when all parts are there. */
    piece: z.string().optional(),
    part: z.number().optional(),
    parts: z.number().optional(),
  }),
})

/**
 * Partition: shard; key: id of a run or of a message. Only what is queued or running is here, so looking after it costs
 * little.
 */
export const activeRunsTable = defineTable({
  name: 'ActiveRuns',
  schema: z.object({
    tenantId: z.string(),
    job: z.string(),
    subject: z.string().optional(),
    /** Of a message: the subjects that it brings to a worker. */
    subjects: z.array(z.string()).optional(),
    enqueuedAt: z.number(),
    /** How often a message was sent again. */
    resent: z.number().optional(),
  }),
})
export type ActiveRow = z.infer<typeof activeRunsTable.schema>
/** Where earlier versions kept all of them. */
export const OLD_ACTIVE_PARTITION = 'active'
