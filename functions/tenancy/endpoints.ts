import { z } from 'zod'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { listOf } from '../http/paging.ts'
import { line } from '../http/text.ts'
import { rights, rightsOfRole, roles, roleTexts } from './rules/roles.ts'
import type { TenancyService } from './service.ts'

const RoleView = z
  .object({
    role: z.enum(roles),
    name: z.string(),
    purpose: z.string(),
    rights: z.array(z.enum(rights)),
  })
  .meta({ id: 'Role' })

export function tenancyEndpoints(tenancy: TenancyService): readonly Endpoint[] {
  return [
    endpoint({
      id: 'createTenant',
      method: 'POST',
      path: '/tenants',
      access: 'operator',
      audit: 'ahead',
      tag: 'Tenants',
      summary: 'Create a tenant',
      description: 'The token in the answer carries all admin roles and is shown this once.',
      body: z.strictObject({ name: line(200) }).meta({ id: 'NewTenant' }),
      success: {
        status: 201,
        schema: z.object({ id: z.string(), name: z.string(), apiToken: z.string() }).meta({ id: 'Tenant' }),
      },
      errors: [],
      async handle({ body }) {
        const tenant = await tenancy.create(body.name)
        return { body: tenant, audited: { id: tenant.id, name: tenant.name } }
      },
    }),
    endpoint({
      id: 'listRoles',
      method: 'GET',
      path: '/roles',
      access: { right: 'users:read' },
      scope: 'no-people',
      tag: 'Users',
      summary: 'List the roles and the rights that they carry',
      success: { status: 200, schema: listOf(RoleView) },
      errors: [],
      handle: async ({ language }) => ({
        body: {
          items: roles.map((role) => ({
            role,
            name: roleTexts[role].name[language],
            purpose: roleTexts[role].purpose[language],
            rights: [...rightsOfRole(role)],
          })),
        },
      }),
    }),
  ]
}
