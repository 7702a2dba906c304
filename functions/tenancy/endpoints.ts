import { z } from 'zod'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { line } from '../http/text.ts'
import type { TenancyService } from './service.ts'

export function tenancyEndpoints(tenancy: TenancyService): readonly Endpoint[] {
  return [
    endpoint({
      id: 'createTenant',
      method: 'POST',
      path: '/tenants',
      access: 'operator',
      tag: 'Tenants',
      summary: 'Create a tenant',
      description: 'The token in the answer carries all admin roles and is shown this once.',
      body: z.strictObject({ name: line(200) }).meta({ id: 'NewTenant' }),
      success: {
        status: 201,
        schema: z.object({ id: z.string(), name: z.string(), apiToken: z.string() }).meta({ id: 'Tenant' }),
      },
      errors: [],
      handle: async ({ body }) => ({ body: await tenancy.create(body.name) }),
    }),
  ]
}
