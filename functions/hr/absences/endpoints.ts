import { z } from 'zod'
import { toIso } from '../../../shared/clock.ts'
import { describeError, type Language } from '../../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import { PageQuery, pageOf } from '../../http/paging.ts'
import type { LeaveRequest } from './rows.ts'
import { shownStates, toShownState } from './rules/state.ts'
import type { ScopedAbsences } from './scoped.ts'
import type { Acceptance } from './service.ts'

const MAX_ITEMS = 100

const Id = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}$/,
    'up to 64 letters, digits and . _ : @ + -, beginning with a letter or digit',
  )
const State = z.enum(shownStates)
const Problem = z.object({ code: z.string(), message: z.string() }).nullable()

const content = {
  externalToken: z.string().max(32).meta({ description: 'Client and employee number in Sage, e.g. 3_4.' }),
  reasonId: z.int().min(0).max(9_999_999_999).meta({ description: 'From GET /absence-reasons.' }),
  from: z.iso.date().meta({ description: 'First day.' }),
  to: z.iso.date().meta({ description: 'Last day.' }),
  halfDay: z.boolean(),
  comment: z.string().max(500),
}

const NewAbsence = z
  .strictObject({
    id: Id.meta({ description: "The sender's own. A repeat with the same content changes nothing." }),
    ...content,
    halfDay: content.halfDay.default(false),
    comment: content.comment.default(''),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'lies before from' })
  .meta({ id: 'NewAbsence' })

const Absence = z
  .object({
    id: z.string(),
    personId: z.string(),
    ...content,
    state: State.meta({
      description:
        'pending: not in Sage yet; requested, approved, rejected: as in Sage; refused: Sage did not take it; removed: no longer in Sage.',
    }),
    sageId: z.string().nullable(),
    error: Problem,
    receivedAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Absence' })

const Result = z
  .object({
    id: z.string(),
    state: State.nullable().meta({ description: 'Null when the request was not kept; then error says why.' }),
    error: Problem,
  })
  .meta({ id: 'AbsenceResult' })

export function absenceEndpoints(absences: ScopedAbsences): readonly Endpoint[] {
  const tag = 'Absences'
  return [
    endpoint({
      id: 'requestAbsences',
      method: 'POST',
      path: '/absences',
      access: { right: 'absences:write' },
      scope: 'observed',
      tag,
      summary: 'Hand in requests for leave',
      description:
        'Up to 100 at a time, each with a result of its own. They are kept when the answer arrives; SysSageExportAntraege hands them to Sage.',
      body: z.strictObject({ items: z.array(NewAbsence).min(1).max(MAX_ITEMS) }).meta({ id: 'NewAbsences' }),
      success: { status: 200, schema: z.object({ items: z.array(Result) }) },
      errors: ['store-conflict'],
      async handle({ tenantId, scope, body, language }) {
        const results = await absences.accept(tenantId, body.items, scope)
        const rejected = results.filter((result) => 'error' in result).length
        return {
          body: { items: results.map((result) => toResultView(result, language)) },
          audited: { accepted: results.length - rejected, rejected },
        }
      },
    }),
    endpoint({
      id: 'listAbsences',
      method: 'GET',
      path: '/absences',
      access: { right: 'absences:read' },
      scope: 'observed',
      tag,
      summary: 'List requests for leave',
      description:
        'Those of one person the newest first, those of one state in the order of receipt; otherwise all, in the order of their ids. A page may hold fewer items than the limit, and still have a cursor.',
      query: PageQuery.extend({
        state: State.optional(),
        person: z.string().min(1).max(64).optional().meta({ description: 'External token, e.g. 3_4.' }),
        cursor: z
          .string()
          .regex(/^[A-Za-z0-9._:@+~-]{1,100}$/, 'not a cursor of this list')
          .optional()
          .meta({ description: 'The cursor that the page before returned, for the same person and state.' }),
      }),
      success: { status: 200, schema: pageOf(Absence) },
      errors: [],
      async handle({ tenantId, scope, query, language }) {
        const page = await absences.list(tenantId, query, scope)
        const items = page.requests.map((request) => toView(request, language))
        return { body: { items, cursor: page.cursor ?? null } }
      },
    }),
    endpoint({
      id: 'getAbsence',
      method: 'GET',
      path: '/absences/{id}',
      access: { right: 'absences:read' },
      scope: 'observed',
      tag,
      summary: 'Read one request for leave',
      params: z.object({ id: Id }),
      success: { status: 200, schema: Absence },
      errors: ['not-found'],
      async handle({ tenantId, scope, params, language }) {
        return { body: toView(await absences.get(tenantId, params.id, scope), language) }
      },
    }),
  ]
}

function toResultView(result: Acceptance, language: Language): z.input<typeof Result> {
  const { id } = result
  if ('error' in result) {
    const { error } = result
    return { id, state: null, error: { code: error.code, message: describeError(error, language) } }
  }
  return { id, state: toShownState(result.request.state), error: problemOf(result.request, language) }
}

function toView(request: LeaveRequest, language: Language): z.input<typeof Absence> {
  const { attempt: _, clientNumber: __, employeeNumber: ___, ...rest } = request
  return {
    ...rest,
    state: toShownState(request.state),
    sageId: request.sageId ?? null,
    error: problemOf(request, language),
    receivedAt: toIso(request.receivedAt),
    updatedAt: toIso(request.updatedAt),
  }
}

function problemOf({ error }: LeaveRequest, language: Language) {
  return error === undefined ? null : { code: error.code, message: describeError(error, language) }
}
