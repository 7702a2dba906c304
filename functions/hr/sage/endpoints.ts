import { z } from 'zod'
import { catalogue, describeError, type ErrorRecord, type Language } from '../../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import type { VariablesService } from '../../tenancy/variables/service.ts'
import type { ConnectionReport } from './connection-check.ts'
import { SageProfile, SageProfileOverrides } from './profile.ts'
import { connectionSteps } from './rules/connection-steps.ts'
import { SAGE_DATABASE } from './rules/variables.ts'
import type { SageService } from './service.ts'

const Database = z
  .object({ key: z.string(), name: z.string(), database: z.string(), selected: z.boolean() })
  .meta({ id: 'SageDatabase' })

const Databases = z
  .object({
    items: z.array(Database),
    choosable: z.boolean().meta({
      description: 'Whether the tenant may choose: the operator has unlocked the variable for it.',
    }),
    variable: z.string().meta({ description: 'The variable that takes the chosen key.' }),
  })
  .meta({ id: 'SageDatabases' })

const Check = z
  .object({
    ok: z.boolean(),
    steps: z.array(
      z.object({
        step: z.enum(connectionSteps),
        state: z.enum(['ok', 'failed', 'skipped']).meta({
          description: 'Skipped: not reached, or not needed (TLS for an address with http).',
        }),
        error: z.object({ code: z.string(), title: z.string(), detail: z.string() }).nullable(),
      }),
    ),
    agent: z.string().nullable(),
    databases: z.array(Database),
    people: z.int().nullable().meta({ description: 'How many people Sage lists.' }),
    milliseconds: z.int(),
  })
  .meta({ id: 'SageConnectionCheck' })

const Profile = z
  .object({ profile: SageProfile, overrides: SageProfileOverrides })
  .meta({ id: 'SageProfile' })

export function sageEndpoints(
  sage: SageService,
  variables: Pick<VariablesService, 'get'>,
): readonly Endpoint[] {
  return [
    endpoint({
      id: 'listSageDatabases',
      method: 'GET',
      path: '/sage/databases',
      access: { right: 'variables:read' },
      scope: 'no-people',
      tag: 'Sage',
      summary: 'List the databases that the Sage server offers, by name (A10)',
      success: { status: 200, schema: Databases },
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
        const [connection, { view }] = await Promise.all([
          sage.connect(tenantId, {}),
          variables.get(tenantId, SAGE_DATABASE),
        ])
        const databases = await connection.databases()
        return {
          body: {
            items: databases.map((entry) => ({ ...entry, selected: entry.key === view.value })),
            choosable: view.editable,
            variable: SAGE_DATABASE,
          },
        }
      },
    }),
    endpoint({
      id: 'checkSageConnection',
      method: 'POST',
      path: '/sage/connection-check',
      access: { right: 'variables:write' },
      tag: 'Sage',
      summary: 'Walk the way to Sage step by step and say where it ends and why',
      description:
        'Answers within about ten seconds, also when a step fails. Signs in once at most, so that a wrong password does not lock the user.',
      success: { status: 200, schema: Check },
      errors: [],
      handle: async ({ tenantId, language }) => ({ body: toCheckView(await sage.check(tenantId), language) }),
    }),
    endpoint({
      id: 'getSageProfile',
      method: 'GET',
      path: '/sage/profile',
      access: { right: 'variables:read' },
      scope: 'no-people',
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

function toCheckView(report: ConnectionReport, language: Language): z.input<typeof Check> {
  return {
    ...report,
    steps: report.steps.map(({ step, state, error }) => ({
      step,
      state,
      error: error === null ? null : toErrorView(error, language),
    })),
    databases: [...report.databases],
  }
}

function toErrorView(error: ErrorRecord, language: Language) {
  const { title } = catalogue[error.code]
  return { code: error.code, title: title[language], detail: describeError(error, language) }
}
