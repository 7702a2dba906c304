import { z } from 'zod'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import { listOf } from '../../http/paging.ts'
import { SAGE_DATABASE, type VariablesService } from '../../tenancy/variables/service.ts'
import { SageProfile, SageProfileOverrides } from './profile.ts'
import type { SageService } from './service.ts'

const Database = z
  .object({ key: z.string(), name: z.string(), database: z.string(), selected: z.boolean() })
  .meta({ id: 'SageDatabase' })

const Profile = z
  .object({ profile: SageProfile, overrides: SageProfileOverrides })
  .meta({ id: 'SageProfile' })

export function sageEndpoints(
  sage: SageService,
  variables: Pick<VariablesService, 'read'>,
): readonly Endpoint[] {
  return [
    endpoint({
      id: 'listSageDatabases',
      method: 'GET',
      path: '/sage/databases',
      access: { right: 'variables:read' },
      tag: 'Sage',
      summary: 'List the databases that the Sage server offers, by name (A10)',
      success: { status: 200, schema: listOf(Database) },
      errors: [
        'variable-missing',
        'agent-missing',
        'agent-offline',
        'agent-revoked',
        'bus-unavailable',
        'deadline-exceeded',
        'target-unreachable',
        'target-not-allowed',
        'sage-not-json',
        'sage-unavailable',
        'sage-unexpected-data',
        'sage-refused',
      ],
      async handle({ tenantId }) {
        const connection = await sage.connect(tenantId, {})
        const chosen = (await variables.read(tenantId, [SAGE_DATABASE]))[SAGE_DATABASE]
        const databases = await connection.databases()
        return { body: { items: databases.map((entry) => ({ ...entry, selected: entry.key === chosen })) } }
      },
    }),
    endpoint({
      id: 'getSageProfile',
      method: 'GET',
      path: '/sage/profile',
      access: { right: 'variables:read' },
      tag: 'Sage',
      summary: 'Read the paths and names that are used with this Sage server',
      success: { status: 200, schema: Profile },
      errors: [],
      async handle({ tenantId }) {
        const { etag, ...body } = await sage.profile(tenantId)
        return { body, ...(etag === undefined ? {} : { etag }) }
      },
    }),
    endpoint({
      id: 'setSageProfile',
      method: 'PUT',
      path: '/sage/profile',
      access: { right: 'variables:write' },
      tag: 'Sage',
      summary: 'Set the paths and names that differ on this Sage server',
      body: SageProfileOverrides,
      success: { status: 200, schema: Profile },
      errors: ['store-conflict', 'precondition-failed'],
      async handle({ tenantId, body: overrides, ifMatch }) {
        const { etag, ...body } = await sage.setProfile(tenantId, overrides, ifMatch)
        return { body, etag }
      },
    }),
  ]
}
