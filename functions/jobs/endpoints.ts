import { z } from 'zod'
import { toIso } from '../../shared/clock.ts'
import { describeError, type Language } from '../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { listOf, PageQuery, pageOf } from '../http/paging.ts'
import { type LogLine, logLevels, type RunRow } from './rows.ts'
import { describeCounts, describeLog, type LogCode } from './rules/texts.ts'
import type { JobsService, JobView } from './service.ts'

const RunStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'stopped'])

const Run = z
  .object({
    id: z.string(),
    job: z.string(),
    state: RunStateSchema,
    trigger: z.enum(['manual', 'parent', 'release']),
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
    held: z
      .object({ count: z.int(), limit: z.int(), total: z.int() })
      .nullable()
      .meta({ description: 'What the deactivation guard holds; release the run to allow it.' }),
  })
  .meta({ id: 'Run' })

const Job = z
  .object({
    token: z.string(),
    category: z.string(),
    status: z.enum(['idle', 'queued', 'running']),
    lastRun: z.iso.datetime().nullable(),
    lastRunId: z.string().nullable(),
    lastResult: RunStateSchema.nullable(),
    lastMessage: z.string().nullable(),
    nextRun: z.iso.datetime().nullable(),
    schedule: z.null(),
    agentId: z.string().nullable(),
    logLevel: z.enum(logLevels),
    position: z.int(),
    warningMessage: z.string().nullable(),
  })
  .meta({ id: 'Job' })

const LogEntry = z
  .object({ at: z.iso.datetime(), level: z.enum(logLevels), code: z.string(), message: z.string() })
  .meta({ id: 'RunLogEntry' })

const JobEdit = z
  .strictObject({
    agentId: z.string().min(1).max(64).nullable(),
    logLevel: z.enum(logLevels),
    position: z.int().min(0).max(1000),
    warningMessage: z.string().max(1000).nullable(),
  })
  .partial()
  .meta({ id: 'JobEdit' })

const Token = z.object({ token: z.string().min(1).max(64) })
const TokenAndId = z.object({ token: z.string().min(1).max(64), id: z.string().min(1).max(64) })

function shownRun(run: RunRow, language: Language): z.input<typeof Run> {
  return {
    id: run.id,
    job: run.job,
    state: run.state,
    trigger: run.trigger,
    queuedAt: toIso(run.queuedAt),
    startedAt: run.startedAt === undefined ? null : toIso(run.startedAt),
    finishedAt: run.finishedAt === undefined ? null : toIso(run.finishedAt),
    message: messageOf(run, language),
    code: run.error?.code ?? null,
    counts: run.counts,
    attempts: run.attempts,
    held:
      run.held === undefined ? null : { count: run.held.count, limit: run.held.limit, total: run.held.total },
  }
}

function messageOf(run: RunRow, language: Language): string | null {
  if (run.error !== undefined) return describeError(run.error, language)
  return run.state === 'succeeded' ? describeCounts(run.counts, language) : null
}

function shownJob(job: JobView, language: Language): z.input<typeof Job> {
  const { lastRun, ...rest } = job
  return {
    ...rest,
    lastRun: lastRun === undefined ? null : toIso(lastRun.startedAt ?? lastRun.queuedAt),
    lastRunId: lastRun?.id ?? null,
    lastResult: lastRun?.state ?? null,
    lastMessage: lastRun === undefined ? null : messageOf(lastRun, language),
    nextRun: null,
    schedule: null,
    agentId: job.agentId ?? null,
    warningMessage: job.warningMessage ?? null,
  }
}

function shownLine(line: LogLine, language: Language): z.input<typeof LogEntry> {
  return {
    at: toIso(line.at),
    level: line.level,
    code: line.code,
    message: describeLog(line.code as LogCode, line.params, language),
  }
}

