import { z } from 'zod'
import { describeError } from '../../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import { PageQuery, pageOf } from '../../http/paging.ts'
import { line } from '../../http/text.ts'
import type { PeopleService, Person } from './service.ts'

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
    groups: z.array(z.string()),
    entry: z.iso.date().nullable(),
    exit: z.iso.date().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Person' })

const names = z.array(line(64)).max(50)
const PersonEdit = z
  .strictObject({ locked: z.boolean(), identMedia: names, groups: names })
  .partial()
  .meta({ id: 'PersonEdit' })

const Id = z.object({ id: z.string().regex(/^s[0-9]{6}-[0-9]{8}$/, 'not the id of a person') })

function shown(person: Person): z.input<typeof PersonSchema> {
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

export function peopleEndpoints(people: PeopleService): readonly Endpoint[] {
  const tag = 'People'
  return [
    endpoint({
      id: 'listPeople',
      method: 'GET',
      path: '/people',
      access: { right: 'people:read' },
      tag,
      summary: 'List or search the people',
      description:
        'All words of a search must occur in name, e-mail, external token or groups; "mueller" finds "Müller".',
      query: PageQuery.extend({
        search: z.string().max(200).optional(),
        cursor: Id.shape.id.optional().meta({ description: 'The cursor that the page before returned.' }),
      }),
      success: { status: 200, schema: pageOf(PersonSchema).extend({ total: z.int() }) },
      errors: [],
      async handle({ tenantId, query }) {
        const page = await people.list(tenantId, query)
        return { body: { items: page.people.map(shown), total: page.total, cursor: page.cursor ?? null } }
      },
    }),
    endpoint({
      id: 'getPerson',
      method: 'GET',
      path: '/people/{id}',
      access: { right: 'people:read' },
      tag,
      summary: 'Read one person',
      params: Id,
      success: { status: 200, schema: PersonSchema },
      errors: ['not-found'],
      async handle({ tenantId, params }) {
        const { person, etag } = await people.get(tenantId, params.id)
        return { body: shown(person), etag }
      },
    }),
    endpoint({
      id: 'editPerson',
      method: 'PATCH',
      path: '/people/{id}',
      access: { right: 'people:write' },
      tag,
      summary: 'Lock or unlock a person, set ident media and groups',
      params: Id,
      body: PersonEdit,
      success: { status: 200, schema: PersonSchema },
      errors: ['not-found', 'store-conflict', 'precondition-failed'],
      async handle({ tenantId, params, body, ifMatch }) {
        const { person, etag } = await people.edit(tenantId, params.id, body, ifMatch)
        return { body: shown(person), etag }
      },
    }),
    endpoint({
      id: 'editPeople',
      method: 'POST',
      path: '/people/bulk',
      access: { right: 'people:write' },
      tag,
      summary: 'The same edit for up to 500 people',
      body: z
        .strictObject({ ids: z.array(Id.shape.id).min(1).max(500), edit: PersonEdit })
        .meta({ id: 'PeopleEdit' }),
      success: {
        status: 200,
        schema: z.object({
          items: z.array(
            z.object({ id: z.string(), code: z.string().nullable(), message: z.string().nullable() }),
          ),
        }),
      },
      errors: [],
      async handle({ tenantId, body, language }) {
        const results = await people.editMany(tenantId, body.ids, body.edit)
        return {
          body: {
            items: results.map(({ id, error }) => ({
              id,
              code: error?.code ?? null,
              message: error === undefined ? null : describeError(error, language),
            })),
          },
        }
      },
    }),
  ]
}
