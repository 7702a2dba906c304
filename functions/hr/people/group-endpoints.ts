import { z } from 'zod'
import { type Endpoint, endpoint, noBody } from '../../http/endpoint.ts'
import { listOf } from '../../http/paging.ts'
import { Id, line } from '../../http/text.ts'
import type { PeopleGroups } from './groups.ts'

export const GroupId = Id.meta({ description: 'Id of a group, as GET /groups shows it.' })

const Group = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Group' })
const NewGroup = z.strictObject({ name: line(100) }).meta({ id: 'NewGroup' })
const ById = z.object({ id: Id })

/** Groups of people (A8). Who is in one is seen with `GET /people?group=`, and changed on the people. */
export function groupEndpoints(groups: PeopleGroups): readonly Endpoint[] {
  const tag = 'People'
  return [
    endpoint({
      id: 'listGroups',
      method: 'GET',
      path: '/groups',
      access: { right: 'people:read' },
      scope: 'observed',
      tag,
      summary: 'List the groups of people, by name',
      description: 'Who is limited to certain groups sees only these.',
      success: { status: 200, schema: listOf(Group) },
      errors: [],
      async handle({ tenantId, scope }) {
        const all = await groups.list(tenantId)
        const items = scope.kind === 'everyone' ? all : all.filter(({ id }) => scope.groups.includes(id))
        return { body: { items: [...items] } }
      },
    }),
    endpoint({
      id: 'createGroup',
      method: 'POST',
      path: '/groups',
      access: { right: 'people:write' },
      tag,
      summary: 'Create a group of people',
      body: NewGroup,
      success: { status: 201, schema: Group },
      errors: ['group-exists', 'group-limit'],
      async handle({ tenantId, body }) {
        const { group, etag } = await groups.create(tenantId, body.name)
        return { body: group, etag, audited: { id: group.id, name: group.name } }
      },
    }),
    endpoint({
      id: 'getGroup',
      method: 'GET',
      path: '/groups/{id}',
      access: { right: 'people:read' },
      scope: 'observed',
      tag,
      summary: 'Read one group',
      params: ById,
      success: { status: 200, schema: Group },
      errors: ['not-found'],
      async handle({ tenantId, scope, params }) {
        // Looked for under an id that no group has: who may not see a group must not learn that it exists.
        const id = scope.kind === 'everyone' || scope.groups.includes(params.id) ? params.id : '-'
        const { group, etag } = await groups.get(tenantId, id)
        return { body: group, etag }
      },
    }),
    endpoint({
      id: 'renameGroup',
      method: 'PATCH',
      path: '/groups/{id}',
      access: { right: 'people:write' },
      tag,
      summary: 'Rename a group',
      params: ById,
      body: NewGroup,
      success: { status: 200, schema: Group },
      errors: ['not-found', 'group-exists', 'store-conflict', 'precondition-failed'],
      async handle({ tenantId, params, body, ifMatch }) {
        const { group, etag } = await groups.rename(tenantId, params.id, body.name, ifMatch)
        return { body: group, etag, audited: { name: group.name } }
      },
    }),
    endpoint({
      id: 'removeGroup',
      method: 'DELETE',
      path: '/groups/{id}',
      access: { right: 'people:write' },
      tag,
      summary: 'Remove a group that has no members',
      params: ById,
      success: { status: 204 },
      errors: ['not-found', 'group-not-empty', 'store-conflict'],
      async handle({ tenantId, params }) {
        await groups.remove(tenantId, params.id)
        return noBody
      },
    }),
  ]
}
