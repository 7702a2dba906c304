import { z } from 'zod'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import { listOf } from '../../http/paging.ts'
import type { VariablesService } from './service.ts'

const Variable = z
  .object({
    name: z.string(),
    value: z
      .string()
      .nullable()
      .meta({ description: 'Null when not set, and always null when confidential.' }),
    isSet: z.boolean(),
    confidential: z.boolean(),
    editable: z.boolean(),
    environment: z.literal('Production'),
    updatedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Variable' })

const Name = z.object({ name: z.string().min(1).max(200) })

export function variableEndpoints(variables: VariablesService): readonly Endpoint[] {
  const locked = variables.known.filter(({ editableByTenant }) => !editableByTenant)
  return [
    endpoint({
      id: 'listVariables',
      method: 'GET',
      path: '/variables',
      access: { right: 'variables:read' },
      scope: 'no-people',
      tag: 'Variables',
      summary: 'List the variables',
      success: { status: 200, schema: listOf(Variable) },
      errors: [],
      handle: async ({ tenantId }) => ({ body: { items: [...(await variables.list(tenantId))] } }),
    }),
    endpoint({
      id: 'getVariable',
      method: 'GET',
      path: '/variables/{name}',
      access: { right: 'variables:read' },
      scope: 'no-people',
      tag: 'Variables',
      summary: 'Read one variable',
      params: Name,
      success: { status: 200, schema: Variable },
      errors: ['variable-unknown'],
      async handle({ tenantId, params }) {
        const { view, etag } = await variables.get(tenantId, params.name)
        return { body: view, ...(etag === undefined ? {} : { etag }) }
      },
    }),
    endpoint({
      id: 'setVariable',
      method: 'PUT',
      path: '/variables/{name}',
      access: { right: 'variables:write' },
      audit: 'ahead',
      tag: 'Variables',
      summary: 'Set or clear a variable',
      params: Name,
      body: z
        .strictObject({
          value: z.string().min(1).max(8000).nullable().meta({ description: 'Null clears the variable.' }),
        })
        .meta({ id: 'VariableValue' }),
      success: { status: 200, schema: Variable },
      errors: [
        'variable-unknown',
        'variable-locked',
        'variable-invalid',
        'store-conflict',
        'precondition-failed',
      ],
      async handle({ tenantId, params, body, ifMatch, language }) {
        const { view, etag } = await variables.set(tenantId, params.name, body.value, ifMatch, language)
        return { body: view, etag }
      },
    }),
    endpoint({
      id: 'unlockVariable',
      method: 'POST',
      path: '/tenants/{tenantId}/variables/{name}/unlock',
      access: 'operator',
      audit: 'ahead',
      tag: 'Tenants',
      summary: 'Let a tenant change a locked variable',
      description: locked
        .map(({ name, unlockedWhen = 'when they ask for it' }) => `For ${name}, ${unlockedWhen}.`)
        .join(' '),
      params: z.object({ tenantId: z.string().regex(/^[0-9a-z]{8,20}$/), name: z.string().min(1).max(200) }),
      success: { status: 200, schema: Variable },
      errors: ['variable-unknown', 'not-found', 'store-conflict'],
      handle: async ({ params }) => ({ body: await variables.unlock(params.tenantId, params.name) }),
    }),
  ]
}
