import type { Language } from '../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { listOf, PageQuery, pageOf } from '../http/paging.ts'
import type { Scope } from '../http/principal.ts'
import { Forecast, toClockChangeView } from './forecast.ts'
import {
  Job,
  JobEdit,
  LogEntry,
  Run,
  RunStart,
  Schedule,
  SubjectQuery,
  Token,
  TokenAndId,
  toJobView,
  toLogEntry,
  toRunView,
} from './presentation.ts'
import type { RunRow } from './rows.ts'
import { scheduleInWords } from './schedule-words.ts'
import type { JobsService } from './service.ts'

/** Whose external tokens a caller may see; undefined is everybody's. */
interface SeenPeople {
  visible(tenantId: string, scope: Scope): Promise<{ hasToken(token: string): boolean } | undefined>
}

/** @param findAgent @throws StegError `not-found`: a job is not given to an agent that is not there */
export function jobEndpoints(
  jobs: JobsService,
  findAgent: (tenantId: string, agentId: string) => Promise<unknown>,
  people: SeenPeople,
): readonly Endpoint[] {
  const tag = 'Jobs'
  const { texts } = jobs
  /** The answer that a run goes on, with the address where its state is. */
  const accepted = (run: RunRow, language: Language) => ({
    body: toRunView(run, texts, language),
    location: `/api/v1/jobs/${run.job}/runs/${run.id}${run.subject === undefined ? '' : `?subject=${run.subject}`}`,
  })
  return [
    endpoint({
      id: 'listJobs',
      method: 'GET',
      path: '/jobs',
      access: { right: 'jobs:read' },
      scope: 'observed',
      tag,
      summary: 'List the jobs with status and last result',
      success: { status: 200, schema: listOf(Job) },
      errors: [],
      handle: async ({ tenantId, scope, language }) => ({
        body: { items: (await jobs.list(tenantId)).map((job) => toJobView(job, texts, language, scope)) },
      }),
    }),
    endpoint({
      id: 'forecastSchedule',
      method: 'GET',
      path: '/schedule-preview',
      access: { right: 'jobs:read' },
      scope: 'no-people',
      tag,
      summary: 'Show in words and times when a schedule would be due, without setting it',
      query: Schedule,
      success: { status: 200, schema: Forecast },
      errors: ['cron-invalid', 'time-zone-unknown', 'schedule-never-due'],
      handle: async ({ query, language }) => {
        const { times, clockChanges } = jobs.preview(query)
        return {
          body: {
            items: [...times],
            words: scheduleInWords(query.cron, language) ?? null,
            clockChanges: clockChanges.map((change) => toClockChangeView(change, language)),
          },
        }
      },
    }),
    endpoint({
      id: 'getJob',
      method: 'GET',
      path: '/jobs/{token}',
      access: { right: 'jobs:read' },
      scope: 'observed',
      tag,
      summary: 'Read one job',
      params: Token,
      query: SubjectQuery,
      success: { status: 200, schema: Job },
      errors: ['not-found'],
      async handle({ tenantId, scope, params, query, language }) {
        const { view, etag } = await jobs.get(tenantId, params.token, query.subject)
        return { body: toJobView(view, texts, language, scope), ...(etag === undefined ? {} : { etag }) }
      },
    }),
    endpoint({
      id: 'editJob',
      method: 'PATCH',
      path: '/jobs/{token}',
      access: { right: 'jobs:write' },
      tag,
      summary: 'Edit a job: schedule, agent, log level, position, warning message',
      params: Token,
      body: JobEdit,
      success: { status: 200, schema: Job },
      errors: [
        'not-found',
        'store-conflict',
        'precondition-failed',
        'cron-invalid',
        'time-zone-unknown',
        'schedule-never-due',
        'interval-invalid',
      ],
      async handle({ tenantId, params, body, ifMatch, language }) {
        if (typeof body.agentId === 'string') await findAgent(tenantId, body.agentId)
        await jobs.edit(tenantId, params.token, body, ifMatch)
        // Read again: view and ETag must be of one version, or the next If-Match would pass over somebody's change.
        const { view, etag } = await jobs.get(tenantId, params.token)
        return { body: toJobView(view, texts, language), ...(etag === undefined ? {} : { etag }) }
      },
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
      query: SubjectQuery,
      body: RunStart,
      success: { status: 202, schema: Run },
      errors: ['not-found', 'job-already-active', 'bus-unavailable'],
      handle: async ({ tenantId, params, query, body, language }) =>
        accepted(await jobs.start(tenantId, params.token, { ...body, ...query }), language),
    }),
    endpoint({
      id: 'listRuns',
      method: 'GET',
      path: '/jobs/{token}/runs',
      access: { right: 'jobs:read' },
      scope: 'observed',
      tag,
      summary: 'List the runs of a job, newest first',
      params: Token,
      query: PageQuery.extend(SubjectQuery.shape),
      success: { status: 200, schema: pageOf(Run) },
      errors: ['not-found'],
      async handle({ tenantId, scope, params, query, language }) {
        const { runs, cursor } = await jobs.history(tenantId, params.token, query)
        return {
          body: { items: runs.map((run) => toRunView(run, texts, language, scope)), cursor: cursor ?? null },
        }
      },
    }),
    endpoint({
      id: 'getRun',
      method: 'GET',
      path: '/jobs/{token}/runs/{id}',
      access: { right: 'jobs:read' },
      scope: 'observed',
      tag,
      summary: 'Read one run',
      params: TokenAndId,
      query: SubjectQuery,
      success: { status: 200, schema: Run },
      errors: ['not-found'],
      handle: async ({ tenantId, scope, params, query, language }) => ({
        body: toRunView(
          await jobs.run(tenantId, params.token, params.id, query.subject),
          texts,
          language,
          scope,
        ),
      }),
    }),
    endpoint({
      id: 'getRunLog',
      method: 'GET',
      path: '/jobs/{token}/runs/{id}/log',
      access: { right: 'jobs:read' },
      scope: 'observed',
      tag,
      summary: 'Read the log of a run, oldest line first',
      description:
        'Who is limited to certain people gets only the lines that name nobody else; a page may hold fewer items than the limit, and still have a cursor.',
      params: TokenAndId,
      query: PageQuery.extend(SubjectQuery.shape),
      success: { status: 200, schema: pageOf(LogEntry) },
      errors: ['not-found'],
      async handle({ tenantId, scope, params, query, language }) {
        await jobs.run(tenantId, params.token, params.id, query.subject)
        const { lines, cursor } = await jobs.log.page(tenantId, params.id, query)
        const visible = await people.visible(tenantId, scope)
        const seen =
          visible === undefined
            ? lines
            : lines.flatMap((line) => texts.forLimited(line, (token) => visible.hasToken(token)) ?? [])
        return {
          body: { items: seen.map((line) => toLogEntry(line, texts, language)), cursor: cursor ?? null },
        }
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
      query: SubjectQuery,
      success: { status: 202, schema: Run },
      errors: ['not-found', 'run-not-active', 'store-conflict'],
      handle: async ({ tenantId, params, query, language }) =>
        accepted(await jobs.stop(tenantId, params.token, params.id, query.subject), language),
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
      query: SubjectQuery,
      success: { status: 202, schema: Run },
      errors: ['not-found', 'run-not-held', 'job-already-active', 'bus-unavailable'],
      handle: async ({ tenantId, params, query, language }) =>
        accepted(await jobs.release(tenantId, params.token, params.id, query.subject), language),
    }),
    endpoint({
      id: 'rejectRun',
      method: 'POST',
      path: '/jobs/{token}/runs/{id}/reject',
      access: { right: 'jobs:write' },
      tag,
      summary: 'Reject what the deactivation guard holds',
      description:
        'Nothing is deactivated, and the run can no longer be released. The next run decides anew.',
      params: TokenAndId,
      query: SubjectQuery,
      success: { status: 200, schema: Run },
      errors: ['not-found', 'run-not-held'],
      handle: async ({ tenantId, params, query, language }) => ({
        body: toRunView(await jobs.reject(tenantId, params.token, params.id, query.subject), texts, language),
      }),
    }),
    endpoint({
      id: 'undoRun',
      method: 'POST',
      path: '/jobs/{token}/runs/{id}/undo',
      access: { right: 'jobs:write' },
      tag,
      summary: 'Take back what a run changed',
      description:
        'Starts a new run that makes every item as it was before, except those that were changed since; its log names each.',
      params: TokenAndId,
      query: SubjectQuery,
      body: RunStart,
      success: { status: 202, schema: Run },
      errors: ['not-found', 'run-not-undoable', 'job-already-active', 'bus-unavailable'],
      handle: async ({ tenantId, params, query, body, language }) =>
        accepted(await jobs.undo(tenantId, params.token, params.id, { ...body, ...query }), language),
    }),
  ]
}