export function jobEndpoints(jobs: JobsService): readonly Endpoint[] {
  const tag = 'Jobs'
  return [
    endpoint({
      id: 'listJobs',
      method: 'GET',
      path: '/jobs',
      access: { right: 'jobs:read' },
      tag,
      summary: 'List the jobs with status and last result',
      success: { status: 200, schema: listOf(Job) },
      errors: [],
      handle: async ({ tenantId, language }) => ({
        body: { items: (await jobs.list(tenantId)).map((job) => shownJob(job, language)) },
      }),
    }),
    endpoint({
      id: 'getJob',
      method: 'GET',
      path: '/jobs/{token}',
      access: { right: 'jobs:read' },
      tag,
      summary: 'Read one job',
      params: Token,
      success: { status: 200, schema: Job },
      errors: ['not-found'],
      async handle({ tenantId, params, language }) {
        const { view, etag } = await jobs.get(tenantId, params.token)
        return { body: shownJob(view, language), ...(etag === undefined ? {} : { etag }) }
      },
    }),
    endpoint({
      id: 'editJob',
      method: 'PATCH',
      path: '/jobs/{token}',
      access: { right: 'jobs:write' },
      tag,
      summary: 'Edit a job: agent, log level, position, warning message',
      params: Token,
      body: JobEdit,
      success: { status: 200, schema: Job },
      errors: ['not-found', 'store-conflict', 'precondition-failed'],
      handle: async ({ tenantId, params, body, ifMatch, language }) => ({
        body: shownJob(await jobs.edit(tenantId, params.token, body, ifMatch), language),
      }),
    }),
    endpoint({
      id: 'startRun',
      method: 'POST',
      path: '/jobs/{token}/runs',
      access: { right: 'jobs:run' },
      tag,
      summary: 'Run a job now',
      description: 'Enqueues the run and returns at once; at most one run of a job is active.',
      params: Token,
      success: { status: 202, schema: Run },
      errors: ['not-found', 'job-already-active', 'bus-unavailable'],
      async handle({ tenantId, params, language }) {
        const run = await jobs.start(tenantId, params.token)
        return { body: shownRun(run, language), location: `/api/v1/jobs/${run.job}/runs/${run.id}` }
      },
    }),
    endpoint({
      id: 'listRuns',
      method: 'GET',
      path: '/jobs/{token}/runs',
      access: { right: 'jobs:read' },
      tag,
      summary: 'List the runs of a job, newest first',
      params: Token,
      query: PageQuery,
      success: { status: 200, schema: pageOf(Run) },
      errors: ['not-found'],
      async handle({ tenantId, params, query, language }) {
        const { runs, cursor } = await jobs.history(tenantId, params.token, query)
        return { body: { items: runs.map((run) => shownRun(run, language)), cursor: cursor ?? null } }
      },
    }),
    endpoint({
      id: 'getRun',
      method: 'GET',
      path: '/jobs/{token}/runs/{id}',
      access: { right: 'jobs:read' },
      tag,
      summary: 'Read one run',
      params: TokenAndId,
      success: { status: 200, schema: Run },
      errors: ['not-found'],
      handle: async ({ tenantId, params, language }) => ({
        body: shownRun(await jobs.run(tenantId, params.token, params.id), language),
      }),
    }),
    endpoint({
      id: 'getRunLog',
      method: 'GET',
      path: '/jobs/{token}/runs/{id}/log',
      access: { right: 'jobs:read' },
      tag,
      summary: 'Read the log of a run, oldest line first',
      params: TokenAndId,
      query: PageQuery,
      success: { status: 200, schema: pageOf(LogEntry) },
      errors: ['not-found'],
      async handle({ tenantId, params, query, language }) {
        await jobs.run(tenantId, params.token, params.id)
        const { lines, cursor } = await jobs.log.page(tenantId, params.id, query)
        return { body: { items: lines.map((line) => shownLine(line, language)), cursor: cursor ?? null } }
      },
    }),
    endpoint({
      id: 'stopRun',
      method: 'POST',
      path: '/jobs/{token}/runs/{id}/stop',
      access: { right: 'jobs:run' },
      tag,
      summary: 'Stop a run; what it has written stays',
      params: TokenAndId,
      success: { status: 202, schema: Run },
      errors: ['not-found', 'run-not-active', 'store-conflict'],
      handle: async ({ tenantId, params, language }) => ({
        body: shownRun(await jobs.stop(tenantId, params.token, params.id), language),
      }),
    }),
    endpoint({
      id: 'releaseRun',
      method: 'POST',
      path: '/jobs/{token}/runs/{id}/release',
      access: { right: 'jobs:write' },
      tag,
      summary: 'Release a run that the deactivation guard holds',
      description: 'Starts a new run that may deactivate exactly the people the held one was about.',
      params: TokenAndId,
      success: { status: 202, schema: Run },
      errors: ['not-found', 'run-not-held', 'job-already-active', 'bus-unavailable'],
      handle: async ({ tenantId, params, language }) => ({
        body: shownRun(await jobs.release(tenantId, params.token, params.id), language),
      }),
    }),
  ]
}
