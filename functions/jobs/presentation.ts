import { z } from 'zod'
import { toIso } from '../../shared/clock.ts'
import { catalogue, describeError, type Language } from '../../shared/errors/error.ts'
import { everyone, type Scope } from '../http/principal.ts'
import { Id, line } from '../http/text.ts'
import { heldDecisions, type LogLine, logLevels, type RunRow, triggers } from './rows.ts'
import { MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS } from './rules/interval.ts'
import type { RunTexts } from './rules/run-texts.ts'
import type { JobView } from './service.ts'

/** Of a job whose runs have subjects. */
const Subject = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
const subjectText = 'What the run is about, for jobs whose runs have subjects; otherwise null.'
export const SubjectQuery = z.object({
  subject: Subject.optional().meta({
    description: 'Which subject, for jobs whose runs have subjects; for no other job.',
  }),
})

const RunState = z.enum(['queued', 'running', 'succeeded', 'failed', 'stopped'])

export const Schedule = z
  .strictObject({
    cron: z.string().min(1).max(200).meta({
      description: 'Minute, hour, day of month, month, day of week; at most once a minute.',
      example: '0 4 * * 1-5',
    }),
    timeZone: z.string().min(1).max(100).meta({ description: 'IANA name.', example: 'Europe/Berlin' }),
  })
  .meta({ id: 'Schedule' })

const IntervalSchedule = z
  .strictObject({
    everySeconds: z.int().min(MIN_INTERVAL_SECONDS).max(MAX_INTERVAL_SECONDS).meta({
      description: 'At a phase of its own, so that not everything comes at the same moment.',
      example: 300,
    }),
  })
  .meta({ id: 'IntervalSchedule' })

const AnySchedule = z.union([Schedule, IntervalSchedule])

export const RunStart = z
  .strictObject({
    dryRun: z
      .boolean()
      .default(false)
      .meta({ description: 'Plan and log what the run would do, and write nothing.' }),
  })
  .optional()
  .meta({ id: 'RunStart' })

export const Run = z
  .object({
    id: z.string(),
    job: z.string(),
    subject: z.string().nullable().meta({ description: subjectText }),
    state: RunState,
    trigger: z.enum(triggers),
    dryRun: z.boolean().meta({ description: 'Planned and logged what it would do, and wrote nothing.' }),
    undoes: z.string().nullable().meta({ description: 'The run whose changes this one takes back.' }),
    queuedAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    message: z
      .string()
      .nullable()
      .meta({ description: 'What came out of it, or what went wrong and what to do.' }),
    code: z.string().nullable().meta({ description: 'Stable code of the failure.' }),
    counts: z.record(z.string(), z.int()),
    attempts: z.int(),
    progress: z
      .object({ done: z.int(), total: z.int().nullable().meta({ description: 'Null while nobody knows.' }) })
      .nullable()
      .meta({ description: 'How far the run is, where it says so.' }),
    held: z
      .object({
        count: z.int(),
        limit: z.int(),
        total: z.int(),
        decision: z.enum(heldDecisions).nullable().meta({ description: 'Null while nobody has decided.' }),
      })
      .nullable()
      .meta({
        description:
          'What the deactivation guard holds: how many of how many people would be deactivated, and how many may be without approval. The log names them. Release the run to allow it, or reject it.',
      }),
  })
  .meta({ id: 'Run' })

export const Job = z
  .object({
    token: z.string(),
    category: z.string(),
    subject: z.string().nullable().meta({ description: subjectText }),
    status: z.enum(['idle', 'queued', 'running']),
    lastRun: z.iso.datetime().nullable(),
    lastRunId: z.string().nullable(),
    lastResult: RunState.nullable(),
    lastMessage: z.string().nullable(),
    quiet: z
      .object({ count: z.int(), lastAt: z.iso.datetime() })
      .nullable()
      .meta({ description: 'Runs of a subject that found nothing to do; they leave no row.' }),
    nextRun: z.iso.datetime().nullable().meta({
      description: 'When the schedule is due next. In the past while a run that took longer still goes on.',
    }),
    schedule: AnySchedule.nullable(),
    agentId: z.string().nullable(),
    logLevel: z.enum(logLevels),
    position: z.int(),
    warningMessage: z.string().nullable(),
    undoable: z.boolean().meta({ description: 'Whether its runs can be taken back.' }),
  })
  .meta({ id: 'Job' })

export const LogEntry = z
  .object({ at: z.iso.datetime(), level: z.enum(logLevels), code: z.string(), message: z.string() })
  .meta({ id: 'RunLogEntry' })

export const JobEdit = z
  .strictObject({
    agentId: Id.nullable(),
    logLevel: z.enum(logLevels),
    position: z.int().min(0).max(1000),
    warningMessage: line(1000, 0).nullable(),
    schedule: AnySchedule.nullable().meta({ description: 'Null takes the schedule away.' }),
  })
  .partial()
  .meta({ id: 'JobEdit' })

export const Token = z.object({ token: Id })
export const TokenAndId = z.object({ token: Id, id: Id })

/** What went wrong may name people: who is limited to some sees only what kind of failure it was. */
export function toRunView(
  run: RunRow,
  texts: RunTexts,
  language: Language,
  scope: Scope = everyone,
): z.input<typeof Run> {
  return {
    id: run.id,
    job: run.job,
    subject: run.subject ?? null,
    state: run.state,
    trigger: run.trigger,
    dryRun: run.dryRun ?? false,
    undoes: run.undoes ?? null,
    queuedAt: toIso(run.queuedAt),
    startedAt: run.startedAt === undefined ? null : toIso(run.startedAt),
    finishedAt: run.finishedAt === undefined ? null : toIso(run.finishedAt),
    message: messageOf(run, texts, language, scope),
    code: run.error?.code ?? null,
    counts: run.counts,
    attempts: run.attempts,
    progress: run.progress ?? null,
    held: toHeldView(run.held),
  }
}

function toHeldView(held: RunRow['held']): z.input<typeof Run>['held'] {
  if (held === undefined) return null
  const { count, limit, total, decision } = held
  return { count, limit, total, decision: decision ?? null }
}

function messageOf(run: RunRow, texts: RunTexts, language: Language, scope: Scope): string | null {
  if (run.error !== undefined) {
    return scope.kind === 'limited'
      ? catalogue[run.error.code].title[language]
      : describeError(run.error, language)
  }
  return run.state === 'succeeded' ? texts.describeCounts(run.counts, language, run.dryRun) : null
}

export function toJobView(
  job: JobView,
  texts: RunTexts,
  language: Language,
  scope: Scope = everyone,
): z.input<typeof Job> {
  const { lastRun, quiet, ...rest } = job
  return {
    ...rest,
    subject: job.subject ?? null,
    quiet: quiet === undefined ? null : { count: quiet.count, lastAt: toIso(quiet.at) },
    lastRun: lastRun === undefined ? null : toIso(lastRun.startedAt ?? lastRun.queuedAt),
    lastRunId: lastRun?.id ?? null,
    lastResult: lastRun?.state ?? null,
    lastMessage: lastRun === undefined ? null : messageOf(lastRun, texts, language, scope),
    nextRun: job.nextRun === undefined ? null : toIso(job.nextRun),
    schedule: job.schedule ?? null,
    agentId: job.agentId ?? null,
    warningMessage: job.warningMessage ?? null,
  }
}

export function toLogEntry(line: LogLine, texts: RunTexts, language: Language): z.input<typeof LogEntry> {
  return {
    at: toIso(line.at),
    level: line.level,
    code: line.code,
    message: texts.describe(line, language),
  }
}
