import { z } from 'zod'
import { describeError, type Language } from '../../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import { PageQuery, pageOf } from '../../http/paging.ts'
import { line } from '../../http/text.ts'
import { tokenOf } from '../rules/person-key.ts'
import type { ActionResult } from './editing.ts'
import { GroupId } from './group-endpoints.ts'
import { MAX_GROUPS, MAX_IDENT_MEDIA } from './rules/hub-fields.ts'
import { ACTION_PAGE, type PeopleService, type Person } from './service.ts'

const Text = z.string().nullable()
const PersonSchema = z
  .object({
    id: z.string(),
    externalToken: z.string().meta({ description: 'Client and employee number in Sage, e.g. 3_4.' }),
    firstName: Text,
    lastName: Text,
    email: Text,
    active: z.boolean(),
    timeManagement: z.boolean(),
    accessControl: z.boolean(),
    locked: z.boolean(),
    missing: z.boolean().meta({ description: 'Sage no longer lists this person.' }),
    identMedia: z.array(z.string()),
    groups: z.array(z.string()).meta({ description: 'Ids, as GET /groups shows them.' }),
    entry: z.iso.date().nullable(),
    exit: z.iso.date().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Person' })

const PersonEdit = z
  .strictObject({
    locked: z.boolean(),
    identMedia: z.array(line(64)).max(MAX_IDENT_MEDIA),
    groups: z.array(GroupId).max(MAX_GROUPS),
  })
  .partial()
  .meta({ id: 'PersonEdit' })

const PersonId = z.string().regex(/^s[0-9]{6}-[0-9]{8}$/, 'not the id of a person')
const Id = z.object({ id: PersonId })

const Flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional()
  .meta({ override: { type: 'boolean' } })
const search = z.string().max(200).optional()
const cursor = PersonId.optional().meta({ description: 'The cursor that the page before returned.' })

const Action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['lock', 'unlock']) }),
  z.strictObject({ kind: z.enum(['add-group', 'remove-group']), group: GroupId }),
])

const ActionRequest = z
  .strictObject({
    action: Action,
    people: z.union([
      z.strictObject({ ids: z.array(PersonId).min(1).max(ACTION_PAGE) }),
      z.strictObject({
        filter: z.strictObject({
          search,
          active: z.boolean().optional(),
          missing: z.boolean().optional(),
          locked: z.boolean().optional(),
          group: GroupId.optional(),
        }),
        cursor,
      }),
    ]),
  })
  .meta({ id: 'PeopleAction' })

const ActionItem = z.object({
  id: z.string(),
  externalToken: z.string(),
  state: z.enum(['changed', 'unchanged', 'failed']),
  code: z.string().nullable(),
  message: z.string().nullable(),
})

export function peopleEndpoints(people: PeopleService): readonly Endpoint[] {
  const tag = 'People'
  return [
    endpoint({
      id: 'listPeople',
      method: 'GET',
      path: '/people',
      access: { right: 'people:read' },
      scope: 'observed',
      tag,
      summary: 'List, search and filter the people',
      description:
        'All words of a search must occur in name, e-mail, external token, ident media or group names; "mueller" finds "Müller".',
      query: PageQuery.extend({
        search,
        active: Flag,
        missing: Flag,
        locked: Flag,
        group: GroupId.optional(),
        cursor,
      }),
      success: { status: 200, schema: pageOf(PersonSchema).extend({ total: z.int() }) },
      errors: [],
      async handle({ tenantId, scope, query }) {
        const page = await people.list(tenantId, query, scope)
        return { body: { items: page.people.map(toView), total: page.total, cursor: page.cursor ?? null } }
      },
    }),
    endpoint({
      id: 'getPerson',
      method: 'GET',
      path: '/people/{id}',
      access: { right: 'people:read' },
      scope: 'observed',
      tag,
      summary: 'Read one person',
      params: Id,
      success: { status: 200, schema: PersonSchema },
      errors: ['not-found'],
      async handle({ tenantId, scope, params }) {
        const { person, etag } = await people.get(tenantId, params.id, scope)
        return { body: toView(person), etag }
      },
    }),
    endpoint({
      id: 'editPerson',
      method: 'PATCH',
      path: '/people/{id}',
      access: { right: 'people:write' },
      scope: 'observed',
      tag,
      summary: 'Lock or unlock a person, set ident media and groups',
      params: Id,
      body: PersonEdit,
      success: { status: 200, schema: PersonSchema },
      errors: [
        'not-found',
        'store-conflict',
        'precondition-failed',
        'group-unknown',
        'ident-medium-taken',
        'scope-limited',
      ],
      async handle({ tenantId, scope, params, body, ifMatch }) {
        const { person, etag } = await people.edit(tenantId, params.id, body, { ifMatch, scope })
        return {
          body: toView(person),
          etag,
          audited: body.locked === undefined ? {} : { locked: body.locked },
        }
      },
    }),
    endpoint({
      id: 'actOnPeople',
      method: 'POST',
      path: '/people/actions',
      access: { right: 'people:write' },
      scope: 'observed',
      tag,
      summary:
        'Lock, unlock, or bring into or out of a group: up to 500 people by id, or all that fit a filter',
      description:
        'With a filter each call takes up the next 500 people and returns a cursor while there are more: send the same request again with it. Every person is reported; repeating a call changes nothing more.',
      body: ActionRequest,
      success: {
        status: 200,
        schema: z
          .object({
            items: z.array(ActionItem),
            counts: z.object({ changed: z.int(), unchanged: z.int(), failed: z.int() }),
            total: z.int().meta({ description: 'People that the action is for, on all pages.' }),
            cursor: z.string().nullable(),
          })
          .meta({ id: 'PeopleActionResult' }),
      },
      errors: ['group-unknown', 'scope-limited'],
      async handle({ tenantId, scope, body, language }) {
        const selection =
          'ids' in body.people ? body.people : { filter: body.people.filter, cursor: body.people.cursor }
        const page = await people.act(tenantId, body.action, selection, scope)
        const counts = { changed: 0, unchanged: 0, failed: 0 }
        for (const { state } of page.results) counts[state] += 1
        return {
          body: {
            items: page.results.map((result) => toResultView(result, language)),
            counts,
            total: page.total,
            cursor: page.cursor ?? null,
          },
          audited: { ...body.action, ...counts },
        }
      },
    }),
  ]
}

function toView(person: Person): z.input<typeof PersonSchema> {
  const { clientNumber: _, employeeNumber: __, ...rest } = person
  return {
    ...rest,
    firstName: person.firstName ?? null,
    lastName: person.lastName ?? null,
    email: person.email ?? null,
    entry: person.entry ?? null,
    exit: person.exit ?? null,
    missing: person.missing ?? false,
  }
}

function toResultView(result: ActionResult, language: Language): z.input<typeof ActionItem> {
  const { id, state } = result
  const error = state === 'failed' ? result.error : undefined
  return {
    id,
    externalToken: tokenOf(id),
    state,
    code: error?.code ?? null,
    message: error === undefined ? null : describeError(error, language),
  }
}
